"""What a code's token is called, what it may spend by itself, and when it ends."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns. A code of before has none of it, and lives ten minutes."""
    op.add_column('authorization_codes', sa.Column('name', sa.Text(), nullable=True))
    op.add_column('authorization_codes', sa.Column('cap_nusd', sa.BigInteger(), nullable=True))
    op.add_column('authorization_codes', sa.Column('period', sa.Text(), nullable=True))
    op.add_column('authorization_codes', sa.Column('ends_at', Moment(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    for name in ('ends_at', 'period', 'cap_nusd', 'name'):
        op.drop_column('authorization_codes', name)
