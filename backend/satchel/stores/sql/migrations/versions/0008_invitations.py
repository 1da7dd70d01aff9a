"""Invitations."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table('invitations',
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_invitations'))
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table('invitations')
