"""Ties between accounts and the authorities that vouch for people."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table('ties',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('issuer', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('last_used_at', Moment(), nullable=False),
        sa.Column('label', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_ties_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ties')),
        sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_ties_issuer_subject'))
    )
    op.create_index(op.f('ix_ties_account_id'), 'ties', ['account_id'])


def downgrade() -> None:
    """Forget them."""
    op.drop_table('ties')
