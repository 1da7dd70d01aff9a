"""What apps, devices and their codes do is in the person's log, once for each: whoever did it, and by whichever door."""

import base64
import hashlib
from pathlib import Path
from urllib.parse import urlencode

from tests.doors.portal.house import EMAIL, OURS, PASSWORD, Flow, House, code_of, form_token
from tests.doors.portal.test_device import asked, decide, poll, type_code
from tests.doors.portal.there_and_back import query_of

from satchel.domain.audit import Act

TESTS = Path(__file__).parents[2]
TERMS = {"model": "author/slug", "budget": "0.50", "period": "day", "days": "7"}


async def acts_of(home: House) -> list[str]:
    """Return the account's acts, oldest first, without how its browser got in."""
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    async with home.database.unit_of_work() as stores:
        acts = [record.act.value for record in await stores.audit.list(account.id, 50)]
    return [act for act in reversed(acts) if act != "signed_in"]


async def test_an_app_is_connected_and_signs_out_and_its_code_is_tried_again(home: House) -> None:
    await home.sign_in()
    assert await acts_of(home) == ["account_created"]
    await home.consent(Flow(), "deny")
    assert (await acts_of(home))[1:] == ["app_denied"]
    flow = Flow()
    tokens = await home.connect(flow)
    fresh = (await home.refresh(tokens["refresh_token"])).json()
    assert (await acts_of(home))[2:] == ["app_allowed", "device_connected"], "not each time it is refreshed"
    form = {"token": fresh["access_token"], "client_id": flow.query()["client_id"]}
    for _ in range(2):
        assert (await home.browser.post("/oauth/revoke", data=form)).status_code == 200
    assert (await acts_of(home))[4:] == ["device_disconnected"]
    other = Flow()
    sent = other.redemption(code_of(await home.consent(other)))
    for status in (200, 400, 400):
        assert (await home.browser.post("/oauth/token", data=sent)).status_code == status
    assert (await acts_of(home))[5:] == ["app_allowed", "device_connected", "code_reused"], "what ended nothing is no act"


async def test_a_device_is_refused_or_let_in_and_its_code_is_tried_again(home: House) -> None:
    await home.sign_in()
    await decide(home, await type_code(home, (await asked(home))["user_code"]), "deny")
    codes = await asked(home)
    await decide(home, await type_code(home, codes["user_code"]))
    for status in (200, 400):
        home.clock.pass_by(seconds=6)
        assert (await poll(home, codes)).status_code == status
    assert (await acts_of(home))[1:] == ["app_denied", "app_allowed", "device_connected", "code_reused"]


async def test_the_pkce_exchange_is_refused_or_allowed_and_its_token_ends_with_the_site(home: House) -> None:
    await home.sign_in()
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {"callback_url": "https://notes.example/back", "code_challenge": challenge, "code_challenge_method": "S256"}
    address = f"/auth?{urlencode(query)}"
    codes = []
    for decision in ("deny", "allow", "allow"):
        token = form_token((await home.browser.get(address)).text)
        answer = await home.browser.post(address, data={"token": token, "decision": decision, **TERMS}, headers=OURS)
        codes.append(query_of(answer.headers["location"]).get("code", ""))
    for code, status in ((codes[1], 200), (codes[1], 403), (codes[2], 200)):
        sent = {"code": code, "code_verifier": verifier, "code_challenge_method": "S256"}
        assert (await home.browser.post("/v1/auth/keys", json=sent)).status_code == status
    account = await home.accounts.by_email(EMAIL)
    assert account is not None
    async with home.database.unit_of_work() as stores:
        (grant,) = await stores.grants.list(account.id)
    await home.policy.remove(account.id, grant.id)
    assert (await acts_of(home))[1:] == [
        "app_denied",
        *("app_allowed", "site_decided", "app_allowed", "site_decided"),
        *("token_created", "code_reused", "token_created"),
        *("site_forgotten", "token_revoked"),
    ]


async def test_a_person_proves_who_they_are_and_changes_the_password_and_a_used_token_is_tried_again(home: House) -> None:
    await home.sign_in()
    ours = {**OURS, "x-satchel-csrf": "1"}
    tokens = await home.connect(Flow())
    assert (await home.browser.post("/portal/api/proof", json={"password": PASSWORD}, headers=ours)).status_code == 204
    assert (await home.browser.put("/portal/api/password", json={"password": "another good one"}, headers=ours)).status_code == 204
    await home.refresh(tokens["refresh_token"])
    await home.refresh(tokens["refresh_token"])
    assert (await acts_of(home))[3:] == ["proved", "password_changed", "token_reused"]


def test_every_act_is_driven_and_read_by_some_test() -> None:
    texts = [file.read_text() for file in TESTS.rglob("test_*.py")]
    unread = [act for act in Act if not any(f'"{act.value}"' in text or f"Act.{act.name}" in text for text in texts)]
    assert unread == []
