"""Invitations that are kept after they were used: who made them, for whom, and whose account came of it."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew. Invitations that wait go on waiting; nobody knows any more who made them."""
    op.execute(sa.text("CREATE TABLE invitations_before AS SELECT * FROM invitations"))
    op.drop_table('invitations')
    op.create_table('invitations',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=True),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.Column('used_at', Moment(), nullable=True),
        sa.Column('used_by', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_invitations_account_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['used_by'], ['accounts.id'], name=op.f('fk_invitations_used_by'), ondelete='SET NULL', initially='DEFERRED', deferrable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
        sa.UniqueConstraint('secret_hash', name=op.f('uq_invitations_secret_hash'))
    )
    op.execute(sa.text(
        "INSERT INTO invitations (id, secret_hash, name, created_at, expires_at) "
        "SELECT 'inv_' || substr(secret_hash, 1, 22), secret_hash, '', created_at, expires_at FROM invitations_before"
    ))
    op.drop_table('invitations_before')


def downgrade() -> None:
    """Make the table as it was. Used invitations go, or they could be used once more."""
    op.execute(sa.text("CREATE TABLE invitations_after AS SELECT * FROM invitations WHERE used_at IS NULL"))
    op.drop_table('invitations')
    op.create_table('invitations',
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_invitations'))
    )
    op.execute(sa.text("INSERT INTO invitations SELECT secret_hash, created_at, expires_at FROM invitations_after"))
    op.drop_table('invitations_after')
