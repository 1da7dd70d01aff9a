"""Generations that the person wants forgotten: their cost stays, what tells of them goes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. Nothing that is there has been forgotten."""
    op.add_column('generations', sa.Column('forgotten', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('generations', 'forgotten')
