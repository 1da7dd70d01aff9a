"""Data keys, and what is known of the KEKs, in every store."""

from dataclasses import replace

from satchel.domain.keys import Kek, Key, WrappedDek

from .conftest import House
from .values import NOW

KEY = Key("key_1", "acct_a", "openai", "https://api.example.org/v1", "https://api.example.org:443", NOW, None, "6789", b"\0\xff", "dek_1")


async def test_an_account_has_one_data_key_of_a_version(house: House) -> None:
    first = WrappedDek("dek_1", "acct_a", 1, "kek_1", b"\0one")
    second = WrappedDek("dek_2", "acct_a", 1, "kek_1", b"\0two")
    newer = WrappedDek("dek_3", "acct_a", 2, "kek_1", b"\0three")
    async with house.database.unit_of_work() as work:
        assert await work.deks.get("acct_a") is None
        assert await work.deks.put(first) == first
        assert await work.deks.put(second) == first
        assert await work.deks.put(newer) == newer
        assert await work.deks.get("acct_a") == newer
        assert await work.deks.get("acct_b") is None


async def test_a_wrap_is_replaced_by_whoever_is_first(house: House) -> None:
    before = WrappedDek("dek_1", "acct_a", 1, "kek_1", b"\0one")
    after = replace(before, kek_id="kek_2", blob=b"\0two")
    async with house.database.unit_of_work() as work:
        await work.deks.put(before)
        assert await work.deks.rewrap(before, after)
        assert not await work.deks.rewrap(before, replace(after, blob=b"\0late"))
        assert not await work.deks.rewrap(replace(after, id="dek_other"), after)
        assert await work.deks.get("acct_a") == after
        assert await work.keks.counts() == {"kek_2": 1}


async def test_data_keys_are_paged_over_all_accounts(house: House) -> None:
    deks = [WrappedDek(f"dek_{name}{n}", f"acct_{name}", n, f"kek_{n}", b"\0") for name in "ab" for n in (1, 2, 3)]
    async with house.database.unit_of_work() as work:
        for dek in reversed(deks):
            await work.deks.put(dek)
        assert await work.deks.page("", 2) == deks[:2]
        assert await work.deks.page("dek_a2", 10) == deks[2:]
        assert await work.deks.page("", 3, but_under="kek_1") == [deks[1], deks[2], deks[4]]
        assert await work.deks.page("dek_b3", 10) == []


async def test_sealed_keys_are_paged_over_all_accounts(house: House) -> None:
    keys = [replace(KEY, id=f"key_{n}", account_id=f"acct_{'ab'[n % 2]}") for n in range(4)]
    async with house.database.unit_of_work() as work:
        for key in [*keys, replace(KEY, id="key_0keyless", sealed=None)]:
            await work.keys.add(key)
        assert await work.keys.page("", 3) == keys[:3]
        assert await work.keys.page("key_2", 3) == keys[3:]


async def test_one_kek_is_primary_and_none_that_wraps_is_retired(house: House) -> None:
    old, new = Kek("kek_1", "primary", NOW, b"\0one"), Kek("kek_2", "primary", NOW.replace(year=2030), b"\0two")
    async with house.database.unit_of_work() as work:
        await work.keks.put_primary(old)
        await work.keks.put_primary(old)
        assert await work.keks.list() == [old]
        assert not await work.keks.retire("kek_1")
        await work.keks.put_primary(new)
        assert await work.keks.list() == [new, replace(old, state="decrypt_only")]
        dek = await work.deks.put(WrappedDek("dek_1", "acct_a", 1, "kek_1", b"\0one"))
        assert not await work.keks.retire("kek_1")
        await work.deks.rewrap(dek, replace(dek, kek_id="kek_2"))
        assert await work.keks.retire("kek_1")
        assert not await work.keks.retire("kek_1")
        assert not await work.keks.retire("kek_unknown")
        assert await work.keks.list() == [new, replace(old, state="destroyed")]
        await work.keks.put_primary(replace(old, canary=b"another"))
        assert await work.keks.list() == [replace(new, state="decrypt_only"), old]
