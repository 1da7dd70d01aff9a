"""Google Vertex AI: Gemini in Google's format and Claude in Anthropic's, with the key of a service account.

The key is the JSON as Google lets people download it. It signs a request for an access token, which serves for an hour.
Source: recorded traffic and Google's description of the exchange (RFC 7523), checked 2026-11-23.
"""

import hashlib
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote, urlencode, urlsplit

import orjson

from satchel.dialects import (
    anthropic_messages,
    anthropic_messages_upstream,
    gemini,
    gemini_embeddings,
    gemini_images,
    gemini_request,
    gemini_speech,
)
from satchel.dialects.openai_chat_errors import error_from, upstream_details
from satchel.dialects.upstream_message import message_of
from satchel.dialects.upstream_words import body_of, quoted
from satchel.domain.audio import SpeechRequest
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import KeyMissing, KeyRejected, ProviderGarbled, SatchelError
from satchel.domain.events import Event
from satchel.domain.images import ImageRequest
from satchel.domain.keys import Secret
from satchel.kit.ids import Ids
from satchel.kit.single_flight import SingleFlight
from satchel.ports.clock import Clock
from satchel.providers import ProviderFactory, chat_only
from satchel.transport import AnswerDecoder, Peer, Transport

_DIALECT = "vertex"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_TOKEN_TIMEOUT_S = 10.0
_TOKEN_LIFE_S = 3_600
_SPARE_S = 300.0
_MAX_TOKENS = 1_000
_REGION = re.compile(r"([a-z0-9-]+)-aiplatform\.")


class Vertex:
    """Stream from `<base_url>/v1/projects/<project>/locations/<location>/publishers/<publisher>/models/<model>:…`."""

    def __init__(self, transport: Transport, rows: Mapping[str, ProviderRow], ids: Ids, clock: Clock) -> None:
        self._transport = transport
        self._rows = rows
        self._ids = ids
        self._tokens = _AccessTokens(transport, clock)

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return frozenset(row.id for row in self._rows.values() if row.dialect == _DIALECT)

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what would not be sent; see `ports.provider.Provider`."""
        if isinstance(request, EmbeddingRequest):
            return ()
        if isinstance(request, ImageRequest) and not _is_claude(endpoint):
            return gemini_images.dropped_parameters(request)
        if isinstance(request, SpeechRequest) and not _is_claude(endpoint):
            return gemini_speech.dropped_parameters(request)
        request = chat_only(request, endpoint)
        if _is_claude(endpoint):
            return anthropic_messages_upstream.dropped_parameters(request, endpoint)
        return gemini_request.dropped_parameters(request, endpoint)

    async def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        if not secret:
            raise KeyMissing(f"{endpoint.provider_name} wants a key; add one to your account", details=details)
        account = _account(secret, endpoint)
        method, body, decoder = self._asked(request, endpoint)
        token = (await self._tokens.token(account, endpoint)).reveal()
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        peer = Peer(endpoint.provider_name, details, (token,))
        events = self._transport.stream(_url(endpoint, account, method), headers, body, peer, decoder)
        try:
            async for event in events:
                yield event
        except KeyRejected:
            self._tokens.forget(account)
            raise
        finally:
            await events.aclose()

    async def aclose(self) -> None:
        """Forget the access tokens; the transport is closed by whoever made it."""
        self._tokens.clear()

    def _asked(self, request: Request, endpoint: Endpoint) -> tuple[str, bytes, AnswerDecoder]:
        if isinstance(request, EmbeddingRequest):
            body = gemini_embeddings.encode_predict(request, endpoint)
            return "predict", body, gemini_embeddings.predict_decoder(request, endpoint)
        if isinstance(request, ImageRequest) and gemini_images.is_imagen(endpoint):
            return "predict", gemini_images.encode_predict(request), gemini_images.PredictDecoder(endpoint)
        if isinstance(request, SpeechRequest) and not _is_claude(endpoint):
            return "generateContent", gemini_speech.encode_request(request, endpoint), gemini_speech.SpeechDecoder(endpoint, request)
        if isinstance(request, ImageRequest) and not _is_claude(endpoint):
            request = gemini_images.as_chat(request)
        request = chat_only(request, endpoint)
        if _is_claude(endpoint):
            body = anthropic_messages_upstream.encode_request(request, endpoint, anthropic_messages_upstream.VERTEX)
            return "streamRawPredict", body, anthropic_messages.Decoder(endpoint, lambda: self._ids.new("call"))
        body = gemini_request.encode_request(request, endpoint)
        return "streamGenerateContent?alt=sse", body, gemini.Decoder(endpoint, lambda: self._ids.new("call"))


@dataclass(frozen=True, slots=True)
class _ServiceAccount:
    """A service account's key, read. `mark` names it in memory without telling it."""

    email: str
    private_key: str = field(repr=False)
    key_id: str | None
    project: str
    location: str
    token_url: str
    mark: str


