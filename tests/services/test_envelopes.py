"""Texts that only a secret which is not kept opens."""

import pytest

from satchel.kit.ids import Ids
from satchel.services.vault.envelopes import Envelopes

TEXT = "client_id=app&state=of a person"


@pytest.fixture
def envelopes() -> Envelopes:
    return Envelopes("dep_1", "pushed-request", Ids())


def test_what_is_closed_says_nothing_and_its_secret_opens_it(envelopes: Envelopes) -> None:
    closed = envelopes.close("a name", TEXT)
    assert closed.isascii()
    assert "person" not in closed
    assert envelopes.open("a name", closed) == TEXT
    assert envelopes.close("a name", TEXT) != closed


def test_another_secret_deployment_or_purpose_opens_nothing_nor_does_what_was_changed(envelopes: Envelopes) -> None:
    closed = envelopes.close("a name", TEXT)
    others = [Envelopes("dep_2", "pushed-request", Ids()), Envelopes("dep_1", "another", Ids())]
    assert [other.open("a name", closed) for other in others] == [None, None]
    for secret, wrong in (("another name", closed), ("a name", closed[:-8]), ("a name", "§"), ("a name", ""), ("a name", TEXT)):
        assert envelopes.open(secret, wrong) is None
