"""Inbound transports: bytes to calls and back."""
