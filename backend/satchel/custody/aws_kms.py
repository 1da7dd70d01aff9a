"""The key-encryption key in AWS KMS: data keys go there to be wrapped, the KEK never leaves it.

Source: https://docs.aws.amazon.com/kms/latest/APIReference (Encrypt, Decrypt, DescribeKey, CommonErrors), 2026-11-28. The id of our KEK is
the key's ARN; AWS keeps what it rotates under the same ARN, so that is nothing of ours.
"""

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from satchel.custody.aws_identity import AwsIdentity
from satchel.domain.errors import NotReady, UpstreamError, VaultLocked
from satchel.domain.keys import Wrap
from satchel.kit.sigv4 import SigningScope, signed_headers
from satchel.ports.clock import Clock
from satchel.ports.custody import KekRefused
from satchel.transport import Peer, Transport

_FORM = "SATCHEL_KEK_URL must look like awskms://eu-central-1/alias/satchel (or a key's id or ARN after the region)"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_KEY = re.compile(r"(alias/[A-Za-z0-9/_-]+|[A-Za-z0-9-]+|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+)")
_PEER = Peer("AWS KMS")
_PATIENCE_S = 5.0
_PAUSES_S = (0.1, 0.4, None)
"""How long to wait before the next attempt; there is none after the last."""
_FIELDS = ("account", "dek", "version", "kind", "wrap")
_NOT_OURS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_PASSING = frozenset(
    {"ThrottlingException", "Throttling", "KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException"}
    | {"ServiceUnavailable", "ServiceUnavailableException", "InternalFailure", "RequestTimeout"}
)
_WHAT_TO_DO: Mapping[str, str] = {
    "AccessDeniedException": "allow kms:Encrypt, kms:Decrypt and kms:DescribeKey on it to the identity of this server",
    "DisabledException": "enable the key",
    "KMSInvalidStateException": "the key is being deleted or has no material: cancel the deletion or import the material",
    "NotFoundException": "look at the region and the key's name in SATCHEL_KEK_URL",
    "InvalidKeyUsageException": "the key must be a symmetric one that encrypts",
    "UnrecognizedClientException": "look at the AWS credentials of this server",
    "InvalidClientTokenId": "look at the AWS credentials of this server",
    "InvalidSignatureException": "look at the AWS credentials and at the clock of this server",
    "IncompleteSignature": "look at the AWS credentials of this server",
    "ExpiredTokenException": "the AWS credentials of this server have run out; renew them",
}
_STALE = frozenset({"ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"})


