"""Passkeys, ceremonies, seeds of codes and proofs, read back as they were written, on every kind of store."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from satchel.domain.accounts import Account, Invitation, SignIn
from satchel.domain.keys import Kek, WrappedDek
from satchel.domain.passkeys import Ceremony, Passkey
from satchel.domain.totp import Totp

from .conftest import House
from .values import DAY, NOW, grant, hold, settlement

PASSKEY = Passkey("pass_1", "acct_a", b"\0name\xff", b"cose\0", "Laptop", NOW, 7, True, False, ("internal", "hybrid"), NOW)
SOON = NOW + timedelta(minutes=5)


async def test_a_preferred_model_and_a_password_leave_each_other_alone(house: House) -> None:
    before = Account("acct_a", "a@example.org", NOW)
    async with house.database.unit_of_work() as work:
        assert await work.accounts.set_password("acct_a", "hash")
        await work.accounts.prefer("acct_a", "author/other")
        assert await work.accounts.get("acct_a") == replace(before, preferred_model="author/other", password_hash="hash")
        assert await work.accounts.set_password("acct_a", "newer")
        await work.accounts.prefer("acct_a", None)
        assert await work.accounts.get("acct_a") == replace(before, password_hash="newer")
        assert await work.accounts.get("acct_b") == Account("acct_b", "b@example.org", NOW)


async def test_for_how_long_activity_is_kept_is_an_account_s_own(house: House) -> None:
    before = Account("acct_a", "a@example.org", NOW)
    async with house.database.unit_of_work() as work:
        await work.accounts.add(Account("acct_c", "c@example.org", NOW, activity_days=90))
        await work.accounts.keep_activity("acct_a", 0)
        await work.accounts.keep_activity("acct_z", 7)
        assert await work.accounts.get("acct_a") == replace(before, activity_days=0)
        assert await work.accounts.activity_days() == {"acct_a": 0, "acct_c": 90}
        await work.accounts.keep_activity("acct_a", None)
        assert await work.accounts.get("acct_a") == before
        assert await work.accounts.activity_days() == {"acct_c": 90}


async def test_since_when_an_email_is_proven_is_written_down_once(house: House) -> None:
    before = Account("acct_a", "a@example.org", NOW)
    async with house.database.unit_of_work() as work:
        await work.accounts.add(known := Account("acct_c", "c@example.org", NOW, email_proven_at=NOW))
        assert await work.accounts.get("acct_c") == known
        assert await work.accounts.prove_email("acct_a", SOON)
        assert not await work.accounts.prove_email("acct_a", SOON + timedelta(days=1))
        assert not await work.accounts.prove_email("acct_z", SOON)
        assert await work.accounts.get("acct_a") == replace(before, email_proven_at=SOON)
        assert await work.accounts.get("acct_b") == Account("acct_b", "b@example.org", NOW)


async def test_an_account_is_pinned_while_it_is_there_and_has_that_password(house: House) -> None:
    async with house.database.unit_of_work() as work:
        assert await work.accounts.pin("acct_a")
        assert not await work.accounts.pin("acct_z")
        assert not await work.accounts.pin("acct_a", "hash")
        await work.accounts.set_password("acct_a", "hash")
        assert await work.accounts.pin("acct_a", "hash")
        assert await work.accounts.pin("acct_a")
        assert not await work.accounts.pin("acct_a", "other")
        assert (await work.accounts.get("acct_a")) == Account("acct_a", "a@example.org", NOW, password_hash="hash")


async def test_a_better_hash_takes_the_place_of_the_one_that_was_read_and_of_no_newer_password(house: House) -> None:
    async with house.database.unit_of_work() as work:
        assert not await work.accounts.set_password("acct_a", "better", instead_of="weak")
        await work.accounts.set_password("acct_a", "weak")
        assert await work.accounts.set_password("acct_a", "better", instead_of="weak")
        assert not await work.accounts.set_password("acct_a", "late", instead_of="weak")
        assert not await work.accounts.set_password("acct_z", "nobody's")
        account = await work.accounts.get("acct_a")
    assert account is not None
    assert account.password_hash == "better"


async def test_a_passkey_is_found_by_its_credential_and_changed_by_its_account_only(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.passkeys.add(PASSKEY)
        await work.passkeys.add(replace(PASSKEY, id="pass_2", credential_id=b"2", created_at=NOW - DAY, last_used_at=None, transports=()))
        assert await work.passkeys.by_credential(PASSKEY.credential_id) == PASSKEY
        assert await work.passkeys.by_credential(b"name") is None
        assert [one.id for one in await work.passkeys.list("acct_a")] == ["pass_2", "pass_1"]
        assert await work.passkeys.list("acct_b") == []
        assert not await work.passkeys.rename("acct_b", "pass_1", "mine")
        assert await work.passkeys.rename("acct_a", "pass_1", "Phone")
        assert await work.passkeys.by_credential(PASSKEY.credential_id) == replace(PASSKEY, name="Phone")
        assert not await work.passkeys.remove("acct_b", "pass_1")
        assert await work.passkeys.remove("acct_a", "pass_1")
        assert not await work.passkeys.remove("acct_a", "pass_1")


async def test_a_use_of_a_passkey_counts_once_and_keeps_its_name(house: House) -> None:
    used = replace(PASSKEY, name="as it was read", sign_count=8, synced=True, last_used_at=SOON)
    async with house.database.unit_of_work() as work:
        await work.passkeys.add(PASSKEY)
        await work.passkeys.rename("acct_a", "pass_1", "Phone")
        assert not await work.passkeys.use(replace(used, account_id="acct_b"))
        assert await work.passkeys.use(used)
        assert await work.passkeys.by_credential(PASSKEY.credential_id) == replace(used, name="Phone")
        for count in (8, 7, 0):
            assert not await work.passkeys.use(replace(used, sign_count=count))
        assert not await work.passkeys.use(replace(used, id="pass_0", sign_count=9))
        await work.passkeys.add(replace(PASSKEY, id="pass_2", credential_id=b"2", sign_count=0))
        for _ in range(2):
            assert await work.passkeys.use(replace(used, id="pass_2", sign_count=0))


async def test_a_ceremony_is_taken_once_while_it_lasts(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.ceremonies.put(Ceremony("add/sign_1", b"first", SOON, "acct_a"), NOW)
        await work.ceremonies.put(Ceremony("add/sign_1", b"second", SOON, None), NOW)
        await work.ceremonies.put(Ceremony("add/sign_2", b"third", SOON), NOW)
        assert await work.ceremonies.get("add/sign_1", SOON) is None
        found = await work.ceremonies.get("add/sign_1", NOW)
        assert found == Ceremony("add/sign_1", b"second", SOON, None)
        assert await work.ceremonies.take("add/sign_2", SOON) is None

    async def take() -> Ceremony | None:
        async with house.database.unit_of_work() as work:
            return await work.ceremonies.take("add/sign_1", NOW)

    taken = await asyncio.gather(*[take() for _ in range(5)])
    assert [one for one in taken if one is not None] == [found]


async def test_ceremonies_that_are_too_old_are_forgotten(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.ceremonies.put(Ceremony("old", b"x", NOW), NOW - DAY)
        await work.ceremonies.put(Ceremony("new", b"y", SOON), NOW)
        assert await work.ceremonies.get("old", NOW - DAY) is None


async def test_a_step_is_used_once_and_the_first_one_confirms(house: House) -> None:
    totp = Totp("totp_1", "acct_a", "kek_1", b"\0wrapped", NOW)
    async with house.database.unit_of_work() as work:
        assert await work.totps.put(replace(totp, id="totp_0"))
        assert await work.totps.put(totp)
        assert await work.totps.get("acct_a") == totp
        assert await work.totps.get("acct_b") is None
        assert not await work.totps.use_step("totp_0", 5, NOW)

    async def use(step: int) -> bool:
        async with house.database.unit_of_work() as work:
            return await work.totps.use_step("totp_1", step, NOW + DAY)

    assert sorted(await asyncio.gather(*[use(5) for _ in range(4)])) == [False, False, False, True]
    assert not await use(4)
    async with house.database.unit_of_work() as work:
        assert await work.totps.get("acct_a") == replace(totp, last_step=5, confirmed_at=NOW + DAY)
        assert not await work.totps.put(replace(totp, id="totp_2"))
        await work.totps.use_step("totp_1", 6, NOW + 2 * DAY)
        kept = await work.totps.get("acct_a")
        assert kept
        assert kept.confirmed_at == NOW + DAY
        assert await work.totps.remove("acct_a")
        assert not await work.totps.remove("acct_a")


async def test_seeds_are_counted_and_wrapped_anew_like_data_keys(house: House) -> None:
    totp = Totp("totp_1", "acct_a", "kek_1", b"one", NOW)
    async with house.database.unit_of_work() as work:
        await work.keks.put_primary(Kek("kek_1", "primary", NOW, b"c"))
        await work.keks.put_primary(Kek("kek_2", "primary", NOW, b"c"))
        await work.totps.put(totp)
        assert dict(await work.keks.counts()) == {"kek_1": 1}
        assert not await work.keks.retire("kek_1")
        assert await work.totps.page("", 10, but_under="kek_1") == []
        assert await work.totps.page("", 10, but_under="kek_2") == [totp]
        assert not await work.totps.rewrap(replace(totp, blob=b"other"), replace(totp, kek_id="kek_2", blob=b"two"))
        assert await work.totps.rewrap(totp, replace(totp, kek_id="kek_2", blob=b"two"))
        assert await work.totps.page("totp_1", 10) == []
        assert await work.keks.retire("kek_1")


async def test_recovery_codes_are_taken_once_and_replaced_as_a_whole(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.recovery_codes.put("acct_a", ["one", "two"])
        await work.recovery_codes.put("acct_b", ["one"])
        assert await work.recovery_codes.take("acct_a", "one")
        assert not await work.recovery_codes.take("acct_a", "one")
        assert await work.recovery_codes.count("acct_a") == 1
        await work.recovery_codes.put("acct_a", ["three"])
        assert not await work.recovery_codes.take("acct_a", "two")
        assert await work.recovery_codes.count("acct_b") == 1
        assert await work.recovery_codes.count("acct_c") == 0


async def test_a_proof_changes_the_cookie(house: House) -> None:
    sign_in = SignIn("sign_1", "acct_a", "before", NOW, NOW, NOW + DAY)
    async with house.database.unit_of_work() as work:
        await work.sign_ins.add(sign_in)
        assert await work.sign_ins.prove("sign_1", "after", SOON)
        assert not await work.sign_ins.prove("sign_2", "after", SOON)
        assert await work.sign_ins.gone(["sign_1", "sign_2"]) == ["sign_2"]
        assert await work.sign_ins.by_hash("before") is None
        assert await work.sign_ins.by_hash("after") == replace(sign_in, secret_hash="after", proved_at=SOON, last_used_at=SOON)


async def test_an_account_is_removed_with_every_row_and_no_other(house: House) -> None:
    for name in "ab":
        await house.journal.settle(settlement(hold(f"gen_{name}", 0, (), account_id=f"acct_{name}"), 5))
        async with house.database.unit_of_work() as work:
            await work.sign_ins.add(SignIn(f"sign_{name}", f"acct_{name}", f"hash {name}", NOW, NOW, NOW + DAY))
            await work.passkeys.add(replace(PASSKEY, id=f"pass_{name}", account_id=f"acct_{name}", credential_id=name.encode()))
            await work.totps.put(Totp(f"totp_{name}", f"acct_{name}", "kek_1", b"w", NOW))
            await work.recovery_codes.put(f"acct_{name}", ["one"])
            await work.deks.put(WrappedDek(f"dek_{name}", f"acct_{name}", 1, "kek_1", b"w"))
            await work.grants.put(grant(f"grant_{name}", account_id=f"acct_{name}"))
    async with house.database.unit_of_work() as work:
        await work.accounts.remove_wraps("acct_a")
        assert (await work.deks.get("acct_a"), await work.totps.get("acct_a")) == (None, None)
        assert await work.accounts.remove("acct_a")
        assert not await work.accounts.remove("acct_a")
    async with house.database.unit_of_work() as work:
        for name, count in (("acct_a", 0), ("acct_b", 1)):
            stores = (work.sign_ins.list, work.passkeys.list, work.grants.list)
            assert [len(await listed(name)) for listed in stores] == [count] * 3, name
            assert len(await work.generations.list(name, 9)) == count
            assert await work.recovery_codes.count(name) == count
        assert await work.deks.get("acct_b") is not None
    await house.database.scrub()


async def test_an_invitation_is_taken_once_before_it_expires(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.invitations.add(Invitation("inv_1", "one", None, "", NOW, SOON))
        await work.invitations.add(Invitation("inv_2", "two", "acct_a", "Guest", NOW, SOON))
        assert await work.invitations.take("three", "acct_b", NOW) is None
        assert await work.invitations.take("one", "acct_b", SOON) is None

    async def take() -> bool:
        async with house.database.unit_of_work() as work:
            return await work.invitations.take("one", "acct_b", NOW) is not None

    assert sorted(await asyncio.gather(take(), take(), take())) == [False, False, True]
    used = Invitation("inv_2", "two", "acct_a", "Guest", NOW, SOON, NOW, "acct_c")
    async with house.database.unit_of_work() as work:  # the account may come after it
        assert await work.invitations.take("two", "acct_c", NOW) == used
        await work.accounts.add(Account("acct_c", "c@example.org", NOW))
    async with house.database.unit_of_work() as work:
        assert [each.id for each in await work.invitations.list()] == ["inv_2", "inv_1"]
        assert await work.accounts.remove("acct_c")
    async with house.database.unit_of_work() as work:
        assert (await work.invitations.list())[0] == replace(used, used_by=None)


async def test_invitations_are_forgotten_with_who_made_them_by_hand_and_30_days_after_their_end(house: House) -> None:
    async with house.database.unit_of_work() as work:
        for number, account_id in enumerate((None, "acct_a", "acct_b"), start=1):
            await work.invitations.add(Invitation(f"inv_{number}", f"hash {number}", account_id, "", NOW, SOON))
        await work.accounts.remove("acct_a")
        assert [each.id for each in await work.invitations.list()] == ["inv_3", "inv_1"]
        assert await work.invitations.remove("inv_3")
        assert not await work.invitations.remove("inv_3")
        later = SOON + timedelta(days=30)
        await work.invitations.add(Invitation("inv_4", "hash 4", None, "", later - timedelta(seconds=1), later + DAY))
        assert [each.id for each in await work.invitations.list()] == ["inv_4", "inv_1"]
        await work.invitations.add(Invitation("inv_5", "hash 5", None, "", later, later + DAY))
        assert [each.id for each in await work.invitations.list()] == ["inv_5", "inv_4"]
