"""The log: one JSON object a line, or for a person the address and what goes wrong."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

ACCESS = "unrolled.access"
"""The logger of the line that each request leaves."""


class JsonFormatter(logging.Formatter):
    """A record as one line: time, level, logger, message, and `fields` where a record has them."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # A lone surrogate, which no JSON can carry, becomes "?".
        return msgspec.json.encode(_plain(line)).decode()


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in line.items()
    }


_RUNNING = "Uvicorn running on "
_EXITING = "Application startup failed. Exiting."
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (compared, not bound)


def _needed(record: logging.LogRecord) -> bool:
    """Not that the service ends where it cannot start: what it says of that stands before."""
    return record.msg != _EXITING


def _for_a_person(record: logging.LogRecord) -> bool:
    """The address, and what is worse than information."""
    return record.levelno >= logging.WARNING or _is_running(record)


def _is_running(record: logging.LogRecord) -> bool:
    return str(record.msg).startswith(_RUNNING) and len(record.args or ()) == 3


class PlainFormatter(logging.Formatter):
    """A record as a person reads it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a failure with its traceback."""
        if _is_running(record) and isinstance(record.args, tuple):
            scheme, host, port = record.args
            name = _UNSPECIFIED.get(str(host), str(host))
            shown = f"[{name}]" if ":" in name else name
            return f"Unrolled is at {scheme}://{shown}:{port} (Ctrl+C stops it)"
        return f"{record.levelname.lower()}: {super().format(record)}"


def config(form: Literal["auto", "json", "plain"]) -> dict[str, Any]:
    """For `logging.config.dictConfig`; the server's own lines take the same form.

    Args:
        form: `auto` is plain where the log goes to a terminal.
    """
    plain = form == "plain" or (form == "auto" and sys.stderr.isatty())
    if not plain:
        return CONFIG
    log = CONFIG["handlers"]["log"] | {"formatter": "plain", "filters": ["needed", "person"]}
    return CONFIG | {"handlers": {"log": log}}


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}, "plain": {"()": PlainFormatter}},
    "filters": {
        "needed": {"()": lambda: _needed},
        "person": {"()": lambda: _for_a_person},
    },
    "handlers": {
        "log": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["needed"],
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        name: {"handlers": ["log"], "level": "INFO", "propagate": False}
        for name in ("uvicorn", "unrolled")
    },
}
"""JSON, for `logging.config.dictConfig`."""
