"""The sealed blob, version 1: vectors that the extension reads too, and every way a blob must not open."""

import hashlib
import hmac
import json
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.kit.aead import SealBroken, context, open_, seal, wipe

VECTORS = json.loads(Path(__file__).with_name("sealed_blob_v1.json").read_text(encoding="utf-8"))["vectors"]
KEY, OTHER_KEY, SALT = bytes(range(32)), bytes(range(1, 33)), bytes(range(100, 132))
CONTEXT = context("secret", "dep_1", "acct_1", "key_1", "openai", "https://api.openai.com:443", "bearer", "dek_1", 1)

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])


def sealed_by_the_book(key: bytes, plaintext: bytes, ctx: bytes, salt: bytes) -> bytes:
    """Write the blob with nothing but HMAC and AES-GCM, after security.md §2.2."""
    extracted = hmac.digest(salt, key, "sha256")
    first = hmac.digest(extracted, b"satchel/v1/seal" + ctx + b"\x01", "sha256")
    second = hmac.digest(extracted, first + b"satchel/v1/seal" + ctx + b"\x02", "sha256")
    padded = struct.pack(">I", len(plaintext)) + plaintext
    padded += bytes(-len(padded) % 64)
    return b"\x01" + salt + second + AESGCM(first).encrypt(bytes(12), padded, ctx)


@each_vector
def test_each_vector_is_sealed_byte_for_byte(vector: dict[str, str]) -> None:
    key, salt, plaintext = (bytes.fromhex(vector[name]) for name in ("key", "salt", "plaintext"))
    ctx = context(vector["purpose"], *vector["fields"])
    assert ctx.hex() == vector["context"]
    assert seal(key, plaintext, ctx, salt).hex() == vector["blob"]
    assert sealed_by_the_book(key, plaintext, ctx, salt).hex() == vector["blob"]


@each_vector
def test_each_vector_opens(vector: dict[str, str]) -> None:
    opened = open_(bytes.fromhex(vector["key"]), bytes.fromhex(vector["blob"]), bytes.fromhex(vector["context"]))
    assert isinstance(opened, bytearray)
    assert opened.hex() == vector["plaintext"]


def test_the_vectors_have_not_changed_since_they_were_written() -> None:
    blobs = "".join(vector["blob"] for vector in VECTORS)
    assert hashlib.sha256(blobs.encode()).hexdigest() == "d96e3c65f72171a9071e2a97fc74e80acbe793ca856ab4f406523096e2b76b0f"


def test_every_single_bit_flip_is_refused() -> None:
    blob = seal(KEY, b"sk-not-a-real-key", CONTEXT, SALT)
    refused = 0
    for at in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(SealBroken):
            open_(KEY, bytes(flipped), CONTEXT)
        refused += 1
    assert refused == len(blob) * 8


def test_every_shorter_and_a_longer_blob_is_refused() -> None:
    blob = seal(KEY, b"sk-not-a-real-key", CONTEXT, SALT)
    for wrong in [blob[:size] for size in range(len(blob))] + [blob + b"\0", blob + bytes(64)]:
        with pytest.raises(SealBroken):
            open_(KEY, wrong, CONTEXT)


def test_another_key_is_refused() -> None:
    blob = seal(KEY, b"secret", CONTEXT, SALT)
    for wrong in (OTHER_KEY, b"", KEY[:31]):
        with pytest.raises(SealBroken):
            open_(wrong, blob, CONTEXT)


def test_every_other_context_is_refused() -> None:
    fields = ["dep_1", "acct_1", "key_1", "openai", "https://api.openai.com:443", "bearer", "dek_1", "1"]
    blob = seal(KEY, b"secret", context("secret", *fields), SALT)
    others = [context("unlock", *fields), context("secret", *fields[:-1]), context("secret", *fields, ""), b""]
    others += [context("secret", *[field + "x" if at == changed else field for at, field in enumerate(fields)]) for changed in range(8)]
    others += [context("secret", fields[1], fields[0], *fields[2:])]
    for other in others:
        with pytest.raises(SealBroken):
            open_(KEY, blob, other)


def test_failures_do_not_say_which_they_are() -> None:
    blob = seal(KEY, b"secret", CONTEXT, SALT)
    said = set()
    for key, wrong, ctx in [
        (OTHER_KEY, blob, CONTEXT),
        (KEY, blob[:-1] + b"\0", CONTEXT),
        (KEY, blob, b""),
        (KEY, b"\x02" + blob[1:], CONTEXT),
    ]:
        with pytest.raises(SealBroken) as refused:
            open_(key, wrong, ctx)
        said.add((str(refused.value), refused.value.__cause__, refused.value.__suppress_context__ or refused.value.__context__ is None))
    assert said == {("a sealed blob does not open", None, True)}


@pytest.mark.parametrize("padded", [struct.pack(">I", 200) + bytes(60), struct.pack(">I", 3) + b"abc" + bytes(56) + b"\1", bytes(128)])
def test_wrong_padding_is_refused_even_where_the_tag_is_right(padded: bytes) -> None:
    extracted = hmac.digest(SALT, KEY, "sha256")
    first = hmac.digest(extracted, b"satchel/v1/seal" + CONTEXT + b"\x01", "sha256")
    second = hmac.digest(extracted, first + b"satchel/v1/seal" + CONTEXT + b"\x02", "sha256")
    with pytest.raises(SealBroken):
        open_(KEY, b"\x01" + SALT + second + AESGCM(first).encrypt(bytes(12), padded, CONTEXT), CONTEXT)


def test_lengths_are_hidden_within_a_block() -> None:
    assert len({len(seal(KEY, b"x" * size, CONTEXT, SALT)) for size in range(61)}) == 1
    assert len(seal(KEY, b"x" * 61, CONTEXT, SALT)) == len(seal(KEY, b"", CONTEXT, SALT)) + 64


def test_a_key_or_salt_of_the_wrong_size_is_never_used_to_seal() -> None:
    for key, salt in [(KEY[:31], SALT), (KEY, SALT[:31]), (b"", SALT)]:
        with pytest.raises(ValueError, match="32"):
            seal(key, b"secret", CONTEXT, salt)


def test_wiping_leaves_zeros() -> None:
    opened = open_(KEY, seal(KEY, b"secret", CONTEXT, SALT), CONTEXT)
    wipe(opened)
    assert opened == bytearray(6)


@given(st.lists(st.text(max_size=5), max_size=5), st.lists(st.text(max_size=5), max_size=5))
@settings(max_examples=100, deadline=None)
def test_different_fields_never_make_the_same_context(some: list[str], others: list[str]) -> None:
    assert (context("secret", *some) == context("secret", *others)) == (some == others)


@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_what_is_sealed_opens_to_the_same(plaintext: bytes, key: bytes, salt: bytes, field: str) -> None:
    ctx = context("secret", field)
    assert open_(key, seal(key, plaintext, ctx, salt), ctx) == plaintext
