"""Networks out of files: which tensors a file holds, and which recurrent layers they are."""
