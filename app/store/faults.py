"""What a database says where it cannot do what it is asked, as what a client is told."""

import re
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from unrolled.app.errors import StoreAway, StoreFull

RETRY_SECONDS = 2

_FULL = {"database or disk is full", "DiskFullError", "disk full"}
_REASONS = {
    "locked": "another process writes to it",
    "busy": "another process writes to it",
    "No such file": "it cannot be opened or made",
    "unable to open": "it cannot be opened or made",
    "readonly": "it may not be written to",
    "read-only": "it may not be written to",
    "disk I/O": "its disk does not work",
    "malformed": "its file is damaged",
    "not a database": "its file is no database",
    "no such table": "its tables are gone",
    "UndefinedTable": "its tables are gone",
    "Can't locate revision": "it was made by a newer version of Unrolled",
    "InvalidPassword": "it does not let us in",
    "InvalidAuthorization": "it does not let us in",
    "InvalidCatalogName": "it is not there",
    "InsufficientPrivilege": "it may not be written to",
    "No module named": "its driver is not installed: pip install 'unrolled[postgresql]'",
    "Permission denied": "its folder may not be written to",
    "Read-only file system": "its folder may not be written to",
}
"""A part of what a driver says → the same for a client, who learns no path and no address."""
_ELSEWHERE = "it does not answer"
_MISSING = re.compile("no such table|UndefinedTable")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was made of."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = getattr(one, "orig", None) or one.__cause__


def _said(error: BaseException) -> str:
    return " ".join(f"{type(one).__name__} {one}" for one in _causes(error))


def lacks_tables(error: BaseException) -> bool:
    """Whether the database is there and what is ours is not: its file was taken away."""
    return isinstance(error, DBAPIError) and bool(_MISSING.search(_said(error)))


def told(error: Exception) -> StoreAway | StoreFull | None:
    """What a client is told; None where the error is no database's.

    Args:
        error: as SQLAlchemy, a driver, Alembic or the system raised it.
    """
    ours = (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError, ModuleNotFoundError)
    said = _said(error)
    if not isinstance(error, ours) and not re.search("CommandError|asyncpg", _origin(error)):
        return None
    if any(sign in said for sign in _FULL) or getattr(error, "errno", None) == 28:
        return StoreFull("the disk of the database is full; allowed: what fits")
    reasons = (reason for sign, reason in _REASONS.items() if sign in said)
    return StoreAway(next(reasons, _ELSEWHERE), RETRY_SECONDS)


def _origin(error: BaseException) -> str:
    return " ".join(f"{type(one).__module__}.{type(one).__name__}" for one in _causes(error))
