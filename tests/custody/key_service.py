"""A small server that speaks the protocol of AWS KMS, and those that give out credentials, on loopback.

It checks signatures, answers in AWS's words, and opens only with the same key and the same encryption context.
"""

import base64
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from satchel.kit.sigv4 import AwsCredentials, SigningScope, signed_headers

from .loopback import Answer, Loopback

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/not/a/real/key"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
_ARN = "arn:aws:kms:eu-central-1:111122223333:key/"


@dataclass
class KeyService(Loopback):
    """What the service keeps, and what a test may change."""

    keys: dict[str, bytes] = field(default_factory=lambda: {f"{_ARN}one": os.urandom(32), f"{_ARN}two": os.urandom(32)})
    alias: str = f"{_ARN}one"
    fails: list[tuple[int, str]] = field(default_factory=list)
    """Status and code of the next answers."""
    asked: list[str] = field(default_factory=list)
    contexts: list[dict[str, str]] = field(default_factory=list)
    credentials: AwsCredentials = field(default_factory=lambda: AwsCredentials(KEY_ID, SECRET))
    gave_out: int = 0
    until_at: str = "2096-11-28T12:00:00Z"

    def url(self, key: str = "alias/satchel") -> str:
        """Return what SATCHEL_KEK_URL says."""
        return f"awskms://eu-central-1/{key}?endpoint={self.address}"

    @property
    def address(self) -> str:
        """Return where the service is."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer as KMS does, or as a container's or a machine's service of credentials."""
        if method == "POST":
            return self._signed(headers, body)
        given = {"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET, "Token": self.credentials.session_token, "Expiration": self.until_at}
        match method, path, headers.get("authorization"), headers.get("x-aws-ec2-metadata-token"):
            case "PUT", "/latest/api/token", None, None:
                return 200, "a-session"
            case "GET", "/latest/meta-data/iam/security-credentials/", None, "a-session":
                return 200, "a-role\n"
            case ("GET", "/latest/meta-data/iam/security-credentials/a-role", None, "a-session") | (
                "GET",
                "/of-container",
                "a-token",
                None,
            ):
                self.gave_out += 1
                return 200, given
        return 401, ""

    def _signed(self, headers: dict[str, str], body: bytes) -> Answer:
        covered = {"Content-Type": headers["content-type"], "X-Amz-Target": headers["x-amz-target"]}
        now = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        scope = SigningScope("eu-central-1", "kms")
        right = signed_headers(f"{self.address}/", covered, body, credentials=self.credentials, scope=scope, now=now)
        action = headers["x-amz-target"].removeprefix("TrentService.")
        self.asked.append(action)
        if self.fails:
            status, code = self.fails.pop(0)
            return status, {"__type": f"com.amazonaws.kms#{code}", "message": f"{KEY_ID} may not, and {SECRET} neither"}
        if headers["authorization"] != right["Authorization"]:
            return 400, {"__type": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}
        return self._done(action, json.loads(body))

    def _done(self, action: str, fields: dict[str, Any]) -> Answer:
        arn = self.alias if fields["KeyId"] == "alias/satchel" else fields["KeyId"]
        if arn not in self.keys:
            return 400, {"__type": "NotFoundException", "message": f"Key '{arn}' does not exist"}
        if action == "DescribeKey":
            return 200, {"KeyMetadata": {"Arn": arn, "KeyState": "Enabled"}}
        context = fields["EncryptionContext"]
        assert all(isinstance(value, str) and value for value in context.values())
        self.contexts.append(context)
        bound = json.dumps(context, sort_keys=True).encode()
        if action == "Encrypt":
            nonce = os.urandom(12)
            blob = nonce + AESGCM(self.keys[arn]).encrypt(nonce, base64.b64decode(fields["Plaintext"]), bound)
            return 200, {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": arn}
        blob = base64.b64decode(fields["CiphertextBlob"])
        try:
            plain = AESGCM(self.keys[arn]).decrypt(blob[:12], blob[12:], bound)
        except (InvalidTag, ValueError):
            return 400, {"__type": "InvalidCiphertextException"}
        return 200, {"Plaintext": base64.b64encode(plain).decode(), "KeyId": arn}
