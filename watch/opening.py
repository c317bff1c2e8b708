"""Where a run is kept, and whether it is one that goes on."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from unrolled.watch.delivery import fresh, is_address, last_update_of
from unrolled.watch.runs import NotARun, first_line, is_written

_LOG = logging.getLogger("unrolled.watch")
ADDRESS = "http://127.0.0.1:8000"
"""Where a server of one's own listens."""
LONGEST_NAME = 200
"""Characters of a run's name that a server takes."""
BLOCK = 2**16
"""Bytes that are read at a time, from the end of a file."""
HANDOVER = 2.0
"""Seconds in which the last reports of a training that was killed may still be written."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the process that analyses is told first.

    Attributes:
        to: the address, or the path of the file.
        run: the server's name of a run that goes on.
        update: steps of the optimizer that were done before.
        reported: the last of them that the run has a report of; −1 for a new run.
        told: the message.
    """

    to: str
    run: str | None
    update: int
    reported: int
    told: dict[str, Any]


def opening_of(
    to: str | os.PathLike[str],
    name: str,
    about: dict[str, Any],
    sampled: int,
    update: int | None,
    run: str | None,
) -> Opening:
    """A new run, or one that goes on: of a server its name says so, of a file that it has no end.

    Args:
        to: address of a server, or path of a file; where something else stands there, or a run that
            has ended, a number is added.
        name: of the run, for people.
        about: facts.
        sampled: sequences of a batch that are itemized.
        update: steps done before; None for those that the run's last report says. With 0 a file's
            run never goes on, with more also after its end.
        run: the server's name of the run that goes on.
    Raises:
        ImportError: where reports go to a server and httpx is not installed.
        LookupError: where the server has no such run.
        OSError: where the file's folder is not there.
        ValueError: for a name that no run can have, or an address without ``http://``.
    """
    _refuse_name(name)
    _refuse_address(os.fspath(to))
    address, reported = os.fspath(to), -1
    if is_address(address):
        if importlib.util.find_spec("httpx") is None:
            raise ImportError("to watch through a server, install httpx; a file needs nothing")
        if run is not None:
            last = last_update_of(address, run)
            reported = -1 if last is None else last
    else:
        path = Path(address).absolute()
        if not path.parent.is_dir():
            raise FileNotFoundError(f"{path.parent} is no folder")
        path, reported = _file(path, update)
        address = str(path)
    told = {
        "to": address,
        "name": name,
        "about": about,
        "aside": str(Path.cwd()),
        "sampled": sampled,
    }
    done = max(reported, 0) if update is None else update
    return Opening(address, run, done, reported, told)


def _file(path: Path, update: int | None) -> tuple[Path, int]:
    """The file to write, and the last update that it has a report of."""
    try:
        ended, last = last_of(path)
    except FileNotFoundError:
        return path, -1
    except NotARun:
        return fresh(path), -1
    if (ended and not update) or (update == 0 and last is not None):
        return fresh(path), -1
    until = time.monotonic() + HANDOVER
    while is_written(path):
        if time.monotonic() > until:
            _LOG.warning("%s is being written by another training", path)
            return fresh(path), -1
        time.sleep(0.1)
    if last is not None:
        _LOG.warning("the run in %s goes on; its last report is of update %d", path, last)
    return path, -1 if last is None else last


def last_of(path: str | os.PathLike[str]) -> tuple[bool, int | None]:
    """Whether the run in a file has ended, and the update of its last report; None without any.

    Raises:
        NotARun: it is something else.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        try:
            first_line(json.loads(file.readline()))
            ended = False
            for line in _backwards(file):
                found = json.loads(line)
                if "end" not in found:
                    return ended, found.get("update")
                ended = True
        except (ValueError, RecursionError, AttributeError) as error:
            raise NotARun(f"not a run to go on with: {error}") from None
    return ended, None


def _backwards(file: IO[bytes]) -> Iterator[bytes]:
    """The whole lines from the last to the first; what follows the last line end is no line."""
    start, rest, torn = file.seek(0, os.SEEK_END), b"", True
    while start:
        size = min(BLOCK, start)
        start -= size
        file.seek(start)
        *lines, last = (file.read(size) + rest).split(b"\n")[::-1]
        rest = last
        for line in lines:
            if not torn and line.strip():
                yield line
            torn = False
    if not torn and rest.strip():
        yield rest


def _refuse_name(name: str) -> None:
    """What a server would not take as a run's name, or no file could hold."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(
            f"name: received {name[:60]!r}, {len(name)} characters; allowed: 1 to {LONGEST_NAME} "
            "that can be printed"
        )


def _refuse_address(to: str) -> None:
    """What looks like a server's address and is none."""
    if re.fullmatch(r"https?://|(?!https?://)\w+://.*|[\w.-]+:\d+(/.*)?", to):
        raise ValueError(
            f"to: received {to!r}; allowed: a server's address, as http://127.0.0.1:8000, or the "
            "path of a file"
        )
