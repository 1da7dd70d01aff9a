"""Turns: what changes an account's tokens, codes or consent goes one at a time, whichever process does it.

PostgreSQL lets an UPDATE wait for the rows that it saw, and never shows it those that were added meanwhile: whoever ends a family
would miss the tokens that a refresh is just adding. So both take the account's row first; what they read afterwards is what stands.
"""

from sqlalchemy import Select, select

from satchel.stores.sql.tables import accounts, deployment


def turn_of(account_id: str) -> Select[str]:
    """Return the query that waits for an account's turn, which ends with the transaction.

    Ask it before any row is changed, or two may wait for each other. On SQLite, where all who write wait in one line, it reads only.
    """
    return select(accounts.c.id).where(accounts.c.id == account_id).with_for_update(key_share=True)


def turn_of_deployment() -> Select[str]:
    """Return the query that waits until nobody else makes the owner, or another KEK the primary: there is one of each."""
    return select(deployment.c.id).with_for_update()
