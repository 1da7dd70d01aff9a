"""Vaults that a person has locked by hand: no device opens them until somebody has unlocked them by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. What is locked now may be opened by devices, as before."""
    op.add_column('deks', sa.Column('locked_by_hand', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('deks', 'locked_by_hand')
