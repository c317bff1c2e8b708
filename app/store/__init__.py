"""Where runs and their reports are kept: one database, SQLite's or PostgreSQL's."""
