"""The audit log: what was done to an account's sign-ins, consents, keys and tokens. Records are added, never changed, never removed.

A password that was refused is not among them: the write would take longer for an account that exists, and tell that it does. That so many
were tried that no more are taken is: it is written after the answer.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What was done. Public words: they are in the API."""

    ACCOUNT_CREATED = "account_created"
    ACCOUNT_REPLACED = "account_replaced"
    EMAIL_PROVEN = "email_proven"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    LINK_MAILED = "link_mailed"
    AUTHORITY_TIED = "authority_tied"
    AUTHORITY_UNTIED = "authority_untied"
    PROVED = "proved"
    TRIES_STOPPED = "tries_stopped"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    CODES_SWITCHED_ON = "codes_switched_on"
    CODES_SWITCHED_OFF = "codes_switched_off"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    INVITATION_MADE = "invitation_made"
    INVITATION_USED = "invitation_used"
    INVITATION_REVOKED = "invitation_revoked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    APP_ALLOWED = "app_allowed"
    APP_DENIED = "app_denied"
    SITE_DECIDED = "site_decided"
    SITE_FORGOTTEN = "site_forgotten"
    SITE_NARROWED = "site_narrowed"
    ACTIVITY_DAYS_CHANGED = "activity_days_changed"
    TOKEN_CREATED = "token_created"  # noqa: S105 - a word
    TOKEN_CHANGED = "token_changed"  # noqa: S105 - a word
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word
    CODE_REUSED = "code_reused"
    DEVICE_CONNECTED = "device_connected"
    DEVICE_DISCONNECTED = "device_disconnected"
    KEY_ADDED = "key_added"
    KEY_REPLACED = "key_replaced"
    KEY_REMOVED = "key_removed"
    VAULT_LOCKED_MODE_ON = "vault_locked_mode_on"
    VAULT_LOCKED_MODE_OFF = "vault_locked_mode_off"
    VAULT_STARTED_OVER = "vault_started_over"
    VAULT_UNLOCKED = "vault_unlocked"
    VAULT_LOCKED = "vault_locked"
    VAULT_TRIES_STOPPED = "vault_tries_stopped"
    VAULT_DATA_KEY_RENEWED = "vault_data_key_renewed"
    VAULT_WRAP_ADDED = "vault_wrap_added"
    VAULT_WRAP_REMOVED = "vault_wrap_removed"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act. `subject` is the id of what it was done to, `about` says it in words; neither is ever a secret. `number` is the store's."""

    account_id: str
    at: datetime
    act: Act
    subject: str
    about: str | None = None
    number: int = 0
