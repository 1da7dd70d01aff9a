"""Limiter, bus, lease and stream log: in process, or through Redis."""
