"""Proofs of possession that were used, so that none works again in another process or after a restart."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table('used_proofs',
        sa.Column('proof_hash', sa.Text(), nullable=False),
        sa.Column('ends_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('proof_hash', name=op.f('pk_used_proofs'))
    )
    op.create_index(op.f('ix_used_proofs_ends_at'), 'used_proofs', ['ends_at'])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table('used_proofs')
