"""The attempts of a generation that failed, in order: which endpoint, by which code, after how long."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. Of what is there already only the number of attempts is known."""
    op.add_column('generations', sa.Column('failed_attempts', sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column('generations', 'failed_attempts')
