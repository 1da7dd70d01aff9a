"""What the vault writes down, tells and answers, word by word: mutations of it survived the tests of what it keeps secret."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.vault_client import PARAMS, letter, raw, wrap

from satchel.domain.audit import Act
from satchel.domain.errors import MalformedRequest, NotFound, NotReady, RateLimited, Refused, VaultLocked
from satchel.domain.keys import Secret
from satchel.domain.vault import MAX_LABEL_CHARACTERS, MAX_WRAPS, SEALED_DEK_BYTES, WrapDraft, check_draft, check_kinds
from satchel.kit.aead import SealBroken
from satchel.ports.coordination import account_topic
from satchel.services.vault import challenges
from satchel.services.vault.keks import KekStatus

from .locked_house import KEKS, ME, OTHER_CLIENT, SECRET, House, draft, wire

BLOB = b"\x01" + bytes(SEALED_DEK_BYTES - 1)


@pytest.fixture
def house() -> House:
    return House()


def param(refused: MalformedRequest) -> object:
    """Return which field an error blames; its message is a sentence."""
    assert refused.message.strip() == refused.message != refused.message.upper()
    assert "XX" not in refused.message
    return refused.details.get("param")


async def test_a_challenge_says_whom_and_what_it_is_for(house: House) -> None:
    first = await house.locked_mode.begin_switch(ME)
    assert (first.deployment_id, first.account_id, first.client) == ("dep_1", "acct_a", "fam_1")
    assert (first.unlock_id[:7], first.dek_id[:4], first.dek_version, first.wraps) == ("unlock_", "dek_", 1, ())
    assert first.expires_s == int(house.clock.now().timestamp()) + 60
    assert len(first.node_key) == 32
    await house.add()
    assert (await house.locked_mode.begin_switch(ME)).dek_version == 2
    await house.switch_on()
    ((_, kept),) = house.database.state.tables.deks.items()
    begun = await house.locked_mode.begin_unlock(ME)
    assert (begun.dek_id, begun.dek_version, kept.version) == (kept.id, 2, 2)
    assert {(each.kind, len(each.blob), each.id[:5]) for each in begun.wraps} == {
        ("passphrase", SEALED_DEK_BYTES, "wrap_"),
        ("recovery", SEALED_DEK_BYTES, "wrap_"),
    }
    assert (await house.locked_mode.begin_switch(ME)).dek_version == 3


async def test_challenges_that_wait_are_never_without_end(house: House) -> None:
    first = wire(await house.locked_mode.begin_switch(ME))
    waiting = house.locked_mode._challenges
    for _ in range(challenges._MAX_PENDING):
        waiting.new(ME, "dek_1", 1)
    assert len(waiting._pending) == challenges._MAX_PENDING
    with pytest.raises(MalformedRequest) as refused:
        waiting.read(ME, first["unlock_id"], raw(letter(first, bytes(32))))
    assert param(refused.value) == "unlock_id"
    house.clock.seconds += challenges.CHALLENGE_S
    waiting.new(ME, "dek_1", 1)
    assert len(waiting._pending) == 1


@pytest.mark.parametrize("size", [0, 31, 33])
async def test_a_letter_with_anything_but_a_data_key_is_refused(house: House, size: int) -> None:
    challenge = wire(await house.locked_mode.begin_switch(ME))
    with pytest.raises(MalformedRequest) as refused:
        house.locked_mode._challenges.read(ME, challenge["unlock_id"], raw(letter(challenge, bytes(size))))
    assert param(refused.value) == "sealed"


async def test_what_is_locked_is_shown_with_its_ways(house: House) -> None:
    assert (await house.locked_mode.state(ME)).wraps == ()
    await house.switch_on()
    await house.locked_mode.lock(ME)
    state = await house.locked_mode.state(ME)
    assert (state.mode, state.unlocked, state.until_at, state.everywhere) == ("locked", False, None, False)
    assert {each.kind for each in state.wraps} == {"passphrase", "recovery"}
    unlocked = await house.unlock()
    assert (unlocked.mode, unlocked.unlocked, unlocked.everywhere) == ("locked", True, False)
    assert unlocked.until_at == house.clock.now() + timedelta(hours=12)
    managed = await house.locked_mode.switch_off(ME)
    assert (managed.mode, managed.unlocked, managed.until_at) == ("managed", True, None)


async def test_a_wrap_is_kept_with_all_that_it_is_bound_to(house: House) -> None:
    dek = await house.switch_on()
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    made = draft({**wrap(challenge, "device", "d", dek), "label": "Laptop"})
    added = await house.locked_mode.ways.add(ME, made, in_portal=True)
    kept = house.database.state.tables.dek_wraps[added.id]
    assert kept == added
    assert (kept.account_id, kept.dek_id, kept.dek_version) == ("acct_a", challenge["dek_id"], challenge["dek_version"])
    assert (kept.kind, kept.params, kept.label, kept.created_at) == ("device", PARAMS["device"], "Laptop", house.clock.now())
    assert kept.kek_id == (await house.custody.known())[0]
    assert bytes(await house.custody.unwrap(kept.wrap, kept.context)) == made.blob
    with pytest.raises(VaultLocked):
        await house.custody.unwrap(kept.wrap, replace(kept, kind="recovery").context)
    (begun,) = [each for each in (await house.locked_mode.begin_unlock(ME)).wraps if each.kind == "device"]
    assert (begun.id, begun.label, begun.params, begun.blob) == (added.id, "Laptop", made.params, made.blob)


async def test_the_audit_log_names_the_act_its_subject_and_who_did_it(house: House) -> None:
    key = await house.add()
    dek = await house.switch_on()
    ((_, kept),) = house.database.state.tables.deks.items()
    await house.locked_mode.lock(ME)
    await house.locked_mode.lock(ME)
    await house.unlock()
    challenge = wire(await house.locked_mode.begin_unlock(ME))
    added = await house.locked_mode.ways.add(ME, draft(wrap(challenge, "device", "d", dek)), in_portal=True)
    await house.locked_mode.ways.remove(ME, added.id, in_portal=True)
    await house.vault.renew("acct_a", key.id, Secret("sk-another-0123456789"), client=ME.client)
    await house.locked_mode.switch_off(ME)
    await house.locked_mode.switch_off(ME)
    assert await house.vault.remove("acct_a", key.id)
    ((_, managed),) = house.database.state.tables.deks.items()
    records = list(house.database.state.tables.audit.values())
    assert {record.account_id for record in records} == {"acct_a"}
    assert {record.at for record in records} == {house.clock.now()}
    assert [(record.act, record.subject, record.about) for record in records] == [
        (Act.KEY_ADDED, key.id, "openai"),
        (Act.VAULT_LOCKED_MODE_ON, kept.id, "Portal"),
        (Act.VAULT_LOCKED, kept.id, "Portal"),
        (Act.VAULT_UNLOCKED, kept.id, "Portal"),
        (Act.VAULT_WRAP_ADDED, added.id, "device"),
        (Act.VAULT_WRAP_REMOVED, added.id, "device"),
        (Act.KEY_REPLACED, key.id, "openai"),
        (Act.VAULT_LOCKED_MODE_OFF, managed.id, "Portal"),
        (Act.KEY_REMOVED, key.id, None),
    ]


async def test_every_change_is_told_to_the_accounts_connections(house: House) -> None:
    heard: list[Mapping[str, object]] = []
    house.bus.subscribe(account_topic("acct_a"), heard.append)
    said = {"event": "vault_changed", "data": {}}

    async def told() -> int:
        await asyncio.sleep(0)
        assert all(message == said for message in heard)
        count = len(heard)
        heard.clear()
        return count

    await house.switch_on()
    assert await told() > 0
    await house.locked_mode.lock(ME)
    assert await told() == 1
    await house.locked_mode.lock(ME)
    assert await told() == 0
    await house.unlock()
    assert await told() == 1
    await house.locked_mode.switch_off(ME)
    assert await told() == 1


async def test_a_right_key_forgives_the_wrong_ones_before_it(house: House) -> None:
    await house.switch_on()
    for _ in range(3):
        for _ in range(3):
            challenge = wire(await house.locked_mode.begin_unlock(ME))
            with pytest.raises(MalformedRequest) as refused:
                await house.locked_mode.unlock(ME, challenge["unlock_id"], raw(letter(challenge, bytes(32))), everywhere=False)
            assert param(refused.value) == "sealed"
        await house.unlock()
        house.clock.seconds += 301
        assert (await house.locked_mode.state(ME)).unlocked


async def test_a_challenge_for_one_thing_is_not_good_for_another(house: House) -> None:
    await house.add()
    await house.switch_on()
    begun = wire(await house.locked_mode.begin_unlock(ME))
    drafts = [draft(wrap(begun, kind, kind, bytes(32))) for kind in ("passphrase", "recovery")]
    with pytest.raises(MalformedRequest) as refused:
        await house.locked_mode.switch_on(ME, begun["unlock_id"], raw(letter(begun, bytes(32))), drafts)
    assert param(refused.value) == "unlock_id"
    switched = wire(await house.locked_mode.begin_switch(ME))
    with pytest.raises(MalformedRequest) as refused:
        await house.locked_mode.unlock(ME, switched["unlock_id"], raw(letter(switched, bytes(32))), everywhere=False)
    assert param(refused.value) == "sealed"


async def test_a_vault_without_a_data_key_is_nothing_to_unlock(house: House) -> None:
    for _ in range(2):
        with pytest.raises(MalformedRequest):
            await house.locked_mode.begin_unlock(ME)
        with pytest.raises(MalformedRequest):
            await house.locked_mode.ways.add(
                ME, draft({"kind": "recovery", "params": PARAMS["recovery"], "blob": "", "label": None}), in_portal=True
            )
        with pytest.raises(NotFound, match="there is no wrap 'wrap_1'"):
            await house.locked_mode.ways.remove(ME, "wrap_1", in_portal=True)
        assert not (await house.locked_mode.lock(ME)).wraps
        await house.add()


async def test_a_change_meanwhile_is_said_and_undone(house: House) -> None:
    key = await house.add()
    challenge = wire(await house.locked_mode.begin_switch(ME))
    drafts = [draft(wrap(challenge, kind, kind, bytes(32))) for kind in ("passphrase", "recovery")]
    await house.switch_on()
    other = House(house.database, house.custody)
    await other.unlock()
    await house.switch_on()
    with pytest.raises(NotReady) as refused:
        await other.locked_mode.begin_switch(ME)
    assert (refused.value.retry_after_s, "look at it anew" in refused.value.message) == (1.0, True)
    await house.locked_mode.switch_on(ME, challenge["unlock_id"], raw(letter(challenge, bytes(32))), drafts)
    assert await house.open(key) == SECRET.reveal()


async def test_the_refusals_say_who_must_do_what(house: House) -> None:
    with pytest.raises(Refused, match="a site's token does not reach the vault; unlock it in Satchel's own pages or the extension"):
        await house.locked_mode.lock(replace(ME, origin="https://a.example"))
    await house.switch_on()
    with pytest.raises(VaultLocked, match="your vault is locked; unlock it, then ask again") as locked:
        await house.add(OTHER_CLIENT)
    assert locked.value.details == {"unlockable": True}
    with pytest.raises(VaultLocked):
        await house.vault.add("acct_a", "openai", "https://a.example", SECRET)  # nobody's client, as the operator's command
    with pytest.raises(RateLimited, match="too many tries to unlock") as slow:
        for _ in range(31):
            await house.locked_mode.begin_unlock(ME)
    assert slow.value.retry_after_s
    other_account = replace(ME, account_id="acct_b")
    assert (await house.locked_mode.begin_switch(other_account)).account_id == "acct_b"


async def test_a_key_is_replaced_in_its_place(house: House) -> None:
    key = await house.add(label="work")
    again = await house.vault.renew("acct_a", key.id, Secret("sk-renewed-0123456789"), client=ME.client)
    assert (again.id, again.label, again.endpoint_origin, again.last4) == (key.id, "work", key.endpoint_origin, "6789")
    assert again.secret_version == key.secret_version + 1
    assert again.fingerprint != key.fingerprint
    assert await house.open(again) == "sk-renewed-0123456789"
    assert [each.id for each in await house.vault.list("acct_a")] == [key.id]
    assert house.vault.knows("sk-renewed-0123456789")
    assert not house.vault.knows("sk-never-seen-0123456789")
    await house.switch_on()
    with pytest.raises(VaultLocked):
        await house.vault.renew("acct_a", key.id, SECRET, client=OTHER_CLIENT.client)
    with pytest.raises(SealBroken):
        await house.unlock(words="wrong")


async def test_every_broken_key_of_every_account_is_named(house: House) -> None:
    keys = [await house.add(replace(ME, account_id=f"acct_{name}"), label=str(n)) for name in "ab" for n in range(3)]
    broken = sorted(key.id for key in keys[::2])
    for key_id in broken:
        row = house.database.state.tables.keys[key_id]
        house.database.state.tables.keys[key_id] = replace(row, sealed=BLOB)
    for batch in (1, 2, 500):
        assert sorted(key.id for key in (await house.vault.verify(batch)).broken) == broken
    pages: list[int] = []
    for dek in house.database.state.tables.deks.values():
        house.database.state.tables.deks[dek.account_id, dek.version] = replace(dek, blob=BLOB)
    for batch in (1, 2, 500):
        pages.append(len(await house.keks.broken(batch)))
    assert pages == [2, 2, 2]
    rewrapped = await House(house.database, type(house.custody)([KEKS[1], KEKS[0]], "dep_1")).keks.rewrap(1)
    assert (rewrapped.count, len(rewrapped.broken)) == (0, 2)


async def test_a_kek_that_is_not_written_down_is_shown_with_what_it_wraps(house: House) -> None:
    await house.add()
    (known,) = await house.keks.status()
    assert known.kek is not None
    house.database.state.tables.keks.clear()
    assert await house.keks.status() == [KekStatus(known.id, None, 1, True)]
    other = House(house.database, type(house.custody)([KEKS[1]], "dep_1"))
    assert await other.keks.status() == [KekStatus(known.id, None, 1, False)]


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        ({"blob": BLOB[:-1]}, "blob"),
        ({"blob": BLOB + b"\0"}, "blob"),
        ({"blob": b"\x02" + BLOB[1:]}, "blob"),
        ({"label": ""}, "label"),
        ({"label": "a\n"}, "label"),
        ({"label": "x" * (MAX_LABEL_CHARACTERS + 1)}, "label"),
        ({"params": "ä"}, "params"),
        ({"params": '{"salt": 1}'}, "params"),
        ({"params": '{"salt": "' + "a" * 21 + '"}'}, "params"),
        ({"params": '{"salt": "' + "a" * 22 + '", "x": "' + "x" * 1_000 + '"}'}, "params"),
        ({"kind": "passphrase", "params": '{"salt": "' + "a" * 22 + '"}'}, "params"),
        ({"kind": "passphrase", "params": PARAMS["passphrase"].replace("65536", "1048577")}, "params"),
    ],
)
def test_a_draft_that_is_none_names_its_fault(change: Mapping[str, Any], blamed: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        check_draft(replace(WrapDraft("recovery", PARAMS["recovery"], BLOB), **change))
    assert param(refused.value) == blamed


def test_a_draft_at_the_limits_is_one() -> None:
    most = PARAMS["passphrase"].replace("65536", "1048576").replace('"t": 3', '"t": 16').replace('"p": 4', '"p": 16')
    check_draft(WrapDraft("passphrase", most, BLOB, "x" * MAX_LABEL_CHARACTERS))
    check_draft(WrapDraft("passphrase", PARAMS["passphrase"].replace('"p": 4', '"p": 1'), BLOB, "x"))
    check_draft(WrapDraft("recovery", '{"salt": "' + "a" * 22 + '"}', BLOB))


def test_two_kinds_are_enough_and_twenty_ways_the_most() -> None:
    check_kinds({"recovery", "device"}, MAX_WRAPS)
    with pytest.raises(MalformedRequest) as many:
        check_kinds({"recovery", "device"}, MAX_WRAPS + 1)
    assert (param(many.value), "20 ways" in many.value.message) == ("wraps", True)
    for kinds in ({"recovery"}, {"passphrase", "device"}, set()):
        with pytest.raises(MalformedRequest) as few:
            check_kinds(kinds, 2)  # type: ignore[arg-type]
        assert param(few.value) == "wraps"
