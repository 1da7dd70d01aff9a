"""Whose account is the owner's: said by the account itself, so that it falls to nobody else when that account goes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. Until now the oldest account was the owner's."""
    op.add_column('accounts', sa.Column('is_owner', sa.Boolean(), nullable=False, server_default=sa.false()))
    accounts = sa.table('accounts', sa.column('id'), sa.column('created_at'), sa.column('is_owner', sa.Boolean()))
    oldest = sa.select(accounts.c.id).order_by(accounts.c.created_at, accounts.c.id).limit(1).scalar_subquery()
    op.execute(sa.update(accounts).where(accounts.c.id == oldest).values(is_owner=sa.true()))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('accounts', 'is_owner')
