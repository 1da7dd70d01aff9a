"""The first tables: accounts, consent, tokens, keys, the ledger."""

import secrets

import sqlalchemy as sa
from alembic import op

from satchel.stores.sql.tables import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the id of this deployment."""
    op.create_table('accounts',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('email', sa.Text(), nullable=False),
        sa.Column('email_lower', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('preferred_model', sa.Text(), nullable=True),
        sa.Column('password_hash', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
        sa.UniqueConstraint('email_lower', name=op.f('uq_accounts_email_lower'))
    )
    op.create_table('budgets',
        sa.Column('owner_id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('cap_nusd', sa.BigInteger(), nullable=False),
        sa.Column('period', sa.Text(), nullable=False),
        sa.Column('period_start', Moment(), nullable=False),
        sa.Column('spent_nusd', sa.BigInteger(), nullable=False),
        sa.Column('held_nusd', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('owner_id', name=op.f('pk_budgets'))
    )
    op.create_table('deployment',
        sa.Column('id', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deployment'))
    )
    op.create_table('generations',
        sa.Column('generation_id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('input_tokens', sa.BigInteger(), nullable=False),
        sa.Column('output_tokens', sa.BigInteger(), nullable=False),
        sa.Column('reasoning_tokens', sa.BigInteger(), nullable=False),
        sa.Column('cached_tokens', sa.BigInteger(), nullable=False),
        sa.Column('cache_write_tokens', sa.BigInteger(), nullable=False),
        sa.Column('estimated', sa.Boolean(), nullable=False),
        sa.Column('cost_nusd', sa.BigInteger(), nullable=False),
        sa.Column('cost_known', sa.Boolean(), nullable=False),
        sa.Column('requested_model', sa.Text(), nullable=False),
        sa.Column('model', sa.Text(), nullable=False),
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('started_at', Moment(), nullable=False),
        sa.Column('duration_ms', sa.BigInteger(), nullable=False),
        sa.Column('first_event_ms', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('native_reason', sa.Text(), nullable=True),
        sa.Column('error_code', sa.Text(), nullable=True),
        sa.Column('origin', sa.Text(), nullable=True),
        sa.Column('client_id', sa.Text(), nullable=True),
        sa.Column('token_id', sa.Text(), nullable=True),
        sa.Column('grant_id', sa.Text(), nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('dropped', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('generation_id', name=op.f('pk_generations'))
    )
    op.create_index(op.f('ix_generations_account_id_started_at_generation_id'), 'generations', ['account_id', 'started_at', 'generation_id'], unique=False)
    op.create_table('holds',
        sa.Column('generation_id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('amount_nusd', sa.BigInteger(), nullable=False),
        sa.Column('budget_ids', sa.Text(), nullable=False),
        sa.Column('started_at', Moment(), nullable=False),
        sa.Column('worker_id', sa.Text(), nullable=False),
        sa.Column('requested_model', sa.Text(), nullable=False),
        sa.Column('model', sa.Text(), nullable=False),
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('origin', sa.Text(), nullable=True),
        sa.Column('client_id', sa.Text(), nullable=True),
        sa.Column('token_id', sa.Text(), nullable=True),
        sa.Column('grant_id', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('generation_id', name=op.f('pk_holds'))
    )
    op.create_table('setup_links',
        sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('slot', name=op.f('pk_setup_links'))
    )
    op.create_table('authorization_codes',
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('client_id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('redirect_uri', sa.Text(), nullable=False),
        sa.Column('scopes', sa.Text(), nullable=False),
        sa.Column('code_challenge', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.Column('family_id', sa.Text(), nullable=False),
        sa.Column('used', sa.Boolean(), nullable=False),
        sa.Column('origin', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_authorization_codes_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('secret_hash', name=op.f('pk_authorization_codes'))
    )
    op.create_table('deks',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('kek_id', sa.Text(), nullable=False),
        sa.Column('blob', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_deks_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deks')),
        sa.UniqueConstraint('account_id', 'version', name=op.f('uq_deks_account_id_version'))
    )
    op.create_index(op.f('ix_deks_kek_id'), 'deks', ['kek_id'], unique=False)
    op.create_table('grants',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('origin', sa.Text(), nullable=False),
        sa.Column('embedder', sa.Text(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('models', sa.Text(), nullable=True),
        sa.Column('budget_cap_nusd', sa.BigInteger(), nullable=True),
        sa.Column('budget_period', sa.Text(), nullable=True),
        sa.Column('rate_per_minute', sa.Integer(), nullable=True),
        sa.Column('expires_at', Moment(), nullable=True),
        sa.Column('local_only', sa.Boolean(), nullable=False),
        sa.Column('last_used_at', Moment(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_grants_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_grants')),
        sa.UniqueConstraint('account_id', 'origin', 'embedder', name=op.f('uq_grants_account_id_origin_embedder'))
    )
    op.create_table('keks',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('canary', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_keks'))
    )
    op.create_table('keys',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('base_url', sa.Text(), nullable=False),
        sa.Column('endpoint_origin', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('label', sa.Text(), nullable=True),
        sa.Column('last4', sa.Text(), nullable=True),
        sa.Column('sealed', sa.LargeBinary(), nullable=True),
        sa.Column('dek_id', sa.Text(), nullable=True),
        sa.Column('secret_version', sa.Integer(), nullable=False),
        sa.Column('fingerprint', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_keys_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_keys')),
        sa.UniqueConstraint('account_id', 'label', name=op.f('uq_keys_account_id_label'))
    )
    op.create_table('sign_ins',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('last_used_at', Moment(), nullable=False),
        sa.Column('expires_at', Moment(), nullable=False),
        sa.Column('user_agent', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sign_ins_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
        sa.UniqueConstraint('secret_hash', name=op.f('uq_sign_ins_secret_hash'))
    )
    op.create_index(op.f('ix_sign_ins_account_id'), 'sign_ins', ['account_id'], unique=False)
    op.create_table('tokens',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('secret_hash', sa.Text(), nullable=False),
        sa.Column('scopes', sa.Text(), nullable=False),
        sa.Column('created_at', Moment(), nullable=False),
        sa.Column('name', sa.Text(), nullable=True),
        sa.Column('client_id', sa.Text(), nullable=True),
        sa.Column('family_id', sa.Text(), nullable=True),
        sa.Column('expires_at', Moment(), nullable=True),
        sa.Column('revoked_at', Moment(), nullable=True),
        sa.Column('used_at', Moment(), nullable=True),
        sa.Column('family_ends_at', Moment(), nullable=True),
        sa.Column('hint', sa.Text(), nullable=True),
        sa.Column('disabled', sa.Boolean(), nullable=False),
        sa.Column('updated_at', Moment(), nullable=True),
        sa.Column('origin', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_tokens_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tokens')),
        sa.UniqueConstraint('secret_hash', name=op.f('uq_tokens_secret_hash'))
    )
    op.create_index(op.f('ix_tokens_account_id'), 'tokens', ['account_id'], unique=False)
    op.create_index(op.f('ix_tokens_family_id'), 'tokens', ['family_id'], unique=False)
    op.create_table('audit',
        sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
        sa.Column('account_id', sa.Text(), nullable=False),
        sa.Column('at', Moment(), nullable=False),
        sa.Column('act', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('about', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_audit_account_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_audit'))
    )
    op.create_index(op.f('ix_audit_account_id_number'), 'audit', ['account_id', 'number'], unique=False)
    op.bulk_insert(sa.table("deployment", sa.column("id", sa.Text)), [{"id": f"dep_{secrets.token_hex(12)}"}])


def downgrade() -> None:
    """Remove the tables and all they hold."""
    op.drop_index(op.f('ix_audit_account_id_number'), table_name='audit')
    op.drop_table('audit')
    op.drop_index(op.f('ix_tokens_family_id'), table_name='tokens')
    op.drop_index(op.f('ix_tokens_account_id'), table_name='tokens')
    op.drop_table('tokens')
    op.drop_index(op.f('ix_sign_ins_account_id'), table_name='sign_ins')
    op.drop_table('sign_ins')
    op.drop_table('keys')
    op.drop_table('keks')
    op.drop_table('grants')
    op.drop_index(op.f('ix_deks_kek_id'), table_name='deks')
    op.drop_table('deks')
    op.drop_table('authorization_codes')
    op.drop_table('setup_links')
    op.drop_table('holds')
    op.drop_index(op.f('ix_generations_account_id_started_at_generation_id'), table_name='generations')
    op.drop_table('generations')
    op.drop_table('deployment')
    op.drop_table('budgets')
    op.drop_table('accounts')
