"""Coordination adapters."""
