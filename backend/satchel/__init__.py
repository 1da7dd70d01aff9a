"""Satchel: carry your own AI models and keys to any web page."""

__version__ = "0.1.0"
