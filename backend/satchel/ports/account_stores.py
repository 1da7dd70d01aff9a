"""What is kept of people and how they sign in: a part of the stores in `stores.py`, by whose rules it goes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from satchel.domain.accounts import Account, Invitation, SetupLink, SignIn
from satchel.domain.passkeys import Ceremony, Passkey
from satchel.domain.totp import Totp


class AccountStore(Protocol):
    """Accounts by id and e-mail (compared in lower case)."""

    async def add(self, account: Account) -> None:
        """Keep a new account. Raises `MalformedRequest` if the e-mail is taken."""
        ...

    async def get(self, account_id: str) -> Account | None:
        """Return the account, or None."""
        ...

    async def by_email(self, email: str) -> Account | None:
        """Return the account with this e-mail, or None."""
        ...

    async def prefer(self, account_id: str, model: str | None) -> None:
        """Set the preferred model, and nothing else."""
        ...

    async def keep_activity(self, account_id: str, days: int | None) -> None:
        """Set for how many days activity is kept, None for ever, and nothing else."""
        ...

    async def activity_days(self) -> Mapping[str, int]:
        """Return for how many days each account wants its activity kept that wants an end."""
        ...

    async def prove_email(self, account_id: str, now: datetime) -> bool:
        """Note since when the e-mail is proven, and nothing else; False if it was before."""
        ...

    async def set_password(self, account_id: str, password_hash: str, instead_of: str | None = None) -> bool:
        """Set the password's hash, and nothing else; with `instead_of`, only in place of that hash. False if nothing was set."""
        ...

    async def take_turn(self, account_id: str) -> None:
        """Wait until nobody else ends, hands out or replaces what this account has, and keep them waiting until this unit of work ends.

        Ask before anything is changed, or two may wait for each other.
        """
        ...

    async def await_owner(self) -> Account | None:
        """Return what `owner` does, once nobody else is making the owner, and keep them from it until this unit of work ends."""
        ...

    async def pin(self, account_id: str, password_hash: str | None = None) -> bool:
        """Keep others from changing an account, and from pinning it, until this unit of work ends. To be the first that it does.

        Returns:
            False if there is no such account, or if its password's hash is not `password_hash`, where that is given.
        """
        ...

    async def owner(self) -> Account | None:
        """Return the owner's account. None if there is none, or it was removed."""
        ...

    async def remove_wraps(self, account_id: str) -> None:
        """Remove all that opens what is sealed for an account: its data keys, and every wrap of them."""
        ...

    async def remove(self, account_id: str) -> bool:
        """Remove an account and every row of it, its provider keys first; False if there is none."""
        ...


class SignInStore(Protocol):
    """Browsers signed in to the portal, and the owner's set-up link."""

    async def add(self, sign_in: SignIn) -> None:
        """Keep a new sign-in."""
        ...

    async def by_hash(self, secret_hash: str) -> SignIn | None:
        """Return the sign-in whose cookie hashes to this, or None; expired ones too."""
        ...

    async def touch(self, sign_in_id: str, now: datetime) -> None:
        """Note when it was last used."""
        ...

    async def prove(self, sign_in_id: str, secret_hash: str, now: datetime) -> bool:
        """Note that its person has proved who they are, and change the cookie that it has; False if there is none."""
        ...

    async def list(self, account_id: str) -> Sequence[SignIn]:
        """Return the account's sign-ins, the one used last first; expired ones too."""
        ...

    async def remove(self, account_id: str, sign_in_id: str) -> bool:
        """End a sign-in; False if there is none."""
        ...

    async def gone(self, sign_in_ids: Collection[str]) -> Sequence[str]:
        """Return which of these were ended, or removed with their account."""
        ...

    async def put_link(self, link: SetupLink) -> None:
        """Keep a set-up link in place of earlier ones, but for those of the last minute: servers that start together each print theirs."""
        ...

    async def take_link(self, secret_hash: str, now: datetime) -> bool:
        """Use the link up, and all others with it: True once, and only before it expires."""
        ...


