"""Sequences out of files: tables of numbers, arrays and texts, and windows of them."""
