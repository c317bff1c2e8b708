"""Arrays, numbers beyond the range of a double, and what they are made of."""
