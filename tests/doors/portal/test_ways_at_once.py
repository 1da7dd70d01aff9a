"""Two who change the ways into an account at the same moment, and a browser that comes in while its password is changed."""

import asyncio
from collections.abc import Awaitable

import pytest
from tests.doors.portal.house import EMAIL, OURS, PASSWORD, Clock, House
from tests.doors.portal.test_second_factor import switched_on

from satchel.domain.accounts import Account
from satchel.domain.authorities import Tie
from satchel.domain.errors import Refused, TokenInvalid
from satchel.domain.passkeys import Passkey

NEW = "quite another password"
ROUNDS = range(6)


async def without_password(home: House, name: str) -> Account:
    """Make an account that has no way in yet."""
    account = await home.accounts.draft("", f"{name}@holt.example", "127.0.0.1")
    async with home.database.unit_of_work() as stores:
        await stores.accounts.add(account)
    return account


def passkey(account: Account, name: str, clock: Clock) -> Passkey:
    return Passkey(f"pass_{account.id}_{name}", account.id, f"{account.id}{name}".encode(), b"key", name, clock.now(), 0, False, False, ())


async def at_once(*deeds: Awaitable[None]) -> list[type[BaseException]]:
    """Do them together; return what they raised."""
    answers = await asyncio.gather(*deeds, return_exceptions=True)
    return [type(answer) for answer in answers if isinstance(answer, BaseException)]


async def test_of_the_last_two_passkeys_one_stays_when_both_are_removed_at_once(home: House) -> None:
    for number in ROUNDS:
        account = await without_password(home, f"p{number}")
        kept = [passkey(account, name, home.clock) for name in ("one", "two")]
        async with home.database.unit_of_work() as stores:
            for each in kept:
                await stores.passkeys.add(each)
        assert await at_once(*(home.passkeys.remove(account.id, each.id) for each in kept)) == [Refused]
        assert len(await home.passkeys.list(account.id)) == 1


async def test_of_the_last_passkey_and_the_last_connection_one_stays_when_both_go_at_once(home: House) -> None:
    for number in ROUNDS:
        account = await without_password(home, f"t{number}")
        only, now = passkey(account, "one", home.clock), home.clock.now()
        tie = Tie(f"tie_{number}", account.id, "https://company.example", f"subject {number}", now, now, None)
        async with home.database.unit_of_work() as stores:
            await stores.passkeys.add(only)
            assert await stores.ties.add(tie)
        assert await at_once(home.passkeys.remove(account.id, only.id), home.ties.untie(account.id, tie.id)) == [Refused]
        assert len(await home.passkeys.list(account.id)) + len(await home.ties.list(account.id)) == 1


async def test_a_password_that_was_changed_after_it_was_checked_lets_nobody_in(home: House) -> None:
    made = await home.accounts.create(EMAIL, PASSWORD)
    checked = await home.accounts.identify(EMAIL, PASSWORD, "127.0.0.1")
    await home.accounts.change_password(made.id, NEW, "")
    with pytest.raises(TokenInvalid, match="changed meanwhile"):
        await home.accounts.enter(checked.id, password_hash=checked.password_hash)
    assert await home.accounts.sign_ins(made.id) == []
    assert (await home.proofs.enter(EMAIL, NEW, "127.0.0.1", None))[0] is not None


async def test_a_code_after_a_password_that_was_changed_meanwhile_lets_nobody_in(home: House) -> None:
    app, _ = await switched_on(home)
    account = await home.accounts.by_email(EMAIL)
    assert account
    _, begun = await home.proofs.enter(EMAIL, PASSWORD, "127.0.0.1", None)
    await home.accounts.change_password(account.id, NEW, "")
    with pytest.raises(TokenInvalid, match="changed meanwhile"):
        await home.proofs.enter_by_code(begun, app.code(), "127.0.0.1", None)
    assert await home.accounts.sign_ins(account.id) == []
    home.clock.pass_by(minutes=1)
    _, begun = await home.proofs.enter(EMAIL, NEW, "127.0.0.1", None)
    assert (await home.proofs.enter_by_code(begun, app.code(), "127.0.0.1", None))[0].account_id == account.id


async def test_browsers_that_come_in_by_the_old_password_while_it_changes_do_not_stay(home: House) -> None:
    made = await home.accounts.create(EMAIL, PASSWORD)

    async def come_in(number: int) -> None:
        await home.proofs.enter(EMAIL, PASSWORD, f"10.0.0.{number}", None)

    raised = await at_once(
        *(come_in(number) for number in range(3)), home.accounts.change_password(made.id, NEW, ""), come_in(8), come_in(9)
    )
    assert set(raised) <= {TokenInvalid}
    assert await home.accounts.sign_ins(made.id) == []
    answer = await home.new_browser().post("/sign-in", data={"email": EMAIL, "password": NEW}, headers=OURS)
    assert answer.status_code == 303
