"""The file of a run, ``*.unrolled``: written line by line while a network trains, and read again.

JSON Lines, UTF-8: a line that says what it is, a line a report, a line where the run ended. Each is
flushed as it is written. After a crash every whole line counts; one that was torn is dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

FORMAT = "unrolled-run"
VERSION = 1
SILENT = timedelta(minutes=1)
"""A file without an end that nothing was written to for so long is of an interrupted run."""

Json = dict[str, Any]


class NotARun(ValueError):
    """The file is no run, or not one that this version reads; the message says where and why."""


class BeingWritten(OSError):
    """Another process writes the file."""


@dataclass(frozen=True, slots=True)
class Report:
    """One step of training as it was seen.

    Attributes:
        update: steps of the optimizer before this one.
        time: when.
        loss: of the step; None where it was not seen.
        log10_gradient: log₁₀ ‖g‖ of all the model's parameters before clipping; None where it is
            zero, not finite or not seen.
        clipping: rule, threshold, log10_before, log10_after, engaged; None where none was seen.
        learning_rate: of the optimizer.
        optimizer: its class.
        steps_taken: recurrent parameter → log10_weight, log10_step.
        modules: a record each, as it stands in the file, with ``flow``.
        seconds: what the report cost: capture, analysis.
    """

    update: int
    time: datetime
    loss: float | None = None
    log10_gradient: float | None = None
    clipping: Json | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    steps_taken: Json = field(default_factory=dict)
    modules: tuple[Json, ...] = ()
    seconds: Json | None = None

    @property
    def proof(self) -> dict[str, float | None]:
        """Of every weight of every module ‖ours − the framework's‖ / ‖the framework's‖."""
        return {name: one for each in self.modules for name, one in each.get("proof", {}).items()}

    @property
    def trusted(self) -> bool:
        """Whether the proof of every module holds."""
        return all(module.get("trusted", False) for module in self.modules)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was kept.

    Attributes:
        name: for people.
        note: what somebody wrote about it.
        kind: what reported to it.
        state: running, ended or interrupted.
        created: when it began.
        changed: when it last reported.
        about: facts: framework, model, how often it reports.
        reports: in their order.
    """

    name: str
    note: str
    kind: str
    state: str
    created: datetime | None
    changed: datetime | None
    about: Json
    reports: tuple[Report, ...]

    @property
    def last_update(self) -> int | None:
        """Of the newest report."""
        return self.reports[-1].update if self.reports else None


def load_run(path: str | os.PathLike[str]) -> Run:
    """Read a file of a run that was watched.

    Args:
        path: of a file that ``unrolled.torch.watch`` wrote or the page exported.
    Raises:
        NotARun: it is something else, or a line of it is damaged, but for a last one that is torn.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        written = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return _run(whole_lines(file), silent=datetime.now(UTC) - written > SILENT)


def _run(lines: Iterator[tuple[int, Json]], *, silent: bool) -> Run:
    head = next(lines, (1, {}))[1]
    said = first_line(head)
    if said.get("kind") == "trained":
        raise NotARun("line 1: a run that the service trained; allowed: one that was watched")
    end: Json = {}
    reports = []
    for number, line in lines:
        if "end" in line:
            end = line["end"] if isinstance(line["end"], dict) else {}
        else:
            end = {}
            reports.append(_report(number, line))
    open_state = "interrupted" if silent else "running"
    last = end.get("changed") or (reports[-1].time if reports else said.get("changed"))
    return Run(
        name=str(said.get("name", "")),
        note=str(said.get("note", "")),
        kind=str(said.get("kind", "watched")),
        state="ended" if end else open_state,
        created=instant(said.get("created")),
        changed=last if isinstance(last, datetime) else instant(last),
        about=said["about"] if isinstance(said.get("about"), dict) else {},
        reports=tuple(reports),
    )


def first_line(line: object) -> Json:
    """What the first line says of the run.

    Raises:
        NotARun: it is not the first line of a run that this version reads.
    """
    if not isinstance(line, dict) or line.get("format") != FORMAT:
        raise NotARun(f"line 1: not the first line of a run; allowed: format {FORMAT!r}")
    if line.get("version") != VERSION:
        raise NotARun(f"line 1: version {line.get('version')!r}; this Unrolled reads {VERSION}")
    said = line.get("run")
    if not isinstance(said, dict):
        raise NotARun("line 1: it says nothing of the run; allowed: an object `run`")
    return said


def whole_lines(file: IO[bytes]) -> Iterator[tuple[int, Json]]:
    """Number and content of every whole line; what follows the last line end is no line."""
    for number, line in enumerate(file, start=1):
        if not line.endswith(b"\n"):
            return
        if not line.strip():
            continue
        try:
            content = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise NotARun(f"line {number}: {error}") from None
        if not isinstance(content, dict):
            raise NotARun(f"line {number}: not an object")
        yield number, content


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON; a number that is not finite is null")


def _report(number: int, line: Json) -> Report:
    known = {name: line[name] for name in Report.__slots__ if line.get(name) is not None}
    try:
        known["time"] = datetime.fromisoformat(known["time"])
        known["modules"] = tuple(known.get("modules", ()))
        return Report(**known)
    except (KeyError, TypeError, ValueError) as error:
        raise NotARun(f"line {number}: not a report: {error}") from None


def instant(text: object) -> datetime | None:
    """A time as the file says it; None where it is none."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def now() -> str:
    """This instant, as the file says it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(content: Mapping[str, Any]) -> bytes:
    """One line of the file.

    Raises:
        ValueError: it holds a number that is not finite.
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode() + b"\n"


