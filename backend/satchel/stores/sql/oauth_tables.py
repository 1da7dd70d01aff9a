"""The tables of our OAuth server, of signing in elsewhere, and of tries. The others, and the times, are in `tables.py`."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from satchel.stores.sql.caveats import CaveatsText
from satchel.stores.sql.tables import Moment, metadata

codes = Table(
    "authorization_codes",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("code_challenge", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("family_id", Text, nullable=False),
    Column("used", Boolean, nullable=False),
    Column("origin", Text, nullable=True),
    Column("key_hash", Text, nullable=True),
    Column("name", Text, nullable=True),
    Column("cap_nusd", BigInteger, nullable=True),
    Column("period", Text, nullable=True),
    Column("ends_at", Moment, nullable=True),
)

ties = Table(
    "ties",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment, nullable=False),
    Column("label", Text, nullable=True),
    UniqueConstraint("issuer", "subject"),
    Index(None, "account_id"),
)

pushes = Table(
    "pushes",
    metadata,
    Column("reference_hash", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("key_hash", Text, nullable=True),
)

pairings = Table(
    "pairings",
    metadata,
    Column("device_hash", Text, primary_key=True),
    Column("user_hash", Text, nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("family_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("polled_at", Moment, nullable=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=True),
    Column("origin", Text, nullable=True),
    Column("caveats", CaveatsText, nullable=True),
)

used_proofs = Table(
    "used_proofs",
    metadata,
    Column("proof_hash", Text, primary_key=True),
    Column("ends_at", Moment, nullable=False),
    Index(None, "ends_at"),
)

throttles = Table(
    "throttles",
    metadata,
    Column("bucket_hash", Text, primary_key=True),
    Column("taken", Text, nullable=False),  # a JSON list of seconds since 1970
    Column("ends_at", Moment, nullable=False),
    Index(None, "ends_at"),
)
