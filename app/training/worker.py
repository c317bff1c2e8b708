"""The process that trains one run: frames in, frames out, until it is told to end, or is done.

It hears    begin    plan, changes, what is recorded already, a snapshot and data as the body
            go       on, up to an update where one is said, and at a pace
            pause    and say so
            change   the rate, or what clips
            apart    how far snapshots lie apart at least
It says     ready, updates (with what happened at them), snapshot, changed, refused, paused, ended,
            failed
"""

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from typing import IO, Any

import numpy as np

from unrolled.app import memory
from unrolled.app.orphan import end_with_parent
from unrolled.app.priority import stand_behind
from unrolled.app.training.columns import SCALARS, Columns, Shape
from unrolled.app.training.frames import Frame, Head, framed, read
from unrolled.app.training.inputs import unpacked_data, unpacked_parameters
from unrolled.engine import InvalidInput, Plan, Records, Training, Watcher, changed

SEND_SECONDS = 0.05
"""So often updates are said: up to twenty times a second."""
CHUNK_SECONDS = 0.02
"""About so long nothing is heard while updates are computed."""
REPLAY_SECONDS = 0.1
"""What lies between two snapshots is computed again within this time, where room allows it."""
_MOST_APART = 4_096
_NEWEST = 0.1
"""The weight of the newest chunk in the running mean of what an update takes."""


class _Over(Exception):
    """The service is gone, or wants no more."""


