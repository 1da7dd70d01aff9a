"""A small server that speaks the protocol of Vault's transit engine, on loopback: keys with versions, and associated data."""

import base64
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .loopback import Answer, Loopback

TOKEN = "hvs.not-a-real-token"


@dataclass
class TransitEngine(Loopback):
    """What the server keeps, and what a test may change."""

    port: int = 0
    versions: list[bytes] = field(default_factory=lambda: [os.urandom(32)])
    least: int = 1
    sealed: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return what SATCHEL_KEK_URL says."""
        return f"vault+http://127.0.0.1:{self.port}/transit/satchel"

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer as Vault does."""
        return self._answer(path, headers.get("x-vault-token"), json.loads(body) if body else {})

    def _answer(self, path: str, token: str | None, fields: dict[str, str]) -> Answer:
        self.asked.append(path)
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        match path.removeprefix("/v1/transit/"):
            case "keys/satchel":
                return 200, {"data": {"latest_version": len(self.versions), "min_decryption_version": self.least, "type": "aes256-gcm96"}}
            case "keys/satchel/rotate":
                self.versions.append(os.urandom(32))
                return 200, {"data": {}}
            case "encrypt/satchel":
                return self._encrypt(fields)
            case "decrypt/satchel":
                return self._decrypt(fields)
        return 404, {"errors": []}

    def _encrypt(self, fields: dict[str, str]) -> Answer:
        nonce = os.urandom(12)
        plain, bound = (base64.b64decode(fields[name]) for name in ("plaintext", "associated_data"))
        text = base64.b64encode(nonce + AESGCM(self.versions[-1]).encrypt(nonce, plain, bound)).decode()
        return 200, {"data": {"ciphertext": f"vault:v{len(self.versions)}:{text}"}}

    def _decrypt(self, fields: dict[str, str]) -> Answer:
        _, version, text = fields["ciphertext"].split(":")
        try:
            blob, bound = base64.b64decode(text, validate=True), base64.b64decode(fields["associated_data"])
            number = int(version[1:])
            if number < self.least:
                return 400, {"errors": ["ciphertext version is disallowed by policy (too old)"]}
            plain = AESGCM(self.versions[number - 1]).decrypt(blob[:12], blob[12:], bound)
        except (ValueError, IndexError, InvalidTag):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


@asynccontextmanager
async def transit_engine() -> AsyncGenerator[TransitEngine, None]:
    """Run the server."""
    async with TransitEngine().running() as engine:
        yield engine
