"""As whom we ask AWS: keys in the environment, in the shared credentials file, of the container, or of the machine's role, in this order.

Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers", 2026-11-28. Not read: profiles that assume a role or sign
in through a browser, and web identity tokens; on EKS use Pod Identity, which is the container's way.
"""

import asyncio
import configparser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import orjson

from satchel.domain.errors import NotReady
from satchel.kit.sigv4 import AwsCredentials
from satchel.ports.clock import Clock
from satchel.transport import Exchange, Peer, Transport

_ECS = "http://169.254.170.2"
_CONTAINER_HOSTS = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "127.0.0.1", "::1", "localhost"})
"""Where a container's credentials may come from by plain http."""
_MACHINE = "http://169.254.169.254"
_PATIENCE_S = 2.0
_EARLY = timedelta(minutes=5)
_MAX_ANSWER_BYTES = 64 * 1024
_NOBODY = (
    "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, write a [default] profile with them to"
    " ~/.aws/credentials, or give this container or machine a role"
)


class AwsIdentity:
    """Find credentials when they are first needed, and again shortly before they end."""

    def __init__(self, environment: Mapping[str, str], clock: Clock, home: Path | None = None) -> None:
        """Prepare, without reading or connecting.

        Args:
            environment: the variables whose names begin with `AWS_`.
            clock: tells when credentials end.
            home: the folder that `.aws` is in; by default the person's.
        """
        self._environment = environment
        self._clock = clock
        self._home = home
        self._found: AwsCredentials | None = None
        self._until_at: datetime | None = None
        self._turn = asyncio.Lock()
        urls = [urlsplit(url) for url in (self._container_url, self._machine_url)]
        hosts = (f"{url.hostname}:{url.port or (443 if url.scheme == 'https' else 80)}" for url in urls if url.hostname)
        self._transport = Transport(allow_loopback=False, allowed_hosts=frozenset(hosts))

    async def credentials(self) -> AwsCredentials:
        """Return what to sign with.

        Raises:
            NotReady: there is nobody we could be; says how to be somebody.
            UpstreamError: whoever knows does not answer.
        """
        async with self._turn:
            if self._found is None or (self._until_at is not None and self._clock.now() > self._until_at - _EARLY):
                self._found, self._until_at = await self._look()
            return self._found

    def forget(self) -> None:
        """Look anew at the next call: AWS does not know these credentials any more."""
        self._found = None

    async def aclose(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._transport.aclose()

    @property
    def _container_url(self) -> str:
        relative = self._environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        return f"{_ECS}{relative}" if relative else self._environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")

    @property
    def _machine_url(self) -> str:
        if self._environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
            return ""
        return self._environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", _MACHINE).rstrip("/")

    async def _look(self) -> tuple[AwsCredentials, datetime | None]:
        if fixed := _fixed(self._environment, str.upper) or self._of_file():
            return fixed, None
        if url := self._container_url:
            parts = urlsplit(url)
            if parts.scheme != "https" and parts.hostname not in _CONTAINER_HOSTS:
                raise NotReady("AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or a container service's own address")
            return _temporary(await self._read("GET", url, self._container_headers()))
        if not self._machine_url:
            raise NotReady(_NOBODY)
        return await self._of_machine()

    def _of_file(self) -> AwsCredentials | None:
        named = self._environment.get("AWS_SHARED_CREDENTIALS_FILE")
        path = Path(named) if named else (self._home or Path.home()) / ".aws" / "credentials"
        profiles = configparser.RawConfigParser()
        try:
            profiles.read_string(path.read_text())
        except OSError:
            return None
        except (configparser.Error, UnicodeDecodeError) as error:
            raise NotReady(f"the AWS credentials file {str(path)!r} cannot be read: it is not as AWS's tools write it") from error
        profile = self._environment.get("AWS_PROFILE", "default")
        return _fixed(profiles[profile], str.lower) if profiles.has_section(profile) else None

    def _container_headers(self) -> Mapping[str, str]:
        token = self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        if path := self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            try:
                token = Path(path).read_text().strip()
            except OSError as error:
                raise NotReady(f"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE {path!r} cannot be read") from error
        return {"Authorization": token} if token else {}

    async def _of_machine(self) -> tuple[AwsCredentials, datetime | None]:
        """Ask the machine's metadata service, by its second version only: it wants a token first, which no forged request can get."""
        session = await self._read("PUT", f"{self._machine_url}/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"})
        headers = {"X-aws-ec2-metadata-token": session.decode("ascii", errors="replace")}
        roles = f"{self._machine_url}/latest/meta-data/iam/security-credentials/"
        role = (await self._read("GET", roles, headers)).decode("ascii", errors="replace").partition("\n")[0].strip()
        return _temporary(await self._read("GET", f"{roles}{role}", headers))

    async def _read(self, method: str, url: str, headers: Mapping[str, str]) -> bytes:
        peer = Peer("whoever gives out this machine's AWS credentials")
        try:
            request = Exchange(self._transport, method, url, headers=headers, body=None, peer=peer)
            async with asyncio.timeout(_PATIENCE_S), request as answer:
                body = await answer.body(_MAX_ANSWER_BYTES)
        except TimeoutError as error:
            raise NotReady(_NOBODY) from error
        if answer.status != 200:
            raise NotReady(f"{_NOBODY} (it answers {answer.status})")
        return body


def _fixed(values: Mapping[str, str], spelled: Callable[[str], str]) -> AwsCredentials | None:
    """Return the keys among values, whose names are spelled somehow."""
    key_id, secret = values.get(spelled("aws_access_key_id")), values.get(spelled("aws_secret_access_key"))
    return AwsCredentials(key_id, secret, values.get(spelled("aws_session_token")) or None) if key_id and secret else None


def _temporary(body: bytes) -> tuple[AwsCredentials, datetime | None]:
    """Read what a container's or a machine's service answers."""
    try:
        found = cast(Mapping[str, object], orjson.loads(body))
        key_id, secret, token = (str(found[name]) for name in ("AccessKeyId", "SecretAccessKey", "Token"))
        until_at = datetime.fromisoformat(str(found["Expiration"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise NotReady("whoever gives out this machine's AWS credentials answers something that is none") from error
    return AwsCredentials(key_id, secret, token), until_at if until_at.tzinfo else until_at.replace(tzinfo=UTC)
