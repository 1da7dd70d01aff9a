"""What every request meets first: host names, CORS, headers, the access log."""

import logging
import re
from pathlib import Path

import aiohttp
import pytest

from ..routes import routes_of
from ..served import ASK, Served, served

SOON = aiohttp.ClientTimeout(total=10)


@pytest.mark.parametrize("host", ["rebound.example", "localhost.evil.example", "127.0.0.1.evil.example", ""])
async def test_a_foreign_host_name_gets_nothing(house: Served, host: str) -> None:
    for path in ("/healthz", "/v1/models", "/"):
        async with house.http.get(house.url + path, headers={"host": host}) as reply:
            assert reply.status == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8787", "192.168.1.7"])
async def test_addresses_and_localhost_always_pass(house: Served, host: str) -> None:
    async with house.http.get(f"{house.url}/healthz", headers={"host": host}) as reply:
        assert reply.status == 200


async def test_any_page_may_call_the_bearer_doors_without_credentials(house: Served) -> None:
    asked = "authorization, content-type, x-stainless-lang, x-title, anthropic-version, x-evil"
    headers = {"origin": "https://a.example", "access-control-request-method": "POST", "access-control-request-headers": asked}
    async with house.http.options(f"{house.url}/v1/chat/completions", headers=headers) as reply:
        assert reply.status == 204
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers
        allowed = reply.headers["access-control-allow-headers"]
        assert allowed == "authorization, content-type, x-stainless-lang, x-title, anthropic-version"
        assert "access-control-allow-private-network" not in reply.headers
    async with house.http.post(
        f"{house.url}/v1/chat/completions", json={"messages": ASK}, headers={"origin": "https://a.example"}
    ) as reply:
        assert reply.status == 401
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "X-Generation-Id" in reply.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/oauth/authorize", "/portal/api/account", "/oauth/token"])
async def test_pages_and_doors_with_a_cookie_answer_no_other_origin(house: Served, path: str) -> None:
    async with house.http.get(house.url + path, headers={"origin": "https://a.example"}, allow_redirects=False) as reply:
        assert "access-control-allow-origin" not in reply.headers


async def test_the_private_network_is_granted_to_our_extension_only(house: Served) -> None:
    for origin, granted in (("https://a.example", False), ("chrome-extension://obokckflholpogcnmlgdjmncdemhikia", True)):
        headers = {"origin": origin, "access-control-request-method": "GET", "access-control-request-private-network": "true"}
        async with house.http.options(f"{house.url}/v1/models", headers=headers) as reply:
            assert ("access-control-allow-private-network" in reply.headers) == granted


def paths_to_read(house: Served) -> list[str]:
    """Return every path that a browser can be sent to, with a name that nothing has where the route takes one."""
    read = {path for method, path in routes_of(house.doors) if method == "GET"} | {"/", "/demo", "/assets/none", "/none"}
    return sorted(re.sub(r"\{[^}]*\}", "none", path) for path in read)


async def test_every_page_has_the_headers_that_keep_it_out_of_frames(house: Served) -> None:
    _, session = await house.house.accounts.enter(house.account.id, "a browser")
    seen = set()
    for path in paths_to_read(house):
        for cookie in ("", f"satchel_sid={session}"):
            headers = {"cookie": cookie, "accept": "text/html"}
            async with house.http.get(house.url + path, headers=headers, timeout=SOON, allow_redirects=False) as reply:
                assert reply.headers.getall("x-content-type-options") == ["nosniff"], path
                assert "x-request-id" in reply.headers, path
                assert "strict-transport-security" not in reply.headers, path
                if not reply.content_type.startswith("text/html"):
                    continue
            seen.add(path)
            assert "frame-ancestors 'none'" in reply.headers["content-security-policy"], path
            assert "'unsafe" not in reply.headers["content-security-policy"], path
            assert reply.headers["x-frame-options"] == "DENY", path
            assert reply.headers["cross-origin-opener-policy"] == "same-origin", path
            assert reply.headers["referrer-policy"] in ("same-origin", "no-referrer"), path
            assert "camera=()" in reply.headers["permissions-policy"], path
    assert seen > {"/", "/demo", "/device", "/oauth/authorize", "/setup/none", "/sign-in"}


async def test_browsers_keep_to_tls_where_the_server_is_reached_by_it(tmp_path: Path) -> None:
    async with served(tmp_path, public_url="https://satchel.example") as house, house.http.get(house.url + "/sign-in") as reply:
        assert reply.headers["strict-transport-security"] == "max-age=31536000"


async def test_the_access_log_has_one_line_a_request_without_secrets(house: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "satchel")
    caplog.set_level(logging.INFO)
    async with house.ask() as reply:
        generation_id = reply.headers["x-generation-id"]
        await reply.read()
    await house.call("GET", "/v1/generations?origin=https://secret.example")
    house.doors.asgi.access_log.flush()
    lines = [line for record in caplog.records if record.name == "satchel.access" for line in record.getMessage().split("\n")]
    assert lines[0].startswith("POST /v1/chat/completions 200 ")
    assert generation_id in lines[0]
    assert len(lines) == 2
    ours = [record for record in caplog.records if record.name != "uvicorn.access"]  # pytest wakes that logger, which `Server` silences
    everything = "\n".join(record.getMessage() for record in ours)
    assert house.token not in everything
    assert "secret.example" not in everything
    assert ASK[0]["content"] + '"' not in everything


async def test_the_access_log_does_not_tell_the_link_that_makes_the_owner(house: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="satchel"):
        async with house.http.get(f"{house.url}/setup/c2VjcmV0bGluaw"):
            pass
        house.doors.asgi.access_log.flush()
    lines = [record.getMessage() for record in caplog.records if record.name == "satchel.access"]
    assert any("/setup/… 410" in line for line in lines)
    assert "c2VjcmV0bGluaw" not in "".join(lines)
