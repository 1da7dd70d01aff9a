"""Pushed authorization requests, and tokens that are bound to a key."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns: what there is already is bound to no key."""
    op.create_table('pushes',
        sa.Column('reference_hash', sa.Text(), nullable=False),
        sa.Column('client_id', sa.Text(), nullable=False),
        sa.Column('parameters', sa.Text(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.Column('key_hash', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('reference_hash', name=op.f('pk_pushes'))
    )
    op.add_column('tokens', sa.Column('key_hash', sa.Text(), nullable=True))
    op.add_column('tokens', sa.Column('salt', sa.Text(), nullable=True))
    op.add_column('authorization_codes', sa.Column('key_hash', sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away again; bound tokens go, or they would open doors for whoever copied them."""
    op.execute(sa.text("DELETE FROM tokens WHERE key_hash IS NOT NULL"))
    op.execute(sa.text("DELETE FROM authorization_codes WHERE key_hash IS NOT NULL"))
    with op.batch_alter_table('tokens') as table:
        table.drop_column('salt')
        table.drop_column('key_hash')
    with op.batch_alter_table('authorization_codes') as table:
        table.drop_column('key_hash')
    op.drop_table('pushes')
