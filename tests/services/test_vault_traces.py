"""What a vault has let go of, looked for in the raw bytes of the database: a thief with the files and the KEK opens only what is kept."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.vault_client import letter, raw, wrap

from satchel.bootstrap.house import House, open_house
from satchel.domain.accounts import Principal
from satchel.domain.keys import Key, Secret
from satchel.settings import Settings

from .locked_house import WAYS, draft, wire

URL = "https://api.example.org/v1"


class Owner:
    """A person with two keys, and the server that keeps them."""

    def __init__(self, house: House, account_id: str) -> None:
        self.house = house
        self.me = Principal(account_id, "tok_1", frozenset({"settings"}), label="Portal", family_id="fam_1")
        self.keys: list[Key] = []

    async def add(self, secret: str) -> None:
        self.keys.append(await self.house.vault.add(self.me.account_id, "openai", URL, Secret(secret), client=self.me.client))

    async def switch_on(self) -> None:
        dek = secrets.token_bytes(32)
        challenge = wire(await self.house.locked_mode.begin_switch(self.me))
        drafts = [draft(wrap(challenge, kind, words, dek)) for kind, words in (*WAYS, ("device", "d"))]
        await self.house.locked_mode.switch_on(self.me, challenge["unlock_id"], raw(letter(challenge, dek)), drafts)

    async def switch_off(self) -> None:
        await self.house.locked_mode.switch_off(self.me)

    async def start_over(self) -> None:
        await self.house.locked_mode.start_over(self.me)

    async def remove_a_device(self) -> None:
        state = await self.house.locked_mode.state(self.me)
        device = next(each.id for each in state.wraps if each.kind == "device")
        await self.house.locked_mode.ways.remove(self.me, device, in_portal=True)

    async def remove_a_key(self) -> None:
        assert await self.house.vault.remove(self.me.account_id, self.keys[0].id)

    async def replace_a_key(self) -> None:
        await self.house.vault.renew(self.me.account_id, self.keys[0].id, Secret("sk-another-key-0123456789"), client=self.me.client)

    async def rotate(self) -> None:
        assert (await self.house.keks.rotate()).count

    async def renew(self) -> None:
        assert (await self.house.data_keys.renew()).count == 1

    async def kept(self) -> set[bytes]:
        """Return everything sealed that is kept: keys, data keys, the ways to unlock them, seeds of codes."""
        account_id = self.me.account_id
        async with self.house.database.unit_of_work() as stores:
            dek, totp = await stores.deks.get(account_id), await stores.totps.get(account_id)
            sealed = [key.sealed for key in await stores.keys.list(account_id)]
            ways = [each.blob for each in await stores.dek_wraps.list(account_id, dek.id)] if dek else []
        return {blob for blob in (*sealed, *ways, dek.blob if dek else None, totp.blob if totp else None) if blob}

    def bytes_on_disk(self) -> bytes:
        files = [self.house.settings.home / f"satchel.db{end}" for end in ("", "-wal", "-shm")]
        return b"".join(file.read_bytes() for file in files if file.exists())


Deed = Callable[[Owner], Awaitable[None]]


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[Owner]:
    async with open_house(Settings(home=tmp_path / "data", builtin_model="off", local_servers="off")) as house:
        account = await house.accounts.create("owner@satchel.example", "a long enough password")
        owner = Owner(house, account.id)
        await house.totps.begin(account.id, "owner@satchel.example")
        await owner.add("sk-not-a-real-key-0123456789")
        await owner.add("sk-not-a-real-key-of-another")
        yield owner


@pytest.mark.parametrize(
    ("deed", "is_locked", "goes"),
    [
        (Owner.switch_on, False, 3),
        (Owner.switch_on, True, 5),
        (Owner.switch_off, True, 5),
        (Owner.start_over, True, 5),
        (Owner.remove_a_device, True, 1),
        (Owner.remove_a_key, False, 1),
        (Owner.remove_a_key, True, 1),
        (Owner.replace_a_key, False, 1),
        (Owner.rotate, False, 2),
        (Owner.rotate, True, 4),
        (Owner.renew, False, 3),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
async def test_what_is_let_go_of_leaves_no_byte_in_the_files(owner: Owner, deed: Deed, goes: int, *, is_locked: bool) -> None:
    if is_locked:
        await owner.switch_on()
    before = await owner.kept()
    assert [blob for blob in before if blob not in owner.bytes_on_disk()] == []
    await deed(owner)
    gone = before - await owner.kept()
    assert len(gone) == goes
    assert [blob for blob in gone if blob in owner.bytes_on_disk()] == []
