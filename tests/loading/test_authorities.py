"""Authorities from the operator's file and environment: ready rows need little, and what cannot be is named with its place."""

from pathlib import Path

import pytest

from satchel.domain.keys import Secret
from satchel.loading import DataInvalid, load_authorities

OWN = {"id": "holt", "name": "Holt", "issuer": "https://login.holt.example/realms/main", "client_id": "satchel"}


def test_a_ready_row_needs_a_client_only(tmp_path: Path) -> None:
    file = tmp_path / "authorities.toml"
    file.write_text('[[authorities]]\nid = "github"\nclient_id = "c"\nclient_secret = "s"\n')
    github, holt = load_authorities(file, [OWN])
    assert (github.name, github.dialect, github.client_secret) == ("GitHub", "github", Secret("s"))
    assert github.token_endpoint == "https://github.com/login/oauth/access_token"
    assert (holt.scopes, holt.dialect, bool(holt.client_secret)) == (("openid", "email"), "openid", False)
    assert "Secret(…)" in repr(github)
    assert load_authorities(None, []) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "http://login.holt.example"}, "https"),
        ({"issuer": "https://login.holt.example/?a=b"}, "without query"),
        ({"id": "Holt & Co"}, "small letters"),
        ({"scope": "openid"}, "unknown scope"),
        ({"client_id": None}, "client_id missing"),
        ({"client_secret": 5}, "client_secret must be a text"),
        ({"dialect": "saml"}, "must be one of openid, github"),
    ],
)
def test_what_cannot_be_is_named(changes: dict[str, object], words: str) -> None:
    table = {name: value for name, value in {**OWN, **changes}.items() if value is not None}
    with pytest.raises(DataInvalid, match=words):
        load_authorities(None, [table])


def test_an_authority_is_there_once() -> None:
    with pytest.raises(DataInvalid, match="there once"):
        load_authorities(None, [OWN, OWN])
