"""Vault's transit engine as custody, over a real connection."""

import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from satchel.bootstrap.house import open_house
from satchel.custody.transit import TransitCustody
from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Secret, Wrap
from satchel.ports.custody import KekRefused
from satchel.settings import Settings

from .transit_engine import TOKEN, TransitEngine, transit_engine

DEK, CONTEXT = bytes(range(200, 232)), ("acct_a", "dek_1", "1", "managed")


@pytest.fixture
async def engine() -> AsyncIterator[TransitEngine]:
    """Yield a transit engine."""
    async with transit_engine() as running:
        yield running


@pytest.fixture
async def custody(engine: TransitEngine) -> AsyncIterator[TransitCustody]:
    """Yield custody by it."""
    subject = TransitCustody.from_url(engine.url, TOKEN, "dep_1")
    yield subject
    await subject.aclose()


async def test_a_version_that_is_not_what_wrapped_is_refused_unasked(custody: TransitCustody, engine: TransitEngine) -> None:
    wrap = await custody.wrap(DEK, CONTEXT)
    engine.asked.clear()
    for wrong in (replace(wrap, kek_id="transit:satchel:v2"), Wrap(wrap.kek_id, b"\x01" + bytes(176))):
        with pytest.raises(VaultLocked):
            await custody.unwrap(wrong, CONTEXT)
    assert engine.asked == []


async def test_a_new_version_wraps_and_old_ones_unwrap_until_vault_forbids_them(custody: TransitCustody, engine: TransitEngine) -> None:
    old = await custody.wrap(DEK, CONTEXT)
    await custody.renew()
    new = await custody.wrap(bytes(await custody.unwrap(old, CONTEXT)), CONTEXT)
    assert await custody.known() == [new.kek_id, old.kek_id]
    assert await custody.unwrap(old, CONTEXT) == await custody.unwrap(new, CONTEXT) == DEK
    engine.least = 2
    assert await custody.known() == [new.kek_id]
    with pytest.raises(VaultLocked):
        await custody.unwrap(old, CONTEXT)


async def test_a_vault_that_is_sealed_away_or_knows_no_such_token_is_not_a_broken_key(
    custody: TransitCustody, engine: TransitEngine
) -> None:
    wrap = await custody.wrap(DEK, CONTEXT)
    engine.sealed = True
    with pytest.raises(NotReady, match="503"):
        await custody.unwrap(wrap, CONTEXT)
    engine.sealed = False
    for url, token in ((engine.url, "another"), (f"{engine.url}-other", TOKEN), ("vault+http://127.0.0.1:9/transit/satchel", TOKEN)):
        wrong = TransitCustody.from_url(url, token, "dep_1")
        with pytest.raises(NotReady) as refused:
            await wrong.wrap(DEK, CONTEXT)
        assert token not in str(refused.value)
        await wrong.aclose()


@pytest.mark.parametrize(
    "url", ["vault://", "vault://host", "vault://host/transit", "vault://me@host/transit/key", "vault://host/transit/k?x=1"]
)
def test_a_url_that_names_no_key_is_refused(url: str) -> None:
    with pytest.raises(KekRefused, match="vault://host:8200"):
        TransitCustody.from_url(url, TOKEN, "dep_1")


def test_a_vault_without_a_token_is_refused() -> None:
    with pytest.raises(KekRefused, match="token"):
        TransitCustody.from_url("vault://host/transit/key", None, "dep_1")


async def test_a_house_seals_opens_and_rotates_with_one_call_for_many_opens(engine: TransitEngine, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", builtin_model="off", local_servers="off", kek_url=engine.url, kek=SecretStr(TOKEN))
    async with open_house(settings) as house:
        account = await house.accounts.create("owner@satchel.example", "a long enough password")
        key = await house.vault.add(account.id, "openai", "https://api.example.org/v1", Secret("sk-not-a-real-key-0123456789"))
    async with open_house(settings) as house:
        engine.asked.clear()
        for _ in range(20):
            assert (await house.vault.open(account.id, key.id)).last4() == "6789"
        assert engine.asked == ["/v1/transit/decrypt/satchel"]
        assert (await house.keks.rotate()).count == 1
        assert [each.kek.state for each in await house.keks.status() if each.kek] == ["primary", "decrypt_only"]
        assert (await house.vault.verify()).broken == []
    assert not settings.keyring.exists()
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    engine.versions = [bytes(32)]
    with pytest.raises(KekRefused, match="Nothing was changed"):
        async with open_house(settings):
            pass
