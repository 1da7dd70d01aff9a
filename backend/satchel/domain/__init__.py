"""Ground floor: the nouns and the rules, pure. No I/O, no framework, no clock of its own."""
