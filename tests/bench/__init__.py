"""`make bench`: what Satchel adds to a direct call, measured beside it in the same run."""
