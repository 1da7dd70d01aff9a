"""Every door of the OpenAPI description answers a good request, and as described. A new door needs a line here, or a reason."""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pyotp
import pytest
from tests.doors.http.openapi_run import PORTAL, Document, Run, in_the_portal, labels_of, portal_headers
from tests.doors.portal.authenticator import Authenticator
from tests.extension_sign_in import CLIENT, REDIRECT, extension_tokens
from tests.stage import EMAIL, PASSWORD, Satchel, running
from tests.vault_client import letter, switch, unwrap, wrap

TOLD_ELSEWHERE = {
    "POST /v1/audio/speech": "test_audio.py: its answer is sound",
    "POST /v1/audio/transcriptions": "test_audio.py: it takes a file",
    "POST /v1/generations/{generation_id}/cancel": "test_completions.py: it wants one that runs",
    "PATCH /v1/grant": "test_own_grant.py: it wants a token of a site",
    "DELETE /v1/grant": "test_own_grant.py: it wants a token of a site",
    "POST /v1/auth/keys": "test_auth.py: its code comes from a consent page",
}
WAYS = (("passphrase", "correct horse"), ("recovery", "0123"))
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
SITE = {"origin": "https://a.example", "state": "allowed"}


class Upstream(BaseHTTPRequestHandler):
    """A provider's server that knows one model and one sentence."""

    ANSWERS: ClassVar[dict[str, object]] = {
        "/v1/models": {"object": "list", "data": [{"id": "hello", "object": "model"}]},
        "/v1/embeddings": {"object": "list", "model": "hello", "data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 1}},
        "/v1/images/generations": {"created": 1, "data": [{"b64_json": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()}]},
    }

    def do_GET(self) -> None:
        """Answer."""
        body = json.dumps(self.ANSWERS[self.path]).encode()
        self._say(body, "application/json")

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        if self.path != "/v1/chat/completions":
            return self.do_GET()
        said = {"id": "c", "object": "chat.completion.chunk", "model": "hello"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choice = {"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
        chunks = [{**said, "choices": [choice]}, {**said, "choices": [], "usage": usage}]
        return self._say(
            b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in chunks) + b"data: [DONE]\n\n", "text/event-stream"
        )

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _say(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def satchel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Satchel]:
    """A Satchel of its own, with a model of a server of the test's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "SATCHEL_BUILTIN_MODEL": "off",
        "SATCHEL_DYNAMIC_REGISTRATION": "on",
        "SATCHEL_SIGN_UP": "invite",
        "SATCHEL_LOCAL_SERVERS": "on",
    }
    with running(tmp_path_factory.mktemp("answers"), **settings) as home:
        home.add_server(f"http://127.0.0.1:{server.server_port}/v1", "lab")
        yield home
    server.shutdown()
    server.server_close()


def test_what_a_door_answers_to_a_good_request_is_as_described(satchel: Satchel) -> None:
    document: Document = json.loads(satchel.command("openapi"))
    token = satchel.command("token", "create", "--account", EMAIL, "--name", "all", "--manage")
    run = Run(document, satchel.url, {"authorization": f"Bearer {token}"})
    tell_completions(run)
    tell_catalog(run)
    tell_generations(run)
    tell_keys_and_grants(run)
    tell_tokens(run)
    tell_oauth(run, satchel, token)
    portal = f"http://localhost:{satchel.port}"  # a name: passkeys need one
    private = Run(in_the_portal(document), portal, portal_headers(satchel, portal))
    tell_passkeys(private)
    tell_codes(private)
    tell_vault(private, run)
    tell_account(private, run)
    told = set(run.statuses) | {label.replace(PORTAL, "/v1") for label in private.statuses}
    assert labels_of(document) - told == TOLD_ELSEWHERE.keys()


def tell_completions(run: Run) -> None:
    message = {"model": "lab:hello", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    run.tell("POST", "/v1/chat/completions", message)
    run.tell("POST", "/v1/messages", message)
    run.tell("POST", "/v1/messages/count_tokens", message)
    run.tell("POST", "/v1/completions", {"model": "lab:hello", "prompt": "Hi", "max_tokens": 5})
    run.tell("POST", "/v1/responses", {"model": "lab:hello", "input": "Hi", "max_output_tokens": 16})
    run.tell("POST", "/v1/embeddings", {"model": "lab:hello", "input": "Hi"})
    for path in ("/v1/images/generations", "/v1/images"):
        run.tell("POST", path, {"model": "lab:hello", "prompt": "a dot"})


def tell_catalog(run: Run) -> None:
    for path in ("/healthz", "/readyz", "/v1/models", "/v1/models/count", "/v1/models/user", "/v1/embeddings/models", "/v1/images/models"):
        run.tell("GET", path)
    run.tell("GET", "/v1/providers")
    for path in ("/v1/models/{model}", "/v1/model/{model}", "/v1/models/{model}/endpoints"):
        run.tell("GET", path, named={"model": "lab:hello"})


def tell_generations(run: Run) -> None:
    found = run.tell("GET", "/v1/generations")["data"]
    first, second = (each["id"] for each in found[:2])
    run.tell("GET", "/v1/generations/{generation_id}", named={"generation_id": first})
    run.tell("GET", "/v1/generation", query={"id": first})
    run.tell("DELETE", "/v1/generations/{generation_id}", named={"generation_id": second})
    run.tell("DELETE", "/v1/generations")


def tell_keys_and_grants(run: Run) -> None:
    grant = run.tell("PUT", "/v1/grants", SITE)["id"]
    run.tell("PUT", "/v1/grants", {**SITE, "caveats": {"budget": {"cap_nusd": 1_000_000_000, "period": "day"}}})
    run.tell("GET", "/v1/grants")
    run.tell("PATCH", "/v1/grants/{grant_id}", {"caveats": {"max_tokens": 100}}, named={"grant_id": grant})
    run.tell("GET", "/v1/grant")
    run.tell("DELETE", "/v1/grants/{grant_id}", named={"grant_id": grant})
    address = run.tell("GET", "/v1/keys")["data"][0]["base_url"]
    key = run.tell("POST", "/v1/keys", {"provider": "custom", "base_url": address, "secret": "sk-0123456789", "label": "second"})["id"]
    run.tell("PUT", "/v1/keys/{key_id}", {"secret": "sk-0123456789abcdef"}, named={"key_id": key})
    run.tell("POST", "/v1/keys/{key_id}/check", named={"key_id": key})
    run.tell("DELETE", "/v1/keys/{key_id}", named={"key_id": key})


def tell_tokens(run: Run) -> None:
    run.tell("GET", "/v1/token")
    made = run.tell("POST", "/v1/tokens", {"name": "laptop", "limit": 1.5, "limit_reset": "daily"})
    hashed = made["data"]["hash"]
    run.tell("GET", "/v1/tokens")
    run.tell("GET", "/v1/tokens/{hashed}", named={"hashed": hashed})
    run.tell("PATCH", "/v1/tokens/{hashed}", {"name": "renamed", "limit": 5}, named={"hashed": hashed})
    run.tell("DELETE", "/v1/tokens/{hashed}", named={"hashed": hashed})
    challenge = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
    run.tell("POST", "/v1/auth/keys/code", {"callback_url": "https://app.example/back", **challenge, "limit": 1.5})
    run.tell("GET", "/v1/credits")
    run.tell("GET", "/v1/activity")
    run.tell("GET", "/v1/audit")
    run.tell("GET", "/v1/account")
    run.tell("PATCH", "/v1/account", {"preferred_model": "lab:hello"})


def tell_oauth(run: Run, satchel: Satchel, token: str) -> None:
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"):
        run.tell("GET", path)
    said = {"redirect_uris": ["https://app.example/back"], "client_name": "App", "grant_types": ["authorization_code", DEVICE_CODE]}
    run.tell("POST", "/oauth/register", said)
    pushed = {"client_id": CLIENT, "redirect_uri": REDIRECT, "response_type": "code", "scope": "generate"}
    run.tell_form("/oauth/par", {**pushed, "code_challenge": "x" * 43, "code_challenge_method": "S256"})
    run.tell_form("/oauth/device_authorization", {"client_id": "satchel-terminal", "scope": "generate"})
    run.tell_form("/oauth/introspect", {"token": token})
    tokens = extension_tokens(satchel.url, EMAIL, PASSWORD)
    fresh = run.tell_form("/oauth/token", {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": tokens["refresh_token"]})
    run.tell_form("/oauth/introspect", {"token": fresh["access_token"]})
    (device,) = run.tell("GET", "/v1/devices")["data"]
    run.tell("DELETE", "/v1/devices/{device_id}", named={"device_id": device["id"]})
    run.tell_form("/oauth/revoke", {"token": fresh["access_token"], "client_id": CLIENT})


def tell_passkeys(run: Run) -> None:
    device = Authenticator(run.url)
    options = run.tell("POST", f"{PORTAL}/passkeys/begin")
    named = {"passkey_id": run.tell("POST", f"{PORTAL}/passkeys", {"credential": device.create(options), "name": "Phone"})["id"]}
    run.tell("GET", f"{PORTAL}/passkeys")
    run.tell("PATCH", f"{PORTAL}/passkeys/{{passkey_id}}", {"name": "Telephone"}, named=named)
    run.tell("GET", f"{PORTAL}/proof")
    answer = device.get(run.tell("POST", f"{PORTAL}/proof/begin"))
    proved = run.tell("POST", f"{PORTAL}/proof", {"credential": answer})
    run.headers["cookie"] = proved.headers["set-cookie"][0].partition(";")[0]
    run.tell("DELETE", f"{PORTAL}/passkeys/{{passkey_id}}", named=named)


def tell_codes(run: Run) -> None:
    seed = run.tell("POST", f"{PORTAL}/totp/begin")["secret"]
    run.tell("POST", f"{PORTAL}/totp", {"code": pyotp.TOTP(seed).now()})
    run.tell("GET", f"{PORTAL}/totp")
    run.tell("POST", f"{PORTAL}/totp/codes")
    run.tell("DELETE", f"{PORTAL}/totp")


def tell_vault(run: Run, app: Run) -> None:
    dek = secrets.token_bytes(32)
    challenge = run.tell("POST", f"{PORTAL}/vault/locked-mode/begin")
    run.tell("PUT", f"{PORTAL}/vault/locked-mode", switch(challenge, dek, WAYS))
    for caller, prefix in ((app, "/v1"), (run, PORTAL)):
        challenge = caller.tell("POST", f"{prefix}/vault/unlock/begin")
        sealed = letter(challenge, unwrap(challenge, *WAYS[1]))  # a token made by hand is given no passphrase to guess at
        caller.tell("POST", f"{prefix}/vault/unlock", {"unlock_id": challenge["unlock_id"], "sealed": sealed})
        caller.tell("GET", f"{prefix}/vault")
    added = run.tell("POST", f"{PORTAL}/vault/wraps", wrap(challenge, "passkey_prf", "p", dek))["id"]
    run.tell("DELETE", f"{PORTAL}/vault/wraps/{{wrap_id}}", named={"wrap_id": added})
    run.tell("DELETE", f"{PORTAL}/vault/locked-mode")
    run.tell("PUT", f"{PORTAL}/vault/locked-mode", switch(run.tell("POST", f"{PORTAL}/vault/locked-mode/begin"), dek, WAYS))
    app.tell("POST", "/v1/vault/lock")
    run.tell("POST", f"{PORTAL}/vault/start-over")


def tell_account(run: Run, app: Run) -> None:
    run.tell("GET", f"{PORTAL}/account/export")
    invited = run.tell("POST", f"{PORTAL}/invitations", {"name": "Ivo"})["data"]["id"]
    run.tell("GET", f"{PORTAL}/invitations")
    run.tell("DELETE", f"{PORTAL}/invitations/{{invitation_id}}", named={"invitation_id": invited})
    for each in run.tell("GET", f"{PORTAL}/sign-ins")["data"]:
        if not each["current"]:
            run.tell("DELETE", f"{PORTAL}/sign-ins/{{sign_in_id}}", named={"sign_in_id": each["id"]})
    run.tell("PUT", f"{PORTAL}/password", {"password": "another long password"})
    run.tell("POST", f"{PORTAL}/account/delete", {"email": EMAIL})
