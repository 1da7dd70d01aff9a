"""Our own OAuth server: Authlib's protocol classes with their sharp edges overridden, run synchronously inside one transaction.

Bytes, headers and pages are the doors'; what is kept is behind `ports/oauth.py`. Asynchronous are the services themselves: `service.py`,
`exchange.py`, `documents.py`, `tokens.py`.
"""
