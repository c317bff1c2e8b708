"""From the training to the process that analyses: one slot, in which the newest snapshot wins."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import unrolled
from unrolled.watch.snapshot import Message, Snapshot, encode

_LOG = logging.getLogger("unrolled.watch")
STARTS = 3
"""How often a process that dies is started again."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

_ending: list[subprocess.Popen[bytes]] = []
"""Processes that were told to end and take their time: they run where nobody else wants to."""


class Slot:
    """Hands snapshots to the analyst, one at a time, without ever waiting for it.

    A thread writes; it takes the next snapshot only when the analyst is done with the last one.
    What is put into the slot meanwhile replaces what lies there, but for the very first one: a
    training that goes wrong often does so before the analyst has started.

    Args:
        opening: what the analyst is told first: where to deliver, and how much. Where another
            training writes the file that it names, ``to`` says which one is written instead.
        run: the server's name of a run that goes on.
    """

    def __init__(self, opening: dict[str, Any], run: str | None = None) -> None:
        self.opening = opening
        self.replaced = 0
        self.done = 0
        self.failed = 0
        self.left: str | None = None
        self.run = run
        self.to = str(opening.get("to", ""))
        self._state: str | None = None
        self._waiting: list[Snapshot] = []
        self._taken = 0
        self._busy = self._told = False
        self._changed = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._thread = threading.Thread(target=self._run, name="unrolled-watch", daemon=True)
        self._thread.start()

    def put(self, snapshot: Snapshot) -> None:
        """Lay it into the slot; returns at once."""
        with self._changed:
            if len(self._waiting) > (self._taken == 0):
                self._waiting.pop()
                self.replaced += 1
            self._waiting.append(snapshot)
            self._changed.notify()

    def close(self, state: str, timeout: float) -> bool:
        """Finish what was put; whether the analyst has ended within the time.

        What takes longer it finishes by itself, and then says how the run ended.
        """
        with self._changed:
            self._state = self._state or state
            self._changed.notify()
        self._thread.join(timeout)
        if self._thread.is_alive() and self._busy:
            with contextlib.suppress(OSError):
                self._end()
        return not self._thread.is_alive()

    def _end(self) -> None:
        """Tell the analyst, once; one that is busy reads it when it is done."""
        with self._changed:
            if self._told or self._process is None:
                return
            self._told = True
            self._waiting.clear()
        self._write(Message("close", {"state": self._state}))

    def _run(self) -> None:
        try:
            self._start()
            while (snapshot := self._next()) is not None:
                self._send(snapshot)
            if self._process is not None:
                self._end()
                if (last := self._answer()) is not None:
                    self.left = last.get("left")
                self._stop()
        except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
            _LOG.warning("reports are no longer made", exc_info=error)
            self._stop()

    def _next(self) -> Snapshot | None:
        with self._changed:
            while not self._waiting and self._state is None:
                self._changed.wait()
            self._taken += 1
            return self._waiting.pop(0) if self._waiting else None

    def _send(self, snapshot: Snapshot) -> None:
        while self._process is not None:
            try:
                self._write(Message("sample", snapshot))
                self._busy = True
                answer = self._answer()
            except OSError:
                answer = None
            self._busy = False
            if answer is not None:
                self.run = answer.get("run", self.run)
                self.failed += "failed" in answer
                self.done += "failed" not in answer
                return
            self._stop()
            if self._starts < STARTS:
                _LOG.warning("the process that analyses has ended; it is started again")
                self._start()
            else:
                _LOG.warning("the process that analyses ends again and again: no more reports")

    # --- the process ---------------------------------------------------------------------------

    def _start(self) -> None:
        self._starts += 1
        home = str(Path(unrolled.__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "unrolled.watch.analyst"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | dict.fromkeys(_THREADS, "1") | {"PYTHONPATH": path},
            start_new_session=True,
        )
        self._write(Message("open", self.opening | {"run": self.run}))
        answer = self._answer()
        if answer is None or "failed" in answer:
            self._stop()
            raise OSError("no answer" if answer is None else answer["failed"])
        if (to := answer.get("to", self.to)) != self.to:
            _LOG.warning("%s is written by another training; this is in %s", self.to, to)
            self.to = to
            self.opening = self.opening | {"to": self.to}

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        for _ in range(100):
            if process.poll() is not None:
                return
            time.sleep(0.05)
        _ending[:] = [process, *(one for one in _ending if one.poll() is None)]

    def _write(self, message: Message) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        for part in encode(message):
            self._process.stdin.write(part)
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any] | None:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return found
