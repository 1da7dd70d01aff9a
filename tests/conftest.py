"""Fixtures for all tests live in the plugins named here."""

pytest_plugins = ["tests.postgres"]
