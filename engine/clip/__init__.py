"""Clipping: of the whole gradient, of samples, and on the way back."""