def head(run: Mapping[str, Any]) -> bytes:
    """The first line of a run."""
    return line({"format": FORMAT, "version": VERSION, "run": dict(run)})


def end(changed: str | None = None) -> bytes:
    """The line of a run that ended."""
    return line({"end": {"state": "ended", "changed": changed or now()}})


def is_written(path: str | os.PathLike[str]) -> bool:
    """Whether another process is writing a run into a file."""
    with Path(path).open("rb") as file:
        return not _held(file)


def _held(file: IO[bytes]) -> bool:
    """Hold a file as long as it is open; False where another does. Where none can be held, True."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # not this system, or not this disk
        pass
    return True


class RunFile:
    """A run that is written as it goes; one that is there already goes on.

    Args:
        path: of the file; its folder is there.
        name: of the run, for people.
        about: facts: framework, model, how often it reports.
        new: whether it must not be there yet.
    Raises:
        NotARun: the file is there and is something else.
        BeingWritten: another process writes it.
        FileExistsError: it is there already.
        OSError: it cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        name: str = "",
        about: Mapping[str, Any] | None = None,
        *,
        new: bool = False,
    ) -> None:
        self._file = Path(path).open("x+b" if new else "a+b")  # noqa: SIM115  (it stays open as long as the run)
        try:
            if not _held(self._file):
                raise BeingWritten(f"{path} is being written by another process")
            if self._whole_length() == 0:
                at = now()
                said = {"kind": "watched", "name": name, "note": "", "created": at, "changed": at}
                self._write(head(said | {"about": dict(about or {})}))
        except BaseException:
            self._file.close()
            raise

    def report(self, *reports: Mapping[str, Any]) -> None:
        """Add reports."""
        for report in reports:
            self._write(line(report))

    def close(self, *, ended: bool = True) -> None:
        """Say that the run ended, unless it goes on elsewhere; nothing can be added then."""
        if self._file.closed:
            return
        try:
            if ended:
                self._write(end())
        finally:
            self._file.close()

    def __enter__(self) -> RunFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.close(ended=kind is None)

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._file.flush()

    def _whole_length(self) -> int:
        """Cut off a torn last line, and say how many bytes stay."""
        self._file.seek(0)
        first = self._file.readline()
        if first.endswith(b"\n"):
            try:
                first_line(json.loads(first))
            except (ValueError, RecursionError) as error:
                raise NotARun(f"not a run to go on with: {error}") from None
        elif first and not head({}).startswith(first[:20]):
            raise NotARun("not a run to go on with")
        whole = _after_last_line(self._file)
        self._file.truncate(whole)
        self._file.seek(whole)
        return whole


_BLOCK = 2**16


def _after_last_line(file: IO[bytes]) -> int:
    """How many bytes the whole lines are."""
    size = file.seek(0, os.SEEK_END)
    while size:
        start = max(0, size - _BLOCK)
        file.seek(start)
        found = file.read(size - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        size = start
    return 0
