"""Cellar: ids, clock, money, server-sent events, sealed blobs. Knows nothing of Satchel."""