class PasskeyStore(Protocol):
    """Passkeys, by the name that authenticators give them."""

    async def add(self, passkey: Passkey) -> None:
        """Keep a new passkey."""
        ...

    async def by_credential(self, credential_id: bytes) -> Passkey | None:
        """Return the passkey that an authenticator names so, whosever it is, or None."""
        ...

    async def list(self, account_id: str) -> Sequence[Passkey]:
        """Return the account's passkeys, oldest first."""
        ...

    async def rename(self, account_id: str, passkey_id: str, name: str) -> bool:
        """Set the name, and nothing else; False if there is none."""
        ...

    async def use(self, passkey: Passkey) -> bool:
        """Set count, `synced` and when it was last used; False if it is gone, or has been used with this count or a later one.

        A count of 0 says that there is no counting, as long as the one kept is 0 too.
        """
        ...

    async def remove(self, account_id: str, passkey_id: str) -> bool:
        """Forget a passkey; False if there is none."""
        ...


class InvitationStore(Protocol):
    """Invitations, as hashes."""

    async def add(self, invitation: Invitation) -> None:
        """Keep a new invitation; those that have been too old for 30 days by its beginning are forgotten."""
        ...

    async def take(self, secret_hash: str, account_id: str, now: datetime) -> Invitation | None:
        """Use an invitation up for an account that is added in the same unit of work: once, and only before it expires; else None."""
        ...

    async def by_hash(self, secret_hash: str) -> Invitation | None:
        """Return the invitation whose secret hashes to this, or None; used and expired ones too."""
        ...

    async def list(self) -> Sequence[Invitation]:
        """Return all invitations, newest first; used and expired ones too."""
        ...

    async def remove(self, invitation_id: str) -> bool:
        """Forget an invitation; False if there is none."""
        ...


class TotpStore(Protocol):
    """Seeds of one-time codes, one an account."""

    async def get(self, account_id: str) -> Totp | None:
        """Return the account's seed, or None."""
        ...

    async def put(self, totp: Totp) -> bool:
        """Keep a seed in place of one that was never confirmed; False if the account has a confirmed one, which stays."""
        ...

    async def use_step(self, totp_id: str, step: int, now: datetime) -> bool:
        """Use up the code of a step, and all before: True for exactly one caller. The first one confirms the seed."""
        ...

    async def remove(self, account_id: str) -> bool:
        """Remove the account's seed; False if there is none."""
        ...

    async def page(self, after_id: str, limit: int, but_under: str | None = None) -> Sequence[Totp]:
        """Return seeds of all accounts as `DekStore.page` does data keys."""
        ...

    async def rewrap(self, before: Totp, after: Totp) -> bool:
        """Replace how a seed is wrapped; False if it is no longer wrapped as `before` says, and nothing changes then."""
        ...


class RecoveryCodeStore(Protocol):
    """Recovery codes, as hashes."""

    async def put(self, account_id: str, hashes: Sequence[str]) -> None:
        """Keep codes in place of all earlier ones of the account."""
        ...

    async def take(self, account_id: str, code_hash: str) -> bool:
        """Use a code up: True for exactly one caller."""
        ...

    async def count(self, account_id: str) -> int:
        """Return how many codes the account has left."""
        ...


class CeremonyStore(Protocol):
    """What browsers have begun and may finish once."""

    async def put(self, ceremony: Ceremony, now: datetime) -> None:
        """Begin a ceremony in place of the holder's earlier one; those of anybody that are too old are forgotten."""
        ...

    async def get(self, holder: str, now: datetime) -> Ceremony | None:
        """Return the holder's ceremony while it lasts, or None."""
        ...

    async def take(self, holder: str, now: datetime) -> Ceremony | None:
        """End the holder's ceremony: it, for exactly one of any number of concurrent callers; None if there is none, or it is too old."""
        ...
