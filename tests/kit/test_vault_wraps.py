"""The wraps that a person's client makes: vectors that TypeScript reads too, so that neither can drift."""

import hmac
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.vault_client import raw

from satchel.domain.vault import WrapDraft, check_draft
from satchel.kit.aead import context, open_

FILE: dict[str, Any] = json.loads((Path(__file__).parent / "vault_wraps_v1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: str(vector["kind"]))
def test_a_wrap_opens_by_what_the_person_has(vector: dict[str, str]) -> None:
    kind, params = vector["kind"], json.loads(vector["params"])
    salt = raw(params["salt"])
    if kind == "passphrase":
        words = unicodedata.normalize("NFKC", vector["secret"]).encode()
        stretched = Argon2id(salt=salt, length=32, iterations=params["t"], lanes=params["p"], memory_cost=params["m"]).derive(words)
    else:
        stretched = salt + bytes.fromhex(vector["secret"])
    if kind == "device":  # what the device's own key, which never leaves it, derives for the account and the salt
        about = b"satchel/v1/device" + FILE["challenge"]["account_id"].encode() + salt
        assert hmac.digest(bytes.fromhex(vector["device_key"]), about, "sha256").hex() == vector["secret"]
    key = HKDF(SHA256(), 32, salt=None, info=f"satchel/v1/wk{kind}".encode()).derive(stretched)
    assert key.hex() == vector["key"]
    names = ("deployment_id", "account_id", "dek_id", "dek_version")
    bound = context("dek-wrap", *(FILE["challenge"][name] for name in names), kind, vector["params"])
    assert open_(key, raw(vector["blob"]), bound).hex() == vector["dek"]
    check_draft(WrapDraft(kind, vector["params"], raw(vector["blob"])))  # type: ignore[arg-type]
