"""Devices that ask to be let in."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table('pairings',
        sa.Column('device_hash', sa.Text(), nullable=False),
        sa.Column('user_hash', sa.Text(), nullable=False),
        sa.Column('client_id', sa.Text(), nullable=False),
        sa.Column('scopes', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.Column('family_id', sa.Text(), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('interval_s', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('polled_at', Moment(), nullable=True),
        sa.Column('account_id', sa.Text(), nullable=True),
        sa.Column('origin', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_pairings_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('device_hash', name=op.f('pk_pairings')),
        sa.UniqueConstraint('user_hash', name=op.f('uq_pairings_user_hash'))
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table('pairings')