class _AccessTokens:
    """The access tokens that service accounts were given, each asked for once and until shortly before its end."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._tokens: dict[str, tuple[Secret, float]] = {}
        self._asking = SingleFlight[Secret]()

    async def token(self, account: _ServiceAccount, endpoint: Endpoint) -> Secret:
        """Return an access token. Raises `KeyRejected`, or `UpstreamError` where nobody gives one."""
        kept = self._tokens.get(account.mark)
        if kept is not None and self._clock.monotonic_s() < kept[1]:
            return kept[0]
        return await self._asking.run(account.mark, lambda: self._ask(account, endpoint))

    def forget(self, account: _ServiceAccount) -> None:
        """Let go of a token that is not taken any more."""
        self._tokens.pop(account.mark, None)

    def clear(self) -> None:
        """Let go of all."""
        self._tokens.clear()

    async def _ask(self, account: _ServiceAccount, endpoint: Endpoint) -> Secret:
        assertion = _assertion(account, endpoint, int(self._clock.now().timestamp()))
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        peer = Peer(endpoint.provider_name, upstream_details(endpoint), (assertion,))
        form = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        answer = await self._transport.post_json(account.token_url, headers, form, _TOKEN_TIMEOUT_S, peer)
        fields: Json = cast(Json, answer.body) if isinstance(answer.body, Mapping) else {}
        if answer.status != 200:
            raise _refused(answer.status, answer.headers, fields, endpoint)
        token, life_s = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(token, str) or not token:
            raise ProviderGarbled(f"{endpoint.provider_name} sent something that is no access token", details=peer.details)
        if len(self._tokens) >= _MAX_TOKENS:
            self._tokens.clear()
        good_s = (life_s if isinstance(life_s, int | float) else _TOKEN_LIFE_S) - _SPARE_S
        secret = Secret(token)
        self._tokens[account.mark] = (secret, self._clock.monotonic_s() + good_s)
        return secret


def _account(secret: Secret, endpoint: Endpoint) -> _ServiceAccount:
    text = secret.reveal()
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    fields: Json = cast(Json, value) if isinstance(value, Mapping) else {}
    given = {name: word for name, word in fields.items() if isinstance(word, str) and word}
    if any(name not in given for name in ("client_email", "private_key", "project_id")):
        raise _no_account(endpoint)
    found = _REGION.match(urlsplit(endpoint.base_url).hostname or "")
    return _ServiceAccount(
        given["client_email"],
        given["private_key"],
        given.get("private_key_id"),
        given["project_id"],
        found[1] if found else given.get("location") or given.get("region") or "global",
        given.get("token_uri", _TOKEN_URL),
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _assertion(account: _ServiceAccount, endpoint: Endpoint, now_s: int) -> str:
    from satchel.kit.jwt import signed_jwt  # noqa: PLC0415 - brings the ciphers: 7 MB that an idle server does without

    claims = {"iss": account.email, "scope": _SCOPE, "aud": account.token_url, "iat": now_s, "exp": now_s + _TOKEN_LIFE_S}
    try:
        return signed_jwt(claims, account.private_key, account.key_id)
    except ValueError as error:
        raise _no_account(endpoint) from error


def _no_account(endpoint: Endpoint) -> KeyRejected:
    return KeyRejected(
        f"the key for {endpoint.provider_name} must be the JSON of a service account, as Google lets you download it",
        details={**upstream_details(endpoint), "key_label": endpoint.key_label},
    )


def _refused(status: int, headers: Mapping[str, str], fields: Json, endpoint: Endpoint) -> SatchelError:
    """Return what a refusal of the token means: with a reason of OAuth it is the key's fault."""
    reason, words = fields.get("error"), fields.get("error_description")
    if not isinstance(reason, str) or status not in (400, 401):
        return error_from(status, headers, orjson.dumps(dict(fields)), endpoint)
    said = quoted(words if isinstance(words, str) and words else reason)
    body = body_of(said, {"type": reason})
    details = {**upstream_details(endpoint, status, said), "key_label": endpoint.key_label, "provider_body": body}
    return KeyRejected(message_of(KeyRejected, endpoint, said), details=details)


def _url(endpoint: Endpoint, account: _ServiceAccount, method: str) -> str:
    publisher = "anthropic" if _is_claude(endpoint) else "google"
    project, location, model = (quote(text, safe="@") for text in (account.project, account.location, endpoint.native_model))
    return f"{endpoint.base_url}/v1/projects/{project}/locations/{location}/publishers/{publisher}/models/{model}:{method}"


def _is_claude(endpoint: Endpoint) -> bool:
    return endpoint.native_model.startswith("claude")


PROVIDER = ProviderFactory(build=lambda deps: Vertex(deps.transport, deps.rows, deps.ids, deps.clock), dialect=_DIALECT)
