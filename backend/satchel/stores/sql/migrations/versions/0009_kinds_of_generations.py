"""Kinds of generations, and what is counted in them beside tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTS = ("image_tokens", "images", "audio_tokens", "seconds", "characters")


def upgrade() -> None:
    """Make the columns. What is there already is called a chat: which other kind it was, nobody wrote down."""
    op.add_column('holds', sa.Column('kind', sa.Text(), nullable=False, server_default='chat'))
    op.add_column('generations', sa.Column('kind', sa.Text(), nullable=False, server_default='chat'))
    for name in _COUNTS:
        op.add_column('generations', sa.Column(name, sa.BigInteger(), nullable=False, server_default='0'))


def downgrade() -> None:
    """Take them away again."""
    for name in reversed(_COUNTS):
        op.drop_column('generations', name)
    op.drop_column('generations', 'kind')
    op.drop_column('holds', 'kind')
