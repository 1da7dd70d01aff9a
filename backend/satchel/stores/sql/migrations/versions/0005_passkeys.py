"""Passkeys, and what browsers have begun."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table('passkeys',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('credential_id', sa.LargeBinary(), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('sign_count', sa.BigInteger(), nullable=False),
        sa.Column('prf', sa.Boolean(), nullable=False),
        sa.Column('synced', sa.Boolean(), nullable=False),
        sa.Column('transports', sa.Text(), nullable=False),
        sa.Column('last_used_at', Moment(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_passkeys_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
        sa.UniqueConstraint('credential_id', name=op.f('uq_passkeys_credential_id'))
    )
    op.create_index(op.f('ix_passkeys_account_id'), 'passkeys', ['account_id'], unique=False)
    op.create_table('ceremonies',
        sa.Column('holder', sa.Text(), nullable=False),
        sa.Column('challenge', sa.LargeBinary(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('holder', name=op.f('pk_ceremonies'))
    )
    op.create_index(op.f('ix_ceremonies_expires_at'), 'ceremonies', ['expires_at'], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table('ceremonies')
    op.drop_table('passkeys')
