"""Many networks of one shape at once, and the maps that they make."""
