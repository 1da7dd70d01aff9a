"""What a site may do at all, and how long an answer may be."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns; what was allowed before is not narrowed."""
    op.add_column('grants', sa.Column('capabilities', sa.Text(), nullable=True))
    op.add_column('grants', sa.Column('max_tokens', sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column('grants', 'max_tokens')
    op.drop_column('grants', 'capabilities')