class AwsKmsCustody:
    """`Custody` by a symmetric key in KMS. A KMS that is away or refuses us is `NotReady`; only what is not ours to open is `VaultLocked`.

    What a wrap is bound to goes along as the encryption context, so it stands in CloudTrail and may stand in the key's policy.
    """

    def __init__(self, endpoint: str, region: str, key: str, *, identity: AwsIdentity, deployment_id: str, clock: Clock) -> None:
        """Prepare, without connecting.

        Args:
            endpoint: KMS's address, without a path.
            region: where the key is.
            key: its id, ARN or alias.
            identity: as whom we ask; closed with the custody.
            deployment_id: what the seals of this deployment are bound to.
            clock: for signatures.
        """
        parts = urlsplit(endpoint)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        # The operator named the host, and a VPC answers for it with an address of its own.
        self._transport = Transport(allow_loopback=False, allowed_hosts=frozenset({f"{parts.hostname}:{port}"}))
        self._url = f"{endpoint.rstrip('/')}/"
        self._scope = SigningScope(region, "kms")
        self._key = key
        self._identity = identity
        self._deployment_id = deployment_id
        self._clock = clock
        self._arn: str | None = None

    @classmethod
    def from_url(cls, url: str, identity: AwsIdentity, deployment_id: str, clock: Clock) -> "AwsKmsCustody":
        """Return custody as `awskms://region/key` says; `?endpoint=https://…` where KMS has another address. Raises `KekRefused`."""
        parts = urlsplit(url)
        region, key, options = parts.netloc, unquote(parts.path.strip("/")), parse_qs(parts.query, keep_blank_values=True)
        if not _REGION.fullmatch(region) or not _KEY.fullmatch(key) or options.keys() - {"endpoint"}:
            raise KekRefused(_FORM)
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        endpoint = options.get("endpoint", [f"https://kms.{region}.{suffix}"])[0]
        if urlsplit(endpoint).scheme not in ("https", "http") or not urlsplit(endpoint).hostname:
            raise KekRefused(f"{_FORM}; its endpoint must be an https address")
        return cls(endpoint, region, key, identity=identity, deployment_id=deployment_id, clock=clock)

    async def known(self) -> Sequence[str]:
        """Return the key's ARN: an alias may have moved to another key since."""
        found = (await self._ask("DescribeKey", {"KeyId": self._key})).get("KeyMetadata")
        arn = found.get("Arn") if isinstance(found, dict) else None
        if not isinstance(arn, str):
            raise NotReady("AWS KMS describes no key")
        self._arn = arn
        return [arn]

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        """Return `dek` wrapped by the key."""
        kek_id = await self._kek_id()
        asked = {"KeyId": kek_id, "Plaintext": base64.b64encode(dek).decode(), "EncryptionContext": self._bound(context)}
        return Wrap(kek_id, _bytes((await self._ask("Encrypt", asked)).get("CiphertextBlob")))

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller. Another key than ours is never asked: no row of the database chooses it."""
        if not wrap.kek_id.startswith("arn:") or wrap.kek_id != await self._kek_id():
            raise VaultLocked("the vault cannot be opened: this is not what AWS KMS wrapped with the key in SATCHEL_KEK_URL")
        blob = base64.b64encode(wrap.blob).decode()
        asked = {"KeyId": wrap.kek_id, "CiphertextBlob": blob, "EncryptionContext": self._bound(context)}
        return bytearray(_bytes((await self._ask("Decrypt", asked)).get("Plaintext")))

    async def renew(self) -> None:
        """Refuse: AWS rotates the key itself, and old data keys open as before."""
        raise KekRefused(
            "AWS KMS rotates the key by itself (switch it on with: aws kms enable-key-rotation). To move to another key, put its address"
            " before this one in SATCHEL_KEK_URL, with a space between, restart every server, then run: satchel vault rewrap"
        )

    async def aclose(self) -> None:
        """Close the connections. Safe to call twice."""
        await self._transport.aclose()
        await self._identity.aclose()

    async def _kek_id(self) -> str:
        return self._arn or (await self.known())[0]

    async def _ask(self, action: str, fields: Mapping[str, object]) -> Mapping[str, object]:
        """Ask, and ask again where that helps. Raises `VaultLocked` for what is not ours to open, else `NotReady`."""
        code = ""
        for pause_s in _PAUSES_S:
            code, found = await self._answer(action, orjson.dumps(fields))
            if not code:
                return found
            if code in _NOT_OURS:
                raise VaultLocked("the vault cannot be opened with the key-encryption key of this server")
            if code not in _PASSING or pause_s is None:
                break
            await asyncio.sleep(pause_s)
        if code in _STALE:
            self._identity.forget()
        what = _WHAT_TO_DO.get(code, "try again in a moment" if code in _PASSING else "look at the key in AWS KMS")
        raise NotReady(
            f"the key-encryption key {self._key!r} cannot be used: AWS KMS answers {code} to {action}; {what}", retry_after_s=1.0
        )

    async def _answer(self, action: str, body: bytes) -> tuple[str, Mapping[str, object]]:
        """Return AWS's code of what went wrong, or none and the answer."""
        try:
            credentials = await self._identity.credentials()
            headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"TrentService.{action}"}
            signed = signed_headers(self._url, headers, body, credentials=credentials, scope=self._scope, now=self._clock.now())
            answer = await self._transport.post_json(self._url, {**headers, **signed}, body, _PATIENCE_S, _PEER)
        except UpstreamError as error:
            raise NotReady(f"the key-encryption key cannot be reached: {error.message}", retry_after_s=1.0) from error
        found = cast(Mapping[str, object], answer.body) if isinstance(answer.body, dict) else {}
        if answer.status == 200:
            return "", found
        said = found.get("__type")
        code = said.rpartition("#")[2] if isinstance(said, str) else ""
        if not re.fullmatch(r"[A-Za-z]{1,60}", code):
            code = "ServiceUnavailable" if answer.status >= 500 else f"HTTP {answer.status}"
        return code, found

    def _bound(self, fields: tuple[str, ...]) -> Mapping[str, str]:
        """Return what a wrap is bound to, in AWS's way. A field of nobody's is a dash: no id of ours is one."""
        named = {name: field or "-" for name, field in zip(_FIELDS, fields, strict=False)}
        return {"satchel": "dek-wrap", "deployment": self._deployment_id, **named}


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "-", validate=True)
    except binascii.Error as error:
        raise NotReady("AWS KMS answered something that is no answer") from error
