"""The locked vault: what the person alone can open, nobody else does, whatever they hold."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.vault_client import PARAMS, letter, raw, wrap

from satchel.custody.local import LocalCustody
from satchel.domain.errors import MalformedRequest, NotFound, ProofNeeded, Refused, VaultLocked
from satchel.domain.keys import Key, Secret
from satchel.kit.aead import SealBroken, context, open_
from satchel.ports.coordination import PASSWORDS_TOPIC, TOKENS_TOPIC
from satchel.services.vault import Verified
from satchel.services.vault.opened import BROUGHT_S, IDLE_S, UNLOCKED_S

from .locked_house import KEKS, ME, OTHER_CLIENT, SECRET, WAYS, House, draft, wire


@pytest.fixture
def house() -> House:
    return House()


async def test_switching_on_keeps_every_key_and_locking_closes_them(house: House) -> None:
    keys = [await house.add(), await house.add(secret=Secret("sk-another-key-0123456789"))]
    dek = await house.switch_on()
    assert [await house.open(key) for key in keys] == [SECRET.reveal(), "sk-another-key-0123456789"]
    await house.locked_mode.lock(ME)
    for key in keys:
        with pytest.raises(VaultLocked) as refused:
            await house.open(key)
        assert refused.value.details == {"unlockable": True}
    state = await house.unlock()
    assert (state.mode, state.unlocked, {wrap.kind for wrap in state.wraps}) == ("locked", True, {"passphrase", "recovery"})
    assert [await house.open(key) for key in keys] == [SECRET.reveal(), "sk-another-key-0123456789"]
    assert dek.hex() not in repr(house.database.state.tables)


async def test_each_way_opens_and_another_word_does_not(house: House) -> None:
    key = await house.add()
    await house.switch_on(ways=(*WAYS, ("device", "d"), ("passkey_prf", "p")))
    for kind, words in (*WAYS, ("device", "d"), ("passkey_prf", "p")):
        house.clock.seconds += IDLE_S
        with pytest.raises(SealBroken):
            await house.unlock(kind=kind, words="wrong")
        await house.unlock(kind=kind, words=words)
        assert await house.open(key) == SECRET.reveal()


async def test_database_and_kek_together_open_nothing(house: House) -> None:
    """The thief has everything that is kept, from before and after, and the KEK; not the person, and not the server's memory."""
    stolen_before = house.database.state.tables.copy()
    await house.add()
    old = house.database.state.tables.copy()
    await house.switch_on()
    added = await house.add(secret=Secret("sk-added-while-locked-012345"))
    tables = house.database.state.tables
    assert all((dek.blob, dek.kek_id) == (b"", "") for dek in tables.deks.values())
    assert not {dek.id for dek in old.deks.values()} & {dek.id for dek in tables.deks.values()}
    loot = [await house.custody.unwrap(dek.wrap, dek.context) for dek in old.deks.values()]
    inner = [await house.custody.unwrap(each.wrap, each.context) for each in tables.dek_wraps.values()]
    loot += [bytearray(each.check_value or b"") for each in tables.deks.values()] + [bytearray(kek) for kek in KEKS]
    loot += [each[at : at + 32] for each in inner for at in range(len(each) - 31)]
    assert len(inner) == 2
    for key in tables.keys.values():
        bound = context("secret", "dep_1", key.account_id, key.id, key.provider, key.endpoint_origin, "bearer", key.dek_id or "", 1)
        for guess in loot:
            with pytest.raises(SealBroken):
                open_(guess, key.sealed or b"", bound)
    thief = House(house.database, house.custody)
    with pytest.raises(VaultLocked):
        await thief.open(added)
    with pytest.raises(VaultLocked):
        await thief.add()
    thief.database.state.tables.deks = {**old.deks}  # the old data key, put back
    with pytest.raises(VaultLocked):
        await thief.open(added)
    assert stolen_before.keys == {}


