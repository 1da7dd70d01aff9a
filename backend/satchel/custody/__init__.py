"""Key-encryption keys: wrap and unwrap a data key."""
