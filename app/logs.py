"""The log: one JSON object a line."""

import logging
from datetime import UTC, datetime
from typing import Any

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


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {
        "log": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        name: {"handlers": ["log"], "level": "INFO", "propagate": False}
        for name in ("uvicorn", "unrolled")
    },
}
"""For `logging.config.dictConfig`; the server's own lines take the same form."""
