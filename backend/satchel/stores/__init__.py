"""Adapters that keep things: memory (the reference) and sql."""
