"""Since when it is known that an account's holder has its e-mail's mailbox. Null is never, as for all so far but the owner."""

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. The owner made the account himself, at the machine or by the link that it printed."""
    op.add_column('accounts', sa.Column('email_proven_at', Moment(), nullable=True))
    accounts = sa.table('accounts', sa.column('created_at'), sa.column('is_owner', sa.Boolean()), sa.column('email_proven_at'))
    op.execute(sa.update(accounts).where(accounts.c.is_owner).values(email_proven_at=accounts.c.created_at))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('accounts', 'email_proven_at')
