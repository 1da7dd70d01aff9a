"""Models in an Azure resource, OpenAI's and others: the same surfaces under Azure's addresses, with its header and its versions.

A base URL is the resource (`https://<resource>.openai.azure.com`), which means `/openai/v1`; or a deployment's address, or `…/models`,
which want an API version. Source: recorded traffic and Azure's API reference, checked 2026-11-23.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.openai_surfaces import asked, dropped
from satchel.domain.calls import Request
from satchel.domain.catalog import Endpoint, ProviderRow
from satchel.domain.errors import KeyMissing
from satchel.domain.events import Event
from satchel.domain.keys import Secret
from satchel.kit.ids import Ids
from satchel.providers import ProviderFactory
from satchel.transport import Peer, Transport

_DIALECT = "azure_openai"
_DEPLOYMENT_VERSION = "2024-10-21"
_MODELS_VERSION = "2024-05-01-preview"


class AzureOpenAI:
    """Stream from a resource with its key."""

    def __init__(self, transport: Transport, rows: Mapping[str, ProviderRow], ids: Ids) -> None:
        self._transport = transport
        self._rows = rows
        self._ids = ids

    @property
    def ids(self) -> frozenset[str]:
        """Return the provider ids it serves."""
        return frozenset(row.id for row in self._rows.values() if row.dialect == _DIALECT)

    def dropped(self, request: Request, endpoint: Endpoint) -> tuple[str, ...]:
        """Return what would not be sent; see `ports.provider.Provider`."""
        return dropped(request, endpoint)

    def stream(self, request: Request, endpoint: Endpoint, secret: Secret) -> AsyncGenerator[Event, None]:
        """Ask `endpoint` and yield its events; see `ports.provider.Provider`."""
        details = upstream_details(endpoint)
        if not secret:
            raise KeyMissing(f"{endpoint.provider_name} wants a key; add one to your account", details=details)
        going = asked(request, _as_its_path_wants(endpoint), lambda: self._ids.new("call"))
        headers = {"Accept": going.accept, "Content-Type": going.content_type, "api-key": secret.reveal()}
        peer = Peer(endpoint.provider_name, details, (secret.reveal(),))
        return self._transport.stream(going.url + _version(endpoint.base_url), headers, going.body, peer, going.decoder)

    async def aclose(self) -> None:
        """Do nothing: the transport is closed by whoever made it."""


def _version(base_url: str) -> str:
    path = urlsplit(base_url).path.removesuffix("/responses")
    if path.endswith("/v1"):
        return ""
    return f"?api-version={_MODELS_VERSION if path.endswith('/models') else _DEPLOYMENT_VERSION}"


def _as_its_path_wants(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with the words of models that are not OpenAI's, which `…/models` serves."""
    if not endpoint.base_url.endswith("/models"):
        return endpoint
    return replace(endpoint, quirks=replace(endpoint.quirks, max_tokens_key="max_tokens", developer_role=False))


PROVIDER = ProviderFactory(build=lambda deps: AzureOpenAI(deps.transport, deps.rows, deps.ids), dialect=_DIALECT)
