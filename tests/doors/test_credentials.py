"""How credentials are spelled on the wire: headers, and the cookies of the portal."""

from datetime import UTC, datetime

import pytest

from satchel.domain.accounts import Principal, SignIn
from satchel.domain.errors import MalformedRequest, TokenExpired, TokenInvalid, TokenMissing, TokenRevoked
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, Token, TokenKind, secret_hash
from satchel.doors import auth
from satchel.doors.auth import (
    bearer,
    bearer_hash,
    ceremony_cookie,
    clear_sign_in_cookie,
    set_ceremony_cookie,
    set_sign_in_cookie,
    sign_in_cookie,
    sign_in_principal,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
TOKEN = Token("tok_1", "acct_1", TokenKind.ACCESS, "hash", frozenset({"generate"}), NOW)


@pytest.mark.parametrize(
    ("headers", "is_bound"),
    [
        ([(b"authorization", b"Bearer sat_1")], False),
        ([(b"authorization", b" bEARER   sat_1 ")], False),
        ([(b"authorization", b"DPoP sat_1")], True),
        ([(b"x-api-key", b" sat_1 ")], False),
        ([(b"accept", b"Bearer sat_2"), (b"x-api-key", b"sat_1"), (b"authorization", b"Bearer sat_1")], False),
        ([(b"authorization", b"DPoP sat_1"), (b"authorization", b"Bearer sat_1")], True),
    ],
)
def test_a_token_is_read_from_either_header(headers: list[tuple[bytes, bytes]], is_bound: bool) -> None:
    assert auth._credential(headers) == ("sat_1", is_bound)
    assert (bearer(headers), bearer_hash(headers)) == ("sat_1", secret_hash("sat_1"))


@pytest.mark.parametrize(
    ("headers", "refusal", "words"),
    [
        ([], TokenMissing, "no token was sent; sign in, or send"),
        ([(b"authorization", b"Bearer ")], TokenMissing, "no token was sent"),
        ([(b"authorization", b"Basic c2F0OnRvaw==")], TokenInvalid, "Authorization must be"),
        ([(b"x-api-key", b"s" * 513)], TokenInvalid, "this is not a token of Satchel's"),
        ([(b"x-api-key", b"sat_1"), (b"authorization", b"Bearer sat_2")], MalformedRequest, "hold different tokens; send one"),
    ],
)
def test_what_is_no_token_says_so(headers: list[tuple[bytes, bytes]], refusal: type[Exception], words: str) -> None:
    with pytest.raises(refusal, match=words):
        bearer(headers)


def test_a_credential_of_512_bytes_is_read_and_bytes_are_kept() -> None:
    assert bearer([(b"x-api-key", b"s" * 512)]) == "s" * 512
    assert bearer([(b"x-api-key", b"sat_\xff")]) == "sat_\xff"


def test_a_header_counts_only_if_it_is_there_once() -> None:
    assert auth._single([(b"a", b"1"), (b"dpop", b"\xff2")], b"dpop") == "\xff2"
    assert auth._single([(b"a", b"1")], b"dpop") is None
    assert auth._single([(b"dpop", b"1"), (b"dpop", b"1")], b"dpop") is None


def test_a_cookie_over_https_has_the_name_that_no_other_host_can_set() -> None:
    assert set_sign_in_cookie("s3", True) == "__Host-satchel_sid=s3; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert set_sign_in_cookie("s3", False) == "satchel_sid=s3; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax"
    assert clear_sign_in_cookie(True) == "__Host-satchel_sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert clear_sign_in_cookie(False) == "satchel_sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    both = {"__Host-satchel_sid": "safe", "satchel_sid": "plain"}
    assert (sign_in_cookie(both, True), sign_in_cookie(both, False)) == ("safe", "plain")
    assert (sign_in_cookie({"satchel_sid": "plain"}, True), sign_in_cookie({"satchel_sid": ""}, False)) == (None, None)


@pytest.mark.parametrize(("secure", "flags"), [(True, "Path=/; HttpOnly; SameSite=Lax; Secure"), (False, "Path=/; HttpOnly; SameSite=Lax")])
def test_the_cookie_of_a_ceremony_comes_back_and_goes_away(secure: bool, flags: str) -> None:
    given = set_ceremony_cookie("s3", secure)
    name, _, rest = given.partition("=")
    assert name.startswith("__Host-") is secure
    value, age, *more = rest.split("; ")
    assert (value, int(age.removeprefix("Max-Age=")) > 0, "; ".join(more)) == ("s3", True, flags)
    assert ceremony_cookie({name: "s3"}, secure) == "s3"
    assert (ceremony_cookie({name: "s3"}, not secure), ceremony_cookie({}, secure)) == ("", "")
    assert set_ceremony_cookie("", secure) == f"{name}=; Max-Age=0; {flags}"


def test_a_sign_in_speaks_for_its_account() -> None:
    sign_in = SignIn("sign_1", "acct_1", "hash", NOW, NOW, NOW)
    assert sign_in_principal(sign_in) == Principal("acct_1", "sign_1", ACCOUNT_TOKEN_SCOPES, label="Portal")


def test_a_token_speaks_as_it_was_issued() -> None:
    issued = {"client_id": "app", "name": "Laptop", "origin": "https://a.example", "family_id": "fam_1", "key_hash": "thumb"}
    token = Token("tok_1", "acct_1", TokenKind.ACCESS, "hash", frozenset({"generate"}), NOW, **issued)  # type: ignore[arg-type]
    said = Principal(
        account_id="acct_1",
        token_id="tok_1",
        scopes=frozenset({"generate"}),
        client_id="app",
        label="Laptop",
        origin="https://a.example",
        family_id="fam_1",
        key_hash="thumb",
    )
    assert auth._principal(token, NOW) == said
    assert (said.client, auth._principal(TOKEN, NOW).client) == ("fam_1", "tok_1")


@pytest.mark.parametrize(
    ("facts", "refusal", "words"),
    [
        (None, TokenInvalid, "this token is not known here; sign in again"),
        ({"kind": TokenKind.REFRESH}, TokenInvalid, "this token is not known here; sign in again"),
        ({"revoked_at": NOW}, TokenRevoked, "this token was revoked; sign in again"),
        ({"disabled": True}, TokenRevoked, "this token is switched off; its owner can switch it on again"),
        ({"expires_at": NOW}, TokenExpired, "this token has expired; refresh it or sign in again"),
    ],
)
def test_a_token_that_is_over_says_why(facts: dict[str, object] | None, refusal: type[Exception], words: str) -> None:
    known = {"kind": TokenKind.ACCESS} | (facts or {})
    token = None if facts is None else Token("t", "a", secret_hash="h", scopes=frozenset(), created_at=NOW, **known)  # type: ignore[arg-type]
    with pytest.raises(refusal, match=f"^{words}$"):
        auth._principal(token, NOW)