class Trainer:
    """One training, and what the service wants of it.

    Args:
        heard: frames of the service; None: it is gone.
        out: where frames go.
    """

    def __init__(self, heard: "queue.Queue[Frame | None]", out: IO[bytes]) -> None:
        self._heard = heard
        self._out = out
        self._going = False
        self._turn = 0
        self._until: int | None = None
        self._pace: float | None = None
        self._apart = 1
        self._own_apart = 16
        self._each = self._own = 0.0
        self._parts: list[Records] = []
        self._marks: list[dict[str, Any]] = []
        self._sent = time.monotonic()
        self._computed = 0.0
        self._due = 0.0

    def run(self) -> None:
        """From the first frame to the last."""
        frame = self._heard.get()
        if frame is None:
            return
        try:
            self._begin(*frame)
            while True:
                self._obey()
                if self._training.ended is not None:
                    self._end()
                if self._going:
                    self._work()
        except _Over:
            return
        except InvalidInput as error:
            self._say({"said": "failed", "why": f"{_pointer(error)}{error.detail}"})
        except MemoryError:
            self._say({"said": "failed", "memory": True})
        except Exception:  # noqa: BLE001  (whatever it is, it crosses as data)
            self._say({"said": "failed", "log": traceback.format_exc()})

    # --- what is heard ------------------------------------------------------------------------

    def _begin(self, head: Head, body: bytes) -> None:
        memory.limit(head["memory_bytes"])
        parts, at = {}, 0
        for name, size in head["parts"]:
            parts[name], at = body[at : at + size], at + size
        plan = Plan.from_json(head["plan"])
        series = unpacked_data(parts["series"]) if "series" in parts else None
        changes = [(int(first), change) for first, change in head["changes"]]
        snapshot = parts.get("snapshot")
        if snapshot is None:
            given = parts.get("parameters")
            fresh = Training(plan, series, unpacked_parameters(given) if given else None)
            snapshot = fresh.snapshot()
            self._training = fresh
        if changes or "snapshot" in parts:
            self._training = Training.restore(plan, snapshot, changes, series)
        if "snapshot" not in parts:
            self._say({"said": "snapshot", "update": 0}, snapshot)
        self._watcher = Watcher(plan, json.loads(head["watcher"]), series)
        self._apart, self._recorded = head["apart"], head["recorded"]
        network = self._training.network
        self._shape = Shape(
            network.num_layers,
            self._training.problem.steps,
            tuple(self._training.names),
            head["has_cell"],
        )
        self._catch_up()
        self._say({"said": "ready", "update": self._training.update})
        self._hear(head)

    def _catch_up(self) -> None:
        """What is recorded and came after the snapshot is computed again, and not said again."""
        while self._training.update < self._recorded and self._training.ended is None:
            self._advance(min(self._chunk(), self._recorded - self._training.update))
            self._obey_end()

    def _obey(self) -> None:
        """All that is heard; where nothing is to be done, wait for it."""
        while True:
            try:
                frame = self._heard.get(block=not self._going, timeout=None)
            except queue.Empty:
                return
            if frame is None:
                raise _Over
            self._hear(frame[0])
            if self._training.ended is not None:
                return

    def _obey_end(self) -> None:
        """Only the end is heard; all else waits."""
        if self._heard.queue and self._heard.queue[-1] is None:
            raise _Over

    def _hear(self, head: Head) -> None:
        match head["do"]:
            case "begin" | "go" if head.get("go", True):
                self._going, self._turn = True, head["turn"]
                self._until, self._pace = head.get("until"), head.get("pace")
            case "pause":
                self._pause()
            case "change":
                self._change(head["change"])
            case "apart":
                self._apart = head["apart"]

    def _pause(self) -> None:
        self._going = False
        self._flush()
        self._snapshot()
        self._say({"said": "paused", "update": self._training.update, "turn": self._turn})

    def _change(self, change: dict[str, Any]) -> None:
        self._flush()
        try:
            self._training.change(change)
        except InvalidInput as error:
            self._say({"said": "refused", "why": f"{_pointer(error)}{error.detail}"})
            return
        first, made = self._training.changes[-1]
        mark = changed(first, made)
        self._say({"said": "changed", "update": first, "change": made, "mark": mark})

    # --- what is done -------------------------------------------------------------------------

    def _work(self) -> None:
        """Some updates; said where it is time to."""
        done = self._training.update
        if self._until is not None and done >= self._until:
            self._pause()
            return
        if not self._in_time():
            return
        count = self._chunk()
        grid = max(self._apart, self._own_apart)
        count = min(count, grid - done % grid)
        if self._until is not None:
            count = min(count, self._until - done)
        records = self._advance(count)
        self._marks += self._watcher.feed(records, self._training.first_not_finite)
        self._parts.append(records)
        if self._training.update % grid == 0 and self._training.ended is None:
            self._snapshot()
        if time.monotonic() - self._sent >= SEND_SECONDS:
            self._flush()

    def _in_time(self) -> bool:
        """Whether the pace lets the next update be done; else wait for that, or for a word."""
        if self._pace is None:
            return True
        wait = self._due - time.monotonic()
        if wait > 0:
            if self._parts:
                self._flush()
            try:
                frame = self._heard.get(timeout=wait)
            except queue.Empty:
                frame = ({"do": "nothing"}, b"")
            if frame is None:
                raise _Over
            self._hear(frame[0])
            return False
        self._due = max(self._due, time.monotonic() - 0.1) + 1.0 / self._pace
        return True

    def _chunk(self) -> int:
        """How many updates take about `CHUNK_SECONDS`."""
        if self._pace is not None or not self._each:
            return 1
        return max(1, int(CHUNK_SECONDS / self._each))

    def _advance(self, count: int) -> Records:
        """So many updates; how long they take decides how far snapshots lie apart.

        A chunk is as long as others see it; what is computed again has a processor for itself.
        """
        begun, used = time.perf_counter(), time.process_time()
        records = self._training.advance(count)
        used = time.process_time() - used
        self._computed += used
        done = max(1, len(records))
        self._each = _moved(self._each, (time.perf_counter() - begun) / done)
        self._own = _moved(self._own, used / done)
        fit = max(1, min(_MOST_APART, int(REPLAY_SECONDS / max(self._own, 1e-9))))
        self._own_apart = 1 << (fit.bit_length() - 1)
        return records

    # --- what is said -------------------------------------------------------------------------

    def _flush(self) -> None:
        """Say the updates that were done since the last time."""
        self._sent = time.monotonic()
        if not self._parts:
            return
        records = Records.joined(self._parts)
        columns = as_columns(self._shape, records)
        head = {
            "said": "updates",
            "first": columns.first,
            "count": len(columns),
            "marks": self._marks,
            "watcher": json.dumps(self._watcher.state()),
            "seconds": self._computed,
        }
        self._parts, self._marks, self._computed = [], [], 0.0
        self._say(head, columns.raw())

    def _snapshot(self) -> None:
        head = {"said": "snapshot", "update": self._training.update}
        self._say(head, self._training.snapshot())

    def _end(self) -> None:
        self._flush()
        self._snapshot()
        head = {"said": "ended", "update": self._training.update, "why": self._training.ended}
        self._say(head | {"not_finite": self._training.first_not_finite})
        raise _Over

    def _say(self, head: Head, body: bytes = b"") -> None:
        try:
            self._out.write(framed(head, body))
            self._out.flush()
        except BrokenPipeError:
            raise _Over from None


def _moved(mean: float, newest: float) -> float:
    """The running mean with one more."""
    return mean + _NEWEST * (newest - mean) if mean else newest


def as_columns(shape: Shape, records: Records) -> Columns:
    """Records of the engine as columns."""
    values = {name: getattr(records, name) for name in SCALARS}
    values |= {
        "engaged": records.engaged,
        "hidden": records.log10_hidden,
        "weight": records.log10_weight,
        "step": records.log10_step,
    }
    if records.log10_cell is not None:
        values["cell"] = records.log10_cell
    first = int(records.update[0]) if len(records) else 1
    kept = {name: np.asarray(values[name]).astype(kind) for name, (kind, _) in shape.rows.items()}
    return Columns(shape, first, kept)


def _pointer(error: InvalidInput) -> str:
    return "".join(f"/{key}" for key in error.pointer) + ": "


def _listen(stream: IO[bytes], heard: "queue.Queue[Frame | None]") -> None:
    frame: Frame | None = None
    try:
        while (frame := read(stream)) is not None:
            heard.put(frame)
    finally:
        heard.put(None)


def main() -> None:
    """Train what is said on the standard input, and say it on the standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends us
    end_with_parent()
    stand_behind()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no frame
    heard: queue.Queue[Frame | None] = queue.Queue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, heard), daemon=True).start()
    Trainer(heard, out).run()


if __name__ == "__main__":
    main()
