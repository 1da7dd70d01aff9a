"""The house rules as tests: shape, size, names, imports, locks, colours and documentation."""
