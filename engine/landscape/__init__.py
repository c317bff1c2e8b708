"""The loss over two parameters of a network of one unit: the surface, and descents on it."""
