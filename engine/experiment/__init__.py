"""A network, its weights, and the sequence that it reads."""
