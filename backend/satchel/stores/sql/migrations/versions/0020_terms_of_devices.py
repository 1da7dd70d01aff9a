"""What the person set for a device when they let it in: its tokens are held to it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns. A device of before is held to nothing, as it was."""
    op.add_column('tokens', sa.Column('caveats', sa.Text(), nullable=True))
    op.add_column('pairings', sa.Column('caveats', sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away again, and what could not be held to its terms any more."""
    op.execute("DELETE FROM tokens WHERE caveats IS NOT NULL")
    op.execute("DELETE FROM pairings WHERE caveats IS NOT NULL")
    op.drop_column('pairings', 'caveats')
    op.drop_column('tokens', 'caveats')
