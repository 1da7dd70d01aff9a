import base64
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.dialects.claude_events import START, STOP, ended, said, sse

from satchel.domain.calls import Request
from satchel.domain.chat import Tuning
from satchel.domain.errors import KeyMissing, KeyRejected, ProviderGarbled, ProviderRefused, ProviderUnavailable, SatchelError
from satchel.domain.events import TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.kit.clock import SystemClock
from satchel.providers.vertex import PROVIDER, Vertex
from satchel.transport import Transport

from .parts import MOMENT, answering, ask, deps_with, endpoint

PEM = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
AT = "/v1/projects/p-1/locations/global/publishers"
GEMINI = f"{AT}/google/models/gemini-x:streamGenerateContent"
CLAUDE = f"{AT}/anthropic/models/claude-x@20260101:streamRawPredict"
TOKEN = {"access_token": "ya29.token", "expires_in": 3600}
GEMINI_SAYS = sse({"candidates": [{"content": {"parts": [{"text": "hey"}]}, "finishReason": "STOP"}]})
CLAUDE_SAYS = sse(START, said("hey"), ended("end_turn"), STOP)


class MovingClock(SystemClock):
    at_s = 1_000.0

    def now(self) -> Any:
        return MOMENT

    def monotonic_s(self) -> float:
        return self.at_s


class Google:
    """A token address and models, and what they were asked."""

    def __init__(self, transport: Transport, **answers: Any) -> None:
        self.clock = MovingClock()
        assert PROVIDER.build
        built = PROVIDER.build(deps_with(transport, clock=self.clock))
        assert isinstance(built, Vertex)
        self.provider = built
        self.seen: list[web.Request] = []
        self.asking: Request = ask()
        streaming = {GEMINI: GEMINI_SAYS, CLAUDE: CLAUDE_SAYS}
        models = {path: self._streaming(body) for path, body in streaming.items()}
        self.answers: dict[str, Any] = {**models, "/token": TOKEN, **answers}

    def _streaming(self, body: bytes) -> Any:
        return lambda _: web.Response(body=body, content_type="text/event-stream")

    async def ask(self, model: str, times: int = 1, refusals: list[SatchelError] | None = None, **changes: str) -> list[Any]:
        async with answering(self.answers, self.seen) as port:
            account = {"type": "service_account", "project_id": "p-1", "private_key_id": "kid-1", "private_key": PEM}
            account |= {"client_email": "me@p-1.example", "token_uri": f"http://127.0.0.1:{port}/token", **changes}
            there = endpoint(provider="vertex", native_model=model, base_url=f"http://127.0.0.1:{port}", key_label="mine", key_id="key_1")
            secret = Secret(orjson.dumps(account).decode())
            events: list[Any] = []
            for _ in range(times):
                try:
                    events += [event async for event in self.provider.stream(self.asking, there, secret)]
                except SatchelError as error:
                    if refusals is None:
                        raise
                    refusals.append(error)
        return events

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.seen]


async def test_gemini_is_asked_with_a_token_that_the_account_signed_for(transport: Transport) -> None:
    google = Google(transport)
    assert TextDelta("hey") in await google.ask("gemini-x")
    exchange, asked = google.seen
    form = parse_qs((await exchange.read()).decode())
    claims = form["assertion"][0].split(".")[1]
    told = orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert (told["iss"], told["exp"] - told["iat"]) == ("me@p-1.example", 3600)
    assert told["aud"] == str(exchange.url)
    assert told["iat"] == MOMENT.timestamp()
    assert asked.headers["authorization"] == "Bearer ya29.token"
    assert asked.query["alt"] == "sse"
    assert "contents" in orjson.loads(await asked.read())


async def test_claude_is_asked_in_its_own_format(transport: Transport) -> None:
    google = Google(transport)
    assert TextDelta("hey") in await google.ask("claude-x@20260101")
    body = orjson.loads(await google.seen[1].read())
    assert (body["anthropic_version"], body["stream"]) == ("vertex-2023-10-16", True)
    assert "model" not in body


async def test_a_token_serves_until_shortly_before_its_end(transport: Transport) -> None:
    google = Google(transport)
    await google.ask("gemini-x", times=2)
    assert google.paths == ["/token", GEMINI, GEMINI]


async def test_a_token_that_has_ended_is_asked_for_anew(transport: Transport) -> None:
    google = Google(transport, **{"/token": {**TOKEN, "expires_in": 300}})
    await google.ask("gemini-x", times=2)
    assert google.paths == ["/token", GEMINI, "/token", GEMINI]


async def test_a_token_that_is_refused_is_forgotten(transport: Transport) -> None:
    google = Google(transport)
    google.answers[GEMINI] = lambda _: web.json_response({"error": {"code": 401, "message": "ya29.token ended"}}, status=401)
    refusals: list[SatchelError] = []
    await google.ask("gemini-x", times=2, refusals=refusals)
    assert [type(error) for error in refusals] == [KeyRejected, KeyRejected]
    assert "[key] ended" in str(refusals[0])
    assert google.paths.count("/token") == 2


async def test_a_location_of_the_key_is_named_in_the_address(transport: Transport) -> None:
    google = Google(transport)
    with pytest.raises(ProviderRefused):
        await google.ask("gemini-x", location="europe-west1")
    assert google.paths[-1] == GEMINI.replace("global", "europe-west1")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda _: web.json_response({"error": "invalid_grant", "error_description": "no such key"}, status=400), KeyRejected),
        (lambda _: web.json_response({"error": "invalid_client"}, status=401), KeyRejected),
        (lambda _: web.Response(status=503), ProviderUnavailable),
        ({"odd": True}, ProviderGarbled),
    ],
)
async def test_an_account_that_gets_no_token_says_why(transport: Transport, answer: Any, error: type[SatchelError]) -> None:
    google = Google(transport, **{"/token": answer})
    with pytest.raises(error):
        await google.ask("gemini-x")
    assert google.paths == ["/token"]


@pytest.mark.parametrize("secret", ["a text", "[]", '{"client_email": "a"}'])
async def test_a_key_that_is_no_account_is_refused_before_anything_is_sent(transport: Transport, secret: str) -> None:
    there = endpoint(provider="vertex", native_model="gemini-x", base_url="http://127.0.0.1:9")
    with pytest.raises(KeyRejected, match="JSON of a service account"):
        await anext(Google(transport).provider.stream(ask(), there, Secret(secret)))


async def test_a_private_key_that_is_none_is_refused_before_anything_is_sent(transport: Transport) -> None:
    google = Google(transport)
    with pytest.raises(KeyRejected, match="JSON of a service account"):
        await google.ask("gemini-x", private_key="words")
    assert google.seen == []


async def test_without_a_key_nothing_is_sent(transport: Transport) -> None:
    with pytest.raises(KeyMissing):
        await anext(Google(transport).provider.stream(ask(), endpoint(), NO_SECRET))


def test_tuning_that_each_family_lacks_is_named(transport: Transport) -> None:
    provider, wanted = Google(transport).provider, ask(tuning=Tuning(seed=1, min_p=0.1))
    assert provider.dropped(wanted, endpoint(native_model="gemini-x")) == ("min_p",)
    assert provider.dropped(wanted, endpoint(native_model="claude-x")) == ("min_p", "seed")
