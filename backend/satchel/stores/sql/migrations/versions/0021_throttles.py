"""How often somebody tried to sign in, for all processes together."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table('throttles',
        sa.Column('bucket_hash', sa.Text(), nullable=False),
        sa.Column('taken', sa.Text(), nullable=False),
        sa.Column('ends_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('bucket_hash', name=op.f('pk_throttles'))
    )
    op.create_index(op.f('ix_throttles_ends_at'), 'throttles', ['ends_at'])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table('throttles')