async def test_it_is_unlocked_for_the_client_that_did_and_for_others_only_if_that_one_says_so(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    with pytest.raises(VaultLocked):
        await house.open(key, OTHER_CLIENT)
    with pytest.raises(VaultLocked):
        await house.add(OTHER_CLIENT)
    assert not (await house.locked_mode.state(OTHER_CLIENT)).unlocked
    assert await house.open(key, replace(ME, token_id="tok_refreshed")) == SECRET.reveal()
    await house.unlock(everywhere=True)
    assert await house.open(key, OTHER_CLIENT) == SECRET.reveal()
    assert (await house.locked_mode.state(OTHER_CLIENT)).everywhere
    await house.unlock(everywhere=False)
    with pytest.raises(VaultLocked):
        await house.open(key, OTHER_CLIENT)


@pytest.mark.parametrize(("topic", "over"), [(TOKENS_TOPIC, {"token_id": "tok_1"}), (PASSWORDS_TOPIC, {"account_id": "acct_a"})], ids=str)
async def test_it_is_wiped_when_the_client_signs_out_or_the_password_is_changed(house: House, topic: str, over: Mapping[str, str]) -> None:
    await house.switch_on()
    remembered = house.vault.opened.live("acct_a")
    assert remembered
    house.bus.publish(TOKENS_TOPIC, {"token_id": "tok_of_another"})
    house.bus.publish(PASSWORDS_TOPIC, {"account_id": "acct_b"})
    await asyncio.sleep(0)
    assert house.vault.opened.live("acct_a")
    house.bus.publish(topic, over)
    await asyncio.sleep(0)
    assert house.vault.opened.live("acct_a") is None
    assert remembered.dek == bytearray(32)


async def test_signing_out_one_of_two_clients_leaves_it_open_for_the_other(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    await house.unlock(OTHER_CLIENT)
    house.bus.publish(TOKENS_TOPIC, {"token_id": "tok_1"})
    await asyncio.sleep(0)
    assert await house.open(key, OTHER_CLIENT) == SECRET.reveal()
    with pytest.raises(VaultLocked):
        await house.open(key)


async def test_closing_wipes_what_is_unlocked(house: House) -> None:
    await house.switch_on()
    remembered = house.vault.opened.live("acct_a")
    house.locked_mode.close()
    house.vault.close()
    assert remembered
    assert remembered.dek == bytearray(32)


async def test_switching_off_needs_it_unlocked_and_forgets_the_wraps(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    await house.locked_mode.lock(ME)
    with pytest.raises(VaultLocked):
        await house.locked_mode.switch_off(ME)
    await house.unlock()
    state = await house.locked_mode.switch_off(ME)
    assert (state.mode, state.unlocked, house.database.state.tables.dek_wraps) == ("managed", True, {})
    assert await House(house.database, house.custody).open(key) == SECRET.reveal()


async def test_beginning_anew_changes_the_ways_and_the_data_key(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    before = {dek.id for dek in house.database.state.tables.deks.values()}
    await house.switch_on(ways=(("passphrase", "battery staple"), ("recovery", "9999")))
    await house.locked_mode.lock(ME)
    with pytest.raises(SealBroken):
        await house.unlock()
    await house.unlock(words="battery staple")
    assert await house.open(key) == SECRET.reveal()
    assert not before & {dek.id for dek in house.database.state.tables.deks.values()}
    assert len(house.database.state.tables.dek_wraps) == 2


async def test_a_key_that_does_not_open_stays_as_it_is_while_the_others_are_sealed_anew(house: House) -> None:
    broken, good = await house.add(), await house.add()
    changed = replace(broken, sealed=b"\x01" + bytes(144))
    house.database.state.tables.keys[broken.id] = changed
    await house.switch_on()
    assert house.database.state.tables.keys[broken.id] == changed
    assert await house.open(good) == SECRET.reveal()


async def test_a_key_added_while_the_data_key_changes_is_not_lost(house: House) -> None:
    async def add_some() -> list[Key]:
        return [await house.add(label=f"k{n}") for n in range(20)]

    keys, _, _ = await asyncio.gather(add_some(), house.switch_on(), asyncio.sleep(0))
    assert [await house.open(key) for key in keys] == [SECRET.reveal()] * 20


async def test_reading_keys_while_the_data_key_changes_never_calls_them_broken(house: House) -> None:
    keys = [await house.add(label=f"k{n}") for n in range(5)]
    await house.switch_on()

    async def read() -> set[str]:
        return {await house.open(key) for _ in range(20) for key in keys}

    found, _, _ = await asyncio.gather(read(), house.switch_on(), house.switch_on(), return_exceptions=True)
    assert found == {SECRET.reveal()}


async def test_the_operator_hears_of_keys_that_cannot_be_tried_and_of_broken_rows_among_them(house: House) -> None:
    rows = house.database.state.tables.keys
    shortened, moved, foreign, whole = [await house.add(label=name) for name in "abcd"]
    await house.switch_on()
    assert (await house.locked_mode.count(), await House(house.database, house.custody).vault.verify()) == (1, Verified([], 4))
    rows[shortened.id] = replace(rows[shortened.id], sealed=b"\x01\xff")
    rows[moved.id] = replace(rows[moved.id], base_url="https://evil.example/v1")
    rows[foreign.id] = replace(rows[foreign.id], dek_id="dek_of_nobody")
    verified = await House(house.database, house.custody).vault.verify()
    assert ({key.id for key in verified.broken}, verified.locked) == ({shortened.id, moved.id, foreign.id}, 1)
    await house.unlock()
    assert await house.open(whole) == SECRET.reveal()


async def test_the_kek_is_rotated_under_locked_vaults(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    rotated = House(house.database, LocalCustody([KEKS[1], KEKS[0]], "dep_1"))
    done = await rotated.keks.rewrap()
    assert (done.count, done.broken, await rotated.keks.broken(), await rotated.vault.verify()) == (2, [], [], Verified([], 1))
    last = House(house.database, LocalCustody([KEKS[1]], "dep_1"))
    await last.keks.check()
    await last.unlock()
    assert await last.open(key) == SECRET.reveal()


async def test_a_damaged_wrap_is_named_by_the_operators_check(house: House) -> None:
    await house.switch_on()
    ((wrap_id, kept), _) = house.database.state.tables.dek_wraps.items()
    house.database.state.tables.dek_wraps[wrap_id] = replace(kept, dek_id="dek_other")
    assert [each.id for each in await house.keks.broken()] == [wrap_id]


@pytest.mark.parametrize("ways", [(), WAYS[:1], WAYS[1:], (WAYS[1], WAYS[1]), (WAYS[0], ("device", "d"))], ids=str)
async def test_two_kinds_of_ways_must_be_there_and_one_on_paper(house: House, ways: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(MalformedRequest):
        await house.switch_on(ways=ways)
    assert (await house.locked_mode.state(ME)).mode == "managed"


async def test_ways_come_and_go_while_it_is_unlocked_but_never_too_many(house: House) -> None:
    key = await house.add()
    dek = await house.switch_on()
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    added = await house.locked_mode.ways.add(ME, draft(wrap(challenge, "device", "d", dek)), in_portal=True)
    by_kind = {wrap.kind: wrap.id for wrap in (await house.locked_mode.state(ME)).wraps}
    for who, wrap_id, refusal in (
        (ME, by_kind["recovery"], MalformedRequest),
        (ME, "wrap_unknown", NotFound),
        (OTHER_CLIENT, added.id, VaultLocked),
    ):
        with pytest.raises(refusal):
            await house.locked_mode.ways.remove(who, wrap_id, in_portal=True)
    await house.locked_mode.ways.remove(ME, by_kind["passphrase"], in_portal=True)
    with pytest.raises(MalformedRequest):
        await house.locked_mode.ways.remove(ME, added.id, in_portal=True)
    house.clock.seconds += IDLE_S
    await house.unlock(kind="device", words="d")
    assert await house.open(key) == SECRET.reveal()


async def test_a_lock_by_hand_holds_for_every_device_until_somebody_unlocks_by_hand(house: House) -> None:
    key = await house.add()
    dek = await house.switch_on(ways=(*WAYS, ("device", "d")))
    assert not (await house.locked_mode.state(ME)).locked_by_hand
    begun = wire(await house.locked_mode.begin_unlock(ME))
    state = await house.locked_mode.lock(OTHER_CLIENT)
    assert (state.unlocked, state.locked_by_hand) == (False, True)
    with pytest.raises(MalformedRequest, match="locked by hand meanwhile"):
        await house.locked_mode.unlock(ME, begun["unlock_id"], raw(letter(begun, dek)), everywhere=False)
    house.clock.seconds += UNLOCKED_S
    for who in (ME, OTHER_CLIENT):
        assert {each.kind for each in (await house.locked_mode.begin_unlock(who)).wraps} == {"passphrase", "recovery"}
        assert {each.kind for each in (await house.locked_mode.state(who)).wraps} == {"passphrase", "recovery", "device"}
    with pytest.raises(VaultLocked):
        await house.open(key)
    restarted = House(house.database, house.custody)
    assert (await restarted.locked_mode.state(ME)).locked_by_hand
    assert not (await house.unlock(OTHER_CLIENT)).locked_by_hand
    await house.unlock(ME, "device", "d")
    assert await house.open(key) == SECRET.reveal()
    house.clock.seconds += UNLOCKED_S
    await house.unlock(kind="device", words="d")


async def test_a_lock_is_heard_in_every_process(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    other = House(house.database, house.custody, house.bus)
    await other.unlock()
    await house.locked_mode.lock(ME)
    await house.unlock()
    await asyncio.sleep(0)
    assert await house.open(key) == SECRET.reveal(), "the lock is not heard late where it was made"
    with pytest.raises(VaultLocked):
        await other.open(key)


async def test_outside_the_portal_a_client_keeps_a_device_and_only_just_after_it_brought_the_key(house: House) -> None:
    await house.add()
    dek = await house.switch_on()
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    device, passkey = (draft(wrap(challenge, kind, "d", dek)) for kind in ("device", "passkey_prf"))
    ways = house.locked_mode.ways
    house.clock.seconds += BROUGHT_S
    added = await ways.add(ME, device, in_portal=False)
    with pytest.raises(Refused, match="portal"):
        await ways.add(ME, passkey, in_portal=False)
    recovery = next(each.id for each in (await house.locked_mode.state(ME)).wraps if each.kind == "recovery")
    with pytest.raises(Refused, match="portal"):
        await ways.remove(ME, recovery, in_portal=False)
    house.clock.seconds += 1
    for deed in (ways.add(ME, device, in_portal=False), ways.remove(ME, added.id, in_portal=False)):
        with pytest.raises(ProofNeeded, match="unlock the vault from here once more"):
            await deed
    await house.unlock(OTHER_CLIENT, everywhere=True)
    with pytest.raises(ProofNeeded):
        await ways.remove(ME, added.id, in_portal=False)
    await ways.remove(OTHER_CLIENT, added.id, in_portal=False)
    assert {each.kind for each in (await house.locked_mode.state(ME)).wraps} == {"passphrase", "recovery"}


@pytest.mark.parametrize(
    "params",
    [
        "",
        "[]",
        "{}",
        '{"salt": "short"}',
        PARAMS["passphrase"].replace("65536", "65535"),
        PARAMS["passphrase"].replace('"t": 3', '"t": 2'),
        PARAMS["passphrase"].replace('"t": 3', '"t": 17'),
        PARAMS["passphrase"].replace('"p": 4', '"p": true'),
        PARAMS["recovery"],
        "x" * 2_000,
    ],
    ids=lambda text: text[:40],
)
async def test_a_passphrase_that_could_be_guessed_quickly_is_refused(house: House, params: str) -> None:
    challenge = wire(await house.locked_mode.begin_switch(ME))
    drafts = [draft(wrap(challenge, "passphrase", "p", bytes(32), params)), draft(wrap(challenge, "recovery", "r", bytes(32)))]
    with pytest.raises(MalformedRequest):
        await house.locked_mode.switch_on(ME, challenge["unlock_id"], raw(letter(challenge, bytes(32))), drafts)


async def test_a_sites_token_reaches_nothing_of_it(house: House) -> None:
    await house.switch_on()
    site = replace(ME, origin="https://a.example")
    for deed in (
        house.locked_mode.begin_unlock(site),
        house.locked_mode.begin_switch(site),
        house.locked_mode.lock(site),
        house.locked_mode.switch_off(site),
        house.locked_mode.ways.remove(site, "wrap_1", in_portal=True),
    ):
        with pytest.raises(Refused):
            await deed


async def test_each_act_is_in_the_audit_log(house: House) -> None:
    await house.switch_on()
    await house.locked_mode.lock(ME)
    await house.unlock()
    await house.locked_mode.switch_off(ME)
    acts = [record.act for record in house.database.state.tables.audit.values()]
    assert acts == ["vault_locked_mode_on", "vault_locked", "vault_unlocked", "vault_locked_mode_off"]
