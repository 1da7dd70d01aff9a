"""The HTTP doors: one resource, one file."""
