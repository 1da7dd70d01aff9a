"""Set-up links side by side: servers that start together each print one that works."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew: the next start prints a new link anyway."""
    op.drop_table('setup_links')
    op.create_table('setup_links',
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_setup_links'))
    )


def downgrade() -> None:
    """Go back to one link."""
    op.drop_table('setup_links')
    op.create_table('setup_links',
        sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('slot', name=op.f('pk_setup_links'))
    )
