"""Wire formats, pure and stateful: bytes in, events out, and back. One file each."""
