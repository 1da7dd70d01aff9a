"""The locked vault: data keys that only the person can bring, and their wraps."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a data key say that it is locked, and make the table of the person's own wraps."""
    op.add_column("deks", sa.Column("check_value", sa.LargeBinary(), nullable=True))
    op.create_table(
        "dek_wraps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("dek_id", sa.Text(), nullable=False),
        sa.Column("dek_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("kek_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_dek_wraps_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dek_wraps")),
    )
    op.create_index(op.f("ix_dek_wraps_account_id"), "dek_wraps", ["account_id"], unique=False)
    op.create_index(op.f("ix_dek_wraps_kek_id"), "dek_wraps", ["kek_id"], unique=False)


def downgrade() -> None:
    """Remove it. Accounts whose vault is locked lose their provider keys: nobody else can bring the data key."""
    op.drop_index(op.f("ix_dek_wraps_kek_id"), table_name="dek_wraps")
    op.drop_index(op.f("ix_dek_wraps_account_id"), table_name="dek_wraps")
    op.drop_table("dek_wraps")
    op.drop_column("deks", "check_value")
