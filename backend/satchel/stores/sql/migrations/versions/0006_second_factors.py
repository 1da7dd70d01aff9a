"""One-time codes, recovery codes, and when a sign-in last proved who it is."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column; sign-ins from before have proved nothing of late."""
    op.add_column('sign_ins', sa.Column('proved_at', Moment(), nullable=True))
    op.create_table('totps',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('kek_id', sa.Text(), nullable=False),
        sa.Column('blob', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('confirmed_at', Moment(), nullable=True),
        sa.Column('last_step', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_totps_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_totps')),
        sa.UniqueConstraint('account_id', name=op.f('uq_totps_account_id'))
    )
    op.create_index(op.f('ix_totps_kek_id'), 'totps', ['kek_id'], unique=False)
    op.create_table('recovery_codes',
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('code_hash', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_recovery_codes_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('account_id', 'code_hash', name=op.f('pk_recovery_codes'))
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table('recovery_codes')
    op.drop_table('totps')
    op.drop_column('sign_ins', 'proved_at')
