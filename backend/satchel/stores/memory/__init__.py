"""The reference implementation of the stores, in this process's memory. Exact, not fast; lost when the process ends."""
