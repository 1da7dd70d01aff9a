"""Two accounts on one server, of which the first owns one of each thing, and what the second may learn of that: nothing."""

import hashlib
import json
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.vault_client import letter, switch

from satchel.domain.authorities import Authority, Vouched
from satchel.domain.keys import Secret
from satchel.domain.pairings import typed_code
from satchel.domain.passkeys import Passkey
from satchel.doors.http.keys import KeyDesk
from satchel.doors.portal.csrf import form_token
from satchel.services.apps import TERMINAL_CLIENT_ID

from ..served import Served, served

NEEDS_THE_PORTAL = ("/v1/passkeys", "/v1/invitations")


@dataclass
class Two:
    """Two accounts on one server: what the first one owns, and the credentials of the second."""

    house: Served
    owned: dict[str, str]
    token: str
    cookie: str

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask as the second account, through the door that the path has: by its token, or as the portal does."""
        if not path.startswith(NEEDS_THE_PORTAL):
            return await self.house.call(method, path, body, token=self.token)
        return await self.visit(method, path, body)

    async def send(self, path: str, form: Mapping[str, str], purpose: str) -> tuple[int, str]:
        """Send a form of our own pages, with the token that it has for its purpose in the second account's browser."""
        headers = {"cookie": f"satchel_sid={self.cookie}", "origin": self.house.url, "sec-fetch-site": "same-origin"}
        sent = {**form, "token": form_token(self.cookie, purpose)}
        async with self.house.http.post(self.house.url + path, data=sent, headers=headers, allow_redirects=False) as reply:
            return reply.status, await reply.text()

    async def visit(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask as a page of the portal does."""
        return await self.house.visit(method, path, body, cookie=self.cookie)


@asynccontextmanager
async def two_accounts(folder: Path) -> AsyncGenerator[Two, None]:
    """Serve both."""
    async with served(folder) as house:
        other = await house.house.accounts.create("other@satchel.example", "another long password")
        _, cookie = await house.house.accounts.enter(other.id)
        _, token = await house.new_token(account_id=other.id)
        await lock(house, token, cookie)
        yield Two(house, await everything(house), token, cookie)


async def lock(house: Served, token: str, cookie: str) -> None:
    """Switch locked mode on in the portal, and leave the vault unlocked for a token."""
    _, challenge = await house.visit("POST", "/v1/vault/locked-mode/begin", cookie=cookie)
    ways, dek = (("passphrase", "p"), ("recovery", "r"), ("device", "d")), secrets.token_bytes(32)
    assert (await house.visit("PUT", "/v1/vault/locked-mode", switch(challenge, dek, ways), cookie=cookie))[0] == 200
    _, challenge = await house.call("POST", "/v1/vault/unlock/begin", token=token)
    body = {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, dek)}
    assert (await house.call("POST", "/v1/vault/unlock", body, token=token))[0] == 200


async def everything(house: Served) -> dict[str, str]:
    """Give the first account one of each thing; return their ids."""
    sign_in, cookie = await house.house.accounts.enter(house.account.id)
    await lock(house, house.token, cookie)
    async with house.ask() as reply:
        generation = reply.headers["x-generation-id"]
    await house.entry(generation)
    _, grant = await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "allowed"})
    _, vault = await house.call("GET", "/v1/vault")
    _, challenge = await house.call("POST", "/v1/vault/unlock/begin")
    ((token, _),) = await house.house.tokens.list(house.account.id)
    key = await KeyDesk(house.house.vault, house.house.rows, house.house.bus).add(
        house.account.id, "custom", house.upstream.url, Secret("sk-of-the-first-0123456789"), "sealed", client=token.id
    )
    passkey = Passkey(house.house.ids.new("pass"), house.account.id, b"credential", b"key", "Phone of the first", sign_in.created_at)
    async with house.house.database.unit_of_work() as stores:
        await stores.passkeys.add(passkey)
    company = Authority("company", "Company", "https://id.company.example", "satchel-client")
    tie = await house.house.ties.tie(house.account.id, company, Vouched(company.issuer, "first", "first@company.example"))
    house.house.accounts.sign_up = "invite"
    invitation, _ = await house.house.invitations.make(house.account.id, "Guest of the first")
    return {
        "invitation": invitation.id,
        "grant": grant["id"],
        "generation": generation,
        "key": key.id,
        "wrap": next(each["id"] for each in vault["wraps"] if each["kind"] == "device"),
        "passkey": passkey.id,
        "sign_in": sign_in.id,
        "device": await device(house),
        "tie": tie.id,
        "pairing": await pairing(house),
        "token_hash": hashlib.sha256(house.token.encode()).hexdigest(),
        "model": "lab:hello",
        "unlock_id": challenge["unlock_id"],
        "letter": letter(challenge, bytes(32)),
    }


async def device(house: Served) -> str:
    """Connect a terminal to the first account."""
    token_id, text = await house.new_token()
    async with house.house.database.unit_of_work() as stores:
        kept = await stores.tokens.by_hash(hashlib.sha256(text.encode()).hexdigest())
        assert kept is not None
        await stores.tokens.add(
            replace(kept, id=f"{token_id}x", secret_hash="of-a-terminal", name="Terminal of the first", family_id="fam_first")
        )
    return "fam_first"


async def pairing(house: Served) -> str:
    """Let a program in to the first account; return the code, which it has not traded for its tokens yet."""
    asked = {"client_id": TERMINAL_CLIENT_ID, "scope": "generate"}
    async with house.http.post(f"{house.url}/oauth/device_authorization", data=asked) as reply:
        code = typed_code((await reply.json())["user_code"])
    terminal = house.house.apps.find(TERMINAL_CLIENT_ID)
    assert terminal is not None
    await house.house.pairings.decide(house.account.id, code, terminal, allowed=True)
    return code


def unknown(owned: str) -> str:
    """Return an id of the same shape that nobody has."""
    kind, mark, rest = owned.rpartition("_") if "_" in owned else owned.rpartition(":")
    return kind + mark + ("0" * len(rest) if kind else "f" * len(rest))


def leveled(answer: tuple[int, Any], named: str) -> tuple[int, str]:
    """Return an answer without what must differ: the id that was named, and the request's own."""
    status, body = answer
    text = json.dumps(body, sort_keys=True).replace(named, "ID")
    request_id = ((body or {}).get("error") or {}).get("metadata", {}).get("request_id", "") if isinstance(body, dict) else ""
    return status, text.replace(request_id, "REQUEST") if request_id else text
