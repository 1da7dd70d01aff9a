"""The authorities that a house knows, and how it reaches them: what the operator named, by file or environment."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from satchel.kit.ids import Ids
from satchel.loading import load_authorities
from satchel.ports.clock import Clock
from satchel.ports.coordination import Limiter
from satchel.services.oauth.authorities import Authorities, Heard
from satchel.settings import Settings
from satchel.transport import Peer, Timeouts, Transport

_ANSWER_S = 10.0


def authorities_of(settings: Settings, limiter: Limiter, clock: Clock, ids: Ids) -> tuple[Authorities, Transport]:
    """Return the authorities, and their transport, to be closed. It reaches public hosts, and the issuers wherever they are.

    Raises:
        ValueError: what the operator wrote cannot be; the message says where.
    """
    found = load_authorities(settings.oidc_file, _given(settings))
    hosts = frozenset(_host_and_port(authority.issuer) for authority in found)
    transport = Transport(allow_loopback=False, allowed_hosts=hosts, timeouts=Timeouts(connect_s=settings.connect_timeout_s))

    async def ask(address: str, headers: Mapping[str, str], body: bytes | None) -> Heard:
        if body is None:
            answer = await transport.get_json(address, headers, _ANSWER_S)
        else:
            answer = await transport.post_json(address, headers, body, _ANSWER_S, Peer(urlsplit(address).netloc))
        return Heard(answer.status, answer.body)

    return Authorities(found, ask, limiter, clock, ids), transport


def _given(settings: Settings) -> list[Mapping[str, object]]:
    """Return the tables that the environment describes."""
    given: list[Mapping[str, object]] = []
    for name in ("google", "github"):
        if client_id := getattr(settings, f"oidc_{name}_client_id"):
            secret = getattr(settings, f"oidc_{name}_client_secret").get_secret_value()
            given.append({"id": name, "client_id": client_id, "client_secret": secret})
    if settings.oidc_issuer:
        name = settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or "your account"
        secret = settings.oidc_client_secret.get_secret_value()
        one = {"id": "oidc", "name": name, "issuer": settings.oidc_issuer, "client_id": settings.oidc_client_id, "client_secret": secret}
        given.append(one)
    return given


def _host_and_port(issuer: str) -> str:
    parts = urlsplit(issuer)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
