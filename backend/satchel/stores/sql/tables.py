"""The tables. Times are aware UTC on both engines: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.

Holds, generations and budgets have no foreign key: the record of money outlives what it was about.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from satchel.stores.sql.caveats import CaveatsText

REVISION = "0023"
"""The newest migration: what the tables below look like."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the engine stores."""
        return BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive times; they would be read as another moment elsewhere."""
        if value is None or dialect.name != "sqlite":
            return value
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return _EPOCH + timedelta(microseconds=value) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _account() -> Column[str]:
    return Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable)


def _int64(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _count(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable)


deployment = Table("deployment", metadata, Column("id", Text, primary_key=True))

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    _text("email"),
    Column("email_lower", Text, nullable=False, unique=True),
    _moment("created_at"),
    _text("preferred_model", nullable=True),
    _text("password_hash", nullable=True),
    Column("is_owner", Boolean, nullable=False, server_default=false()),
    Column("activity_days", Integer, nullable=True),
    _moment("email_proven_at", nullable=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    Column("secret_hash", Text, nullable=False, unique=True),
    _moment("created_at"),
    _moment("last_used_at"),
    _moment("expires_at"),
    _text("user_agent", nullable=True),
    _moment("proved_at", nullable=True),
    Index(None, "account_id"),
)

setup_links = Table(
    "setup_links",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    _moment("created_at"),
    _moment("expires_at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=True),
    _text("name"),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("used_at", nullable=True),
    # an invitation is used up before the account that it makes is there
    Column("used_by", Text, ForeignKey("accounts.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"), nullable=True),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    _text("name"),
    _moment("created_at"),
    _int64("sign_count"),
    Column("prf", Boolean, nullable=False),
    Column("synced", Boolean, nullable=False),
    _text("transports"),  # separated by spaces
    _moment("last_used_at", nullable=True),
    Index(None, "account_id"),
)

totps = Table(
    "totps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, unique=True),
    _text("kek_id"),
    Column("blob", LargeBinary, nullable=False),
    _moment("created_at"),
    _moment("confirmed_at", nullable=True),
    _int64("last_step"),
    Index(None, "kek_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", Text, primary_key=True),
)

ceremonies = Table(
    "ceremonies",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("challenge", LargeBinary, nullable=False),
    _moment("expires_at"),
    _text("account_id", nullable=True),  # may be of an account that is yet to be made
    Index(None, "expires_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    _text("kind"),
    Column("secret_hash", Text, nullable=False, unique=True),
    _text("scopes"),
    _moment("created_at"),
    _text("name", nullable=True),
    _text("client_id", nullable=True),
    _text("family_id", nullable=True),
    _moment("expires_at", nullable=True),
    _moment("revoked_at", nullable=True),
    _moment("used_at", nullable=True),
    _moment("family_ends_at", nullable=True),
    _text("hint", nullable=True),
    Column("disabled", Boolean, nullable=False),
    _moment("updated_at", nullable=True),
    _text("origin", nullable=True),
    _text("key_hash", nullable=True),
    _text("salt", nullable=True),
    Column("caveats", CaveatsText, nullable=True),
    Index(None, "account_id"),
    Index(None, "family_id"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    _text("origin"),
    _text("embedder"),  # '' for none: NULLs would not be unique
    _text("state"),
    _moment("created_at"),
    _text("models", nullable=True),  # a JSON list
    _int64("budget_cap_nusd", nullable=True),
    _text("budget_period", nullable=True),
    _count("rate_per_minute", nullable=True),
    _moment("expires_at", nullable=True),
    Column("local_only", Boolean, nullable=False),
    _text("capabilities", nullable=True),  # a JSON list
    _count("max_tokens", nullable=True),
    _moment("last_used_at", nullable=True),
    UniqueConstraint("account_id", "origin", "embedder"),
)

budgets = Table(
    "budgets",
    metadata,
    Column("owner_id", Text, primary_key=True),
    _text("account_id"),
    _int64("cap_nusd"),
    _text("period"),
    _moment("period_start"),
    _int64("spent_nusd"),
    _int64("held_nusd"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    _text("provider"),
    _text("base_url"),
    _text("endpoint_origin"),
    _moment("created_at"),
    _text("label", nullable=True),
    _text("last4", nullable=True),
    Column("sealed", LargeBinary, nullable=True),
    _text("dek_id", nullable=True),
    _count("secret_version"),
    _text("fingerprint", nullable=True),
    UniqueConstraint("account_id", "label"),
)

deks = Table(
    "deks",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    _count("version"),
    _text("kek_id"),
    Column("blob", LargeBinary, nullable=False),
    Column("check_value", LargeBinary, nullable=True),  # there in locked mode, where kek_id and blob are empty
    Column("locked_by_hand", Boolean, nullable=False),
    _count("locks"),
    UniqueConstraint("account_id", "version"),
    Index(None, "kek_id"),
)

dek_wraps = Table(
    "dek_wraps",
    metadata,
    Column("id", Text, primary_key=True),
    _account(),
    _text("dek_id"),
    _count("dek_version"),
    _text("kind"),
    _text("params"),
    _moment("created_at"),
    _text("kek_id"),
    Column("blob", LargeBinary, nullable=False),
    _text("label", nullable=True),
    Index(None, "account_id"),
    Index(None, "kek_id"),
)

keks = Table(
    "keks",
    metadata,
    Column("id", Text, primary_key=True),
    _text("state"),
    _moment("created_at"),
    Column("canary", LargeBinary, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("generation_id", Text, primary_key=True),
    _text("account_id"),
    _int64("amount_nusd"),
    _text("budget_ids"),  # separated by spaces
    _moment("started_at"),
    _text("worker_id"),
    _text("requested_model"),
    _text("model"),
    _text("provider"),
    _text("origin", nullable=True),
    _text("client_id", nullable=True),
    _text("token_id", nullable=True),
    _text("grant_id", nullable=True),
    _text("kind"),
)

generations = Table(
    "generations",
    metadata,
    Column("generation_id", Text, primary_key=True),
    _text("account_id"),
    _text("status"),
    _int64("input_tokens"),
    _int64("output_tokens"),
    _int64("reasoning_tokens"),
    _int64("cached_tokens"),
    _int64("cache_write_tokens"),
    Column("estimated", Boolean, nullable=False),
    _int64("cost_nusd"),
    Column("cost_known", Boolean, nullable=False),
    _text("requested_model"),
    _text("model"),
    _text("provider"),
    _moment("started_at"),
    _int64("duration_ms"),
    _int64("first_event_ms", nullable=True),
    _text("reason", nullable=True),
    _text("native_reason", nullable=True),
    _text("error_code", nullable=True),
    _text("origin", nullable=True),
    _text("client_id", nullable=True),
    _text("token_id", nullable=True),
    _text("grant_id", nullable=True),
    _count("attempts"),
    _text("dropped"),
    _text("kind"),
    _int64("image_tokens"),
    _int64("images"),
    _int64("audio_tokens"),
    _int64("seconds"),
    _int64("characters"),
    Column("forgotten", Boolean, nullable=False),
    _text("failed_attempts", nullable=True),
    Index(None, "account_id", "started_at", "generation_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _account(),
    _moment("at"),
    _text("act"),
    _text("subject"),
    _text("about", nullable=True),
    Index(None, "account_id", "number"),
)
