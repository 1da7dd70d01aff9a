"""For how many days an account's activity is kept. Null is for ever, as it was."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column('accounts', sa.Column('activity_days', sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('accounts', 'activity_days')
