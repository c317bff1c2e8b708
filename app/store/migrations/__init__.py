"""How the tables came to be what they are, a file each step; Alembic runs them."""
