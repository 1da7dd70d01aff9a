"""The `mcp` package's own OAuth client, unmodified: from a 401 through metadata, its client document and consent to a token that works."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx2
import pytest
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.oauth2 import AuthorizationCodeResult
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl
from tests.doors.http.test_oauth_clients import consented

from ..served import ASK, served

DOCUMENT = "https://agent.example/client.json"
BACK = "http://127.0.0.1:4000/callback"
TERMS = {"model": "*", "budget": "", "period": "day", "days": "7"}


class Kept:
    """The client's own store."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def document(address: str) -> bytes:
    assert address == DOCUMENT
    return json.dumps({"client_id": DOCUMENT, "client_name": "Agent", "redirect_uris": [BACK]}).encode()


@pytest.mark.parametrize("how", ["by its client document", "by registering itself"])
async def test_the_mcp_packages_client_signs_in(tmp_path: Path, how: str) -> None:
    has_document = how == "by its client document"
    async with served(tmp_path / "home", fetch_document=document, dynamic_registration="off" if has_document else "on") as house:
        answers: list[str] = []
        kept = Kept()

        async def sent_off(address: str) -> None:
            answers.append(await consented(house, address, TERMS))

        async def came_back() -> AuthorizationCodeResult:
            told = {name: values[0] for name, values in parse_qs(urlsplit(answers[-1]).query).items()}
            return AuthorizationCodeResult(code=told["code"], state=told["state"], iss=told["iss"])

        metadata = OAuthClientMetadata(redirect_uris=[AnyUrl(BACK)], client_name="Agent", token_endpoint_auth_method="none")
        client = OAuthClientProvider(
            f"{house.url}/v1", metadata, kept, sent_off, came_back, client_metadata_url=DOCUMENT if has_document else None
        )
        async with httpx2.AsyncClient(auth=client) as http:
            answer = await http.get(f"{house.url}/v1/models")
            assert answer.status_code == 200, answer.text
            answer = await http.post(f"{house.url}/v1/chat/completions", json={"model": "lab:hello", "messages": ASK})
            assert answer.status_code == 200, answer.text
        assert answers[0].startswith(BACK)
        assert kept.client is not None
        assert kept.client.client_id == DOCUMENT if has_document else str(kept.client.client_id).startswith("reg.")
        assert kept.tokens is not None
        assert kept.tokens.refresh_token
        assert kept.tokens.scope == "generate models"
        async with aiohttp.ClientSession() as plain, plain.get(f"{house.url}/v1/models") as refused:
            assert refused.status == 401


async def test_apps_register_only_where_the_operator_lets_them(tmp_path: Path) -> None:
    async with served(tmp_path / "home") as house:
        async with house.http.get(f"{house.url}/.well-known/oauth-authorization-server") as answer:
            assert "registration_endpoint" not in await answer.json()
        async with house.http.post(f"{house.url}/oauth/register", json={"redirect_uris": [BACK]}) as answer:
            assert answer.status == 404
