"""Second floor: what Satchel does, in terms of domain and ports only."""
