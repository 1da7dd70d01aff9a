"""The OpenAPI description against the server: what it says is what happens, and nothing that is sent breaks anything."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.doors.http.openapi_run import PORTAL, Document, Run, in_the_portal, labels_of, portal_headers
from tests.doors.routes import routes
from tests.stage import EMAIL, Satchel, running

CLOSED = frozenset({401, 403, 429})
"""What a request gets that did not come through the door."""
PERSON_ONLY = (
    *("/v1/account/", "/v1/passkeys", "/v1/password", "/v1/proof", "/v1/sign-ins", "/v1/totp"),
    *("/v1/vault/locked-mode", "/v1/vault/start-over", "/v1/invitations"),
)
"""Doors that no token opens: what comes through them is told by the portal's run."""
SITE_ONLY = {"PATCH /v1/grant", "DELETE /v1/grant"}
"""Doors that only a site's own token opens: what comes through them is told by `test_own_grant.py`."""
NOT_FOR_A_BROWSER = {f"POST {PORTAL}/passkeys", f"GET {PORTAL}/token", f"PATCH {PORTAL}/grant", f"DELETE {PORTAL}/grant"}
"""What these say of a credential that nobody asked for, and of a browser, which has no token and is no site."""
JUNK: tuple[bytes, ...] = (b"", b"\xff\xfe\x00", b"a=1&a=2&next=%00&token=" + b"x" * 5000, b"=&&=%", b'{"a": ' + b"[" * 500)


@pytest.fixture(scope="module")
def satchel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Satchel]:
    """A Satchel of its own, which may come to harm."""
    settings = {"SATCHEL_BUILTIN_MODEL": "off", "SATCHEL_DYNAMIC_REGISTRATION": "on", "SATCHEL_SIGN_UP": "invite"}
    with running(tmp_path_factory.mktemp("openapi"), **settings) as server:
        yield server


@pytest.fixture(scope="module")
def document(satchel: Satchel) -> Document:
    """What `satchel openapi` prints."""
    printed: Document = json.loads(satchel.command("openapi"))
    return printed


def test_nothing_that_the_description_allows_or_forbids_breaks_a_door(satchel: Satchel, document: Document) -> None:
    token = satchel.command("token", "create", "--account", EMAIL, "--name", "all", "--manage")
    run = Run(document, satchel.url, {"authorization": f"Bearer {token}"})
    run.try_all()
    assert run.found == {}
    assert "Traceback" not in satchel.log
    assert labels_of(document) - run.statuses.keys() == set(), "the run left these out"
    shut = {label for label, statuses in run.statuses.items() if statuses <= CLOSED}
    assert {label for label in shut if not label.split(" ")[1].startswith(PERSON_ONLY)} == SITE_ONLY


def test_nor_a_door_that_the_portals_own_pages_knock_at(satchel: Satchel, document: Document) -> None:
    private = in_the_portal(document)
    run = Run(private, satchel.url, portal_headers(satchel, satchel.url))
    run.try_all()
    assert run.found == {}
    assert "Traceback" not in satchel.log
    assert labels_of(private) - run.statuses.keys() == set(), "the run left these out"
    assert {label for label, statuses in run.statuses.items() if statuses <= CLOSED} == NOT_FOR_A_BROWSER


async def test_every_door_but_the_pages_for_people_is_described_and_junk_breaks_no_page(
    satchel: Satchel, document: Document, tmp_path: Path
) -> None:
    found = {(method, path.replace(":path}", "}")) for method, path in await routes(tmp_path)}
    undescribed = {
        (method, path) for method, path in found if f"{method} {path}" not in labels_of(document) and not path.startswith(PORTAL)
    }
    assert len(undescribed) > 20
    pages = ("/", "/auth", "/demo", "/device", "/oauth/authorize", "/sign-", "/setup", "/static/")
    assert {(method, path) for method, path in undescribed if path not in pages and not path.startswith(pages[4:])} == set()
    for method, path in sorted(undescribed):
        for junk in JUNK:
            assert status_of(satchel, method, path, junk) < 500, (method, path, junk)
    assert "Traceback" not in satchel.log


def status_of(satchel: Satchel, method: str, path: str, junk: bytes) -> int:
    """Return what a page answers to junk, in the query and in the form."""
    query = "".join(chr(byte) if (byte < 128 and chr(byte).isalnum()) or byte in b"&=%" else f"%{byte:02X}" for byte in junk)
    address = satchel.url + path.replace("{", "").replace("}", "") + "?" + query
    headers = {"origin": satchel.url, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(address, junk if method == "POST" else None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
