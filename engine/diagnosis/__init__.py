"""The verdict in words: read off one loss's way back through the whole state."""
