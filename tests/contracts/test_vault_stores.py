"""Data keys, and what is known of the KEKs, in every store."""

import asyncio
from dataclasses import replace

from satchel.domain.keys import Kek, Key, WrappedDek
from satchel.domain.vault import UserWrap

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


async def test_a_locked_data_key_is_no_kek_s_business(house: House) -> None:
    managed = WrappedDek("dek_1", "acct_a", 1, "kek_1", b"\0one")
    locked = WrappedDek("dek_2", "acct_b", 1, "", b"", b"\0check")
    async with house.database.unit_of_work() as work:
        for dek in (managed, locked):
            await work.deks.put(dek)
        assert await work.deks.get("acct_b") == locked
        assert await work.deks.page("", 10) == [managed]
        assert await work.deks.page("", 10, but_under="kek_2") == [managed]
        assert await work.keks.counts() == {"kek_1": 1}


async def test_a_data_key_that_is_pinned_is_there_and_one_that_is_removed_is_not(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.deks.put(WrappedDek("dek_1", "acct_a", 1, "kek_1", b"\0one"))
        assert await work.deks.pin("dek_1")
        assert not await work.deks.pin("dek_other")
        assert await work.deks.remove("dek_1")
        assert not await work.deks.remove("dek_1")
        assert not await work.deks.pin("dek_1")
        assert await work.deks.get("acct_a") is None


async def test_a_data_key_is_locked_and_unlocked_by_hand(house: House) -> None:
    locked, other = (WrappedDek(f"dek_{name}", f"acct_{name}", 1, "", b"", b"\0check") for name in "ab")
    async with house.database.unit_of_work() as work:
        for dek in (locked, other):
            await work.deks.put(dek)
        await work.deks.mark_by_hand("dek_a", True)
        await work.deks.mark_by_hand("dek_unknown", True)
        assert await work.deks.get("acct_a") == replace(locked, locked_by_hand=True, locks=1)
        assert await work.deks.get("acct_b") == other
    async with house.database.unit_of_work() as work:
        await work.deks.mark_by_hand("dek_a", False)
        assert await work.deks.get("acct_a") == replace(locked, locks=1)
        await work.deks.count_lock("acct_b")
        await work.deks.count_lock("acct_unknown")
        assert await work.deks.count_locked() == 2
        assert await work.deks.current(["acct_a", "acct_b", "acct_unknown"]) == {"acct_a": ("dek_a", 1), "acct_b": ("dek_b", 1)}
        await work.deks.put(WrappedDek("dek_c", "acct_a", 2, "", b"", b"\0check"))
        assert await work.deks.current(["acct_a"]) == {"acct_a": ("dek_c", 0)}


async def test_a_data_key_that_is_pinned_is_not_removed_meanwhile(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.deks.put(WrappedDek("dek_1", "acct_a", 1, "kek_1", b"\0one"))
    order, pinned = list[str](), asyncio.Event()

    async def add() -> None:
        async with house.database.unit_of_work() as work:
            assert await work.deks.pin("dek_1")
            pinned.set()
            await asyncio.sleep(0.05)
            await work.keys.add(KEY)
            order.append("added")

    async def switch() -> None:
        await pinned.wait()
        async with house.database.unit_of_work() as work:
            assert await work.deks.remove("dek_1")
            order.append("removed")
            assert await work.keys.list("acct_a") == [KEY]

    await asyncio.gather(add(), switch())
    assert order == ["added", "removed"]


async def test_a_key_is_sealed_anew_by_whoever_is_first(house: House) -> None:
    after = replace(KEY, sealed=b"\0new", dek_id="dek_2", fingerprint="f")
    async with house.database.unit_of_work() as work:
        await work.keys.add(KEY)
        assert await work.keys.reseal(KEY, replace(after, label="is not changed by it"))
        assert not await work.keys.reseal(KEY, replace(after, sealed=b"\0late"))
        assert not await work.keys.reseal(replace(after, account_id="acct_b"), after)
        assert await work.keys.get("acct_a", "key_1") == after


async def test_the_persons_own_wraps_are_kept_paged_and_sealed_anew(house: House) -> None:
    wraps = [
        UserWrap(f"wrap_{n}", f"acct_{'ab'[n % 2]}", "dek_1", 1, "recovery", '{"salt": "…"}', NOW, f"kek_{n % 2}", b"\0\xff", "Laptop")
        for n in range(4)
    ]
    async with house.database.unit_of_work() as work:
        for wrap in reversed(wraps):
            await work.dek_wraps.add(wrap)
        assert await work.dek_wraps.list("acct_a", "dek_1") == [wraps[0], wraps[2]]
        assert await work.dek_wraps.list("acct_a", "dek_other") == []
        assert await work.dek_wraps.page("wrap_0", 2) == wraps[1:3]
        assert await work.dek_wraps.page("", 10, but_under="kek_0") == [wraps[1], wraps[3]]
        assert await work.keks.counts() == {"kek_0": 2, "kek_1": 2}
        after = replace(wraps[0], kek_id="kek_2", blob=b"\0new")
        assert await work.dek_wraps.rewrap(wraps[0], after)
        assert not await work.dek_wraps.rewrap(wraps[0], after)
        assert await work.dek_wraps.list("acct_a", "dek_1") == [after, wraps[2]]
        assert not await work.dek_wraps.remove("acct_b", "wrap_0")
        assert await work.dek_wraps.remove("acct_a", "wrap_0")
        await work.dek_wraps.remove_all("acct_b")
        assert await work.dek_wraps.page("", 10) == [wraps[2]]


async def test_a_kek_that_seals_a_persons_wrap_is_not_retired(house: House) -> None:
    wrap = UserWrap("wrap_1", "acct_a", "dek_1", 1, "device", "{}", NOW, "kek_1", b"\0")
    async with house.database.unit_of_work() as work:
        await work.keks.put_primary(Kek("kek_1", "primary", NOW, b"\0"))
        await work.keks.put_primary(Kek("kek_2", "primary", NOW, b"\0"))
        await work.dek_wraps.add(wrap)
        assert not await work.keks.retire("kek_1")
        await work.dek_wraps.remove("acct_a", "wrap_1")
        assert await work.keks.retire("kek_1")
