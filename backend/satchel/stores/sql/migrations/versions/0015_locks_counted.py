"""How often a data key was locked for everybody, so that every process hears of it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column('deks', sa.Column('locks', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('deks', 'locks')
