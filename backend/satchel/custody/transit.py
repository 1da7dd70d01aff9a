"""The key-encryption key in HashiCorp Vault's or OpenBao's transit engine: data keys go there to be wrapped, the KEK never leaves it.

Source: https://developer.hashicorp.com/vault/api-docs/secret/transit, 2026-11-28. Vault's versions of its key are our KEKs.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

import orjson

from satchel.domain.errors import NotReady, UpstreamError, VaultLocked
from satchel.domain.keys import Secret, Wrap
from satchel.kit.aead import context
from satchel.ports.custody import KekRefused
from satchel.transport import JsonAnswer, Peer, Transport

_SCHEMES = {"vault": "https", "vault+http": "http"}
_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_VERSION = re.compile(r"vault:v([1-9][0-9]*):\S+")
_PURPOSE = "dek-wrap"
_PORT = 8200
_PEER = Peer("Vault")
_PATIENCE_S = 10.0
_MAX_ANSWER_BYTES = 64 * 1024


class TransitCustody:
    """`Custody` by a transit engine. A Vault that is away or sealed is `NotReady`; only a blob that it refuses to open is `VaultLocked`."""

    def __init__(self, base_url: str, key: str, token: Secret, deployment_id: str) -> None:
        """Prepare, without connecting.

        Args:
            base_url: address of the engine, such as `https://vault.internal:8200/v1/transit`.
            key: the name of its key, of a type that takes associated data, such as `aes256-gcm96`.
            token: may read, encrypt, decrypt and, for `satchel vault rotate`, rotate.
            deployment_id: what the seals of this deployment are bound to.
        """
        parts = urlsplit(base_url)
        self._transport = Transport(allow_loopback=False, allowed_hosts=frozenset({f"{parts.hostname}:{parts.port}"}))
        self._base_url = base_url
        self._key = key
        self._token = token
        self._deployment_id = deployment_id

    @classmethod
    def from_url(cls, url: str, token: str | None, deployment_id: str) -> "TransitCustody":
        """Return custody as `vault://host:port/mount/key` says. Raises `KekRefused` if that is none, or there is no token."""
        parts = urlsplit(url)
        mount, _, key = parts.path.strip("/").rpartition("/")
        if not parts.hostname or "@" in parts.netloc or not _NAME.fullmatch(mount) or not _NAME.fullmatch(key) or parts.query:
            raise KekRefused("SATCHEL_KEK_URL must look like vault://host:8200/transit/key-name")
        if not token:
            raise KekRefused("SATCHEL_KEK_URL says vault:, but SATCHEL_KEK is empty; set it to a token of Vault's")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(f"{_SCHEMES[parts.scheme]}://{host}:{parts.port or _PORT}/v1/{mount}", key, Secret(token), deployment_id)

    async def known(self) -> Sequence[str]:
        """Return the ids of the versions that can be opened, the latest first."""
        found = await self._ask(f"keys/{self._key}", None)
        latest, least = found.get("latest_version"), found.get("min_decryption_version")
        if not isinstance(latest, int) or not isinstance(least, int):
            raise NotReady(f"Vault's key {self._key!r} has no versions; is it of a type that encrypts?")
        return [self._kek_id(version) for version in range(latest, max(least, 1) - 1, -1)]

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        """Return `dek` wrapped by the latest version."""
        fields = {"plaintext": _text(dek), "associated_data": _text(self._bound(context))}
        ciphertext = (await self._ask(f"encrypt/{self._key}", fields)).get("ciphertext")
        version = _VERSION.fullmatch(ciphertext) if isinstance(ciphertext, str) else None
        if version is None or not isinstance(ciphertext, str):
            raise NotReady("Vault answered something that is no ciphertext")
        return Wrap(self._kek_id(int(version[1])), ciphertext.encode())

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller."""
        ciphertext = wrap.blob.decode(errors="replace")
        version = _VERSION.fullmatch(ciphertext)
        if version is None or self._kek_id(int(version[1])) != wrap.kek_id:
            raise VaultLocked("the vault cannot be opened: this is not what Vault wrapped")
        fields = {"ciphertext": ciphertext, "associated_data": _text(self._bound(context))}
        plaintext = (await self._ask(f"decrypt/{self._key}", fields)).get("plaintext")
        try:
            return bytearray(base64.b64decode(plaintext if isinstance(plaintext, str) else "-", validate=True))
        except binascii.Error as error:
            raise NotReady("Vault answered something that is no plaintext") from error

    async def renew(self) -> None:
        """Let Vault make a new version."""
        await self._ask(f"keys/{self._key}/rotate", {})

    async def aclose(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._transport.aclose()

    async def _ask(self, path: str, fields: Mapping[str, str] | None) -> Mapping[str, object]:
        """Read a path, or write `fields` to it; return the answer's data."""
        try:
            answer = await self._answer(f"{self._base_url}/{path}", fields)
        except UpstreamError as error:
            raise NotReady(f"the key-encryption key cannot be reached: {error.message}", retry_after_s=1.0) from error
        if answer.status == 400 and path.startswith("decrypt/"):
            raise VaultLocked("the vault cannot be opened with the key-encryption key of this server")
        if answer.status in (403, 404):
            raise NotReady(
                f"Vault answers {answer.status} for {path}: look at the key's name in SATCHEL_KEK_URL and the token in SATCHEL_KEK"
            )
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        if answer.status not in (200, 204):
            raise NotReady(f"the key-encryption key cannot be used: Vault answers {answer.status}", retry_after_s=1.0)
        return cast(Mapping[str, object], data) if isinstance(data, dict) else {}

    async def _answer(self, url: str, fields: Mapping[str, str] | None) -> JsonAnswer:
        headers = {"X-Vault-Token": self._token.reveal(), "X-Vault-Request": "true", "Content-Type": "application/json"}
        if fields is None:
            return await self._transport.get_json(url, headers, _PATIENCE_S, _PEER)
        async with self._transport.post_stream(url, headers, orjson.dumps(fields), _PEER) as answer:
            raw = await answer.body(_MAX_ANSWER_BYTES)
        try:
            return JsonAnswer(answer.status, answer.headers, orjson.loads(raw) if raw else None, raw)
        except orjson.JSONDecodeError:
            return JsonAnswer(answer.status, answer.headers, None, raw)

    def _kek_id(self, version: int) -> str:
        return f"transit:{self._key}:v{version}"

    def _bound(self, fields: tuple[str, ...]) -> bytes:
        return context(_PURPOSE, self._deployment_id, *fields)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
