"""Every provider there is, each with a key of its own in one account: each key goes to its own host, and none into an answer or a log."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from satchel.domain.catalog import ProviderRow
from satchel.domain.keys import Key, Secret
from satchel.doors.http.keys import KeyDesk

from .recording_pool import RecordingPool
from .served import ASK, Served, served

PEM = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
GOOGLE_TOKENS = "oauth2.googleapis.com"
OWN_SERVER = "https://models.at-home.example/v1"
BODIES: dict[str, dict[str, object]] = {
    "/v1/chat/completions": {"messages": ASK},
    "/v1/embeddings": {"input": ["one"]},
    "/v1/images/generations": {"prompt": "a cat"},
    "/v1/audio/speech": {"input": "Good day", "voice": "alloy"},
}


def canary(row: ProviderRow) -> str:
    """Return what is looked for of a row's key: what goes over the wire."""
    return f"Canary-{row.id}-0123456789"


def secret_of(row: ProviderRow) -> Secret:
    """Return a key of the kind that the row wants. Of two kinds, a part signs only and goes nowhere."""
    match row.dialect:
        case "vertex":
            fields = {"client_email": "robot@p-1.example", "private_key": PEM, "project_id": "p-1"}
        case "bedrock":
            fields = {"access_key_id": canary(row), "secret_access_key": "never/sent+secret", "region": "eu-west-1"}
        case _:
            return Secret(canary(row))
    return Secret(orjson.dumps(fields).decode())


async def add_keys(house: Served) -> dict[str, Key]:
    """Give the account a key of every provider that takes one."""
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    rows = [row for row in house.house.rows.values() if row.id != "builtin"]
    address = {row.id: row.base_url or row.example_url or OWN_SERVER for row in rows}
    given = {row.id: None if row.base_url else address[row.id] for row in rows}
    return {row.id: await desk.add(house.account.id, row.id, given[row.id], secret_of(row), None) for row in rows}


async def ask_everything(house: Served, providers: list[str]) -> list[str]:
    """List the models, then ask each provider for all that we know; return the answers, which are all refusals."""
    headers = {"authorization": f"Bearer {house.token}"}
    async with house.http.get(f"{house.url}/v1/models", headers=headers) as reply:
        listed = await reply.text()

    async def ask(provider: str, path: str) -> str:
        body: Any = {"model": f"{provider}:m", **BODIES[path]}
        async with house.http.post(house.url + path, json=body, headers=headers, timeout=aiohttp.ClientTimeout(60)) as reply:
            assert reply.status >= 400, (provider, path)
            return await reply.text()

    return [listed, *await asyncio.gather(*(ask(provider, path) for provider in providers for path in BODIES))]


async def test_c1_e1_each_key_is_seen_at_its_own_host_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    async with served(tmp_path / "home") as house:
        pool = RecordingPool(canary(house.house.rows["vertex"]))
        keys = await add_keys(house)
        monkeypatch.setattr(house.house.transport, "pool", lambda: pool)
        answers = await ask_everything(house, list(keys))
        rows = house.house.rows
    seen = {name: {heard.host for heard in pool.heard if canary(rows[name]) in heard.text} for name in keys}
    assert seen == {name: {urlsplit(key.base_url).netloc} for name, key in keys.items()}
    assert sum(heard.host == GOOGLE_TOKENS for heard in pool.heard) == 1
    told = "\n".join((*answers, caplog.text))
    assert "Canary-" not in told
    for only_signs in (PEM.splitlines()[1], "never/sent+secret"):
        assert only_signs not in told + "".join(heard.text for heard in pool.heard)
