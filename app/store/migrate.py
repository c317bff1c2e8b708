"""Bring a database to the tables that this version knows, whoever else does so meanwhile."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0006"
"""The newest step; a database that has it is not touched, and Alembic not imported."""

_STEPS = Path(__file__).parent / "migrations"


def version(connection: Connection) -> str | None:
    """The step that the database has come to; None where it holds nothing of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection) -> None:
    """Take the steps that are due, in the transaction that is open.

    The transaction holds the database's one lock for writers: a second process waits for it, and
    then finds nothing left to do.

    Raises:
        alembic.util.CommandError: the database is of a newer version than this one.
    """
    if version(connection) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
