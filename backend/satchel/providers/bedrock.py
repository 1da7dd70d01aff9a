"""Amazon Bedrock: Claude in Anthropic's own format, so that it looks as it does elsewhere, and every other model by Converse.

A key is either Bedrock's own, a text that goes along as a bearer, or AWS keys as JSON
`{"access_key_id", "secret_access_key", "session_token"?, "region"?}`, which sign each request.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from typing import cast
from urllib.parse import quote, urlsplit

import orjson

from satchel.dialects import (
    anthropic_messages_upstream,
    bedrock_converse,
    bedrock_converse_upstream,
    bedrock_embeddings,
    bedrock_invoke,
)
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.chat import Json
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import KeyMissing, KeyRejected
from satchel.domain.events import Event
from satchel.domain.keys import Secret
from satchel.kit.ids import Ids
from satchel.kit.sigv4 import AwsCredentials, SigningScope, signed_headers
from satchel.ports.clock import Clock
from satchel.providers import ProviderFactory, chat_only
from satchel.transport import AnswerDecoder, Peer, Transport

_DIALECT = "bedrock"
_SERVICE = "bedrock"
_REGION = re.compile(r"bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.")


class Bedrock:
    """Stream from `<base_url>/model/<model>/…`."""

    def __init__(self, transport: Transport, rows: Mapping[str, ProviderRow], ids: Ids, clock: Clock) -> None:
        self._transport = transport
        self._rows = rows
        self._ids = ids
        self._clock = clock

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return frozenset(row.id for row in self._rows.values() if row.dialect == _DIALECT)

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what would not be sent; see `ports.provider.Provider`."""
        if isinstance(request, EmbeddingRequest):
            return ()
        request = chat_only(request, endpoint)
        if bedrock_converse_upstream.is_claude(endpoint):
            return anthropic_messages_upstream.dropped_parameters(request, endpoint)
        return bedrock_converse_upstream.dropped_parameters(request, endpoint)

    def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        if not secret:
            raise KeyMissing(f"{endpoint.provider_name} wants a key; add one to your account", details=details)
        key = _BedrockKey(secret, endpoint)
        action, body, decoder = self._asked(request, endpoint)
        url = f"{endpoint.base_url}/model/{quote(endpoint.native_model, safe=':')}/{action}"
        headers = self._headers(url, body, key)
        return self._transport.stream(url, headers, body, Peer(endpoint.provider_name, details, key.secrets), decoder)

    async def aclose(self) -> None:
        """Do nothing: the transport is closed by whoever made it."""

    def _asked(self, request: Request, endpoint: Endpoint) -> tuple[str, bytes, AnswerDecoder]:
        if isinstance(request, EmbeddingRequest):
            return "invoke", bedrock_embeddings.encode_request(request, endpoint), bedrock_embeddings.decoder(request, endpoint)
        request = chat_only(request, endpoint)
        if bedrock_converse_upstream.is_claude(endpoint):
            body = anthropic_messages_upstream.encode_request(request, endpoint, anthropic_messages_upstream.BEDROCK)
            return "invoke-with-response-stream", body, bedrock_invoke.Decoder(endpoint, lambda: self._ids.new("call"))
        body = bedrock_converse_upstream.encode_request(request, endpoint)
        return "converse-stream", body, bedrock_converse.Decoder(endpoint, lambda: self._ids.new("call"))

    def _headers(self, url: str, body: bytes, key: "_BedrockKey") -> dict[str, str]:
        content = {"Content-Type": "application/json"}
        headers = {"Accept": "application/vnd.amazon.eventstream", **content}
        if key.credentials is None:
            return {**headers, "Authorization": f"Bearer {key.secret.reveal()}"}
        scope = SigningScope(key.region, _SERVICE)
        return {**headers, **signed_headers(url, content, body, credentials=key.credentials, scope=scope, now=self._clock.now())}


class _BedrockKey:
    """A key, read. The region is the address's own; the key's counts where the address tells none."""

    def __init__(self, secret: Secret, endpoint: Endpoint) -> None:
        self.secret = secret
        self.region = ""
        self.credentials: AwsCredentials | None = None
        if secret.reveal().lstrip().startswith("{"):
            self._read(endpoint)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no error may repeat."""
        if self.credentials is None:
            return (self.secret.reveal(),)
        return (self.credentials.secret_access_key, self.credentials.session_token or "", self.credentials.access_key_id)

    def _read(self, endpoint: Endpoint) -> None:
        fields = _fields(self.secret)
        names = ("access_key_id", "secret_access_key", "session_token", "region")
        given = {name: value for name in names if isinstance(value := fields.get(name), str) and value}
        found = _REGION.match(urlsplit(endpoint.base_url).hostname or "")
        self.region = found[1] if found else given.get("region", "")
        if not self.region or "access_key_id" not in given or "secret_access_key" not in given:
            raise KeyRejected(
                f"the key for {endpoint.provider_name} must be Bedrock's own, or JSON with access_key_id, secret_access_key and region",
                details={**upstream_details(endpoint), "key_label": endpoint.key_label},
            )
        self.credentials = AwsCredentials(given["access_key_id"], given["secret_access_key"], given.get("session_token"))


def _fields(secret: Secret) -> Json:
    try:
        value = orjson.loads(secret.reveal())
    except orjson.JSONDecodeError:
        return {}
    return cast(Json, value) if isinstance(value, dict) else {}


PROVIDER = ProviderFactory(
    build=lambda deps: Bedrock(deps.transport, deps.rows, deps.ids, deps.clock),
    dialect=_DIALECT,
)
