"""The process that analyses: snapshots come in on its standard input, reports go where they belong.

It ends when its input does. Ctrl-C and the end of the training are not its own: what it has been
handed, it finishes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from unrolled.watch.analyse import analyse
from unrolled.watch.delivery import Delivery, delivery_of
from unrolled.watch.snapshot import Snapshot, messages

_LOG = logging.getLogger("unrolled.watch")


def serve(source: BinaryIO, said: BinaryIO) -> None:
    """Read messages until the end; after each, a line of JSON says that it is done.

    The first message opens: where to deliver. Without a message that closes, the training was
    killed: the run is left without an end.
    """
    delivery: Delivery | None = None
    state, most = "interrupted", 0
    for message in messages(source):
        answer: dict[str, Any] = {"done": message.kind}
        if message.kind == "open":
            most = message.body.pop("sampled")
            try:
                delivery = delivery_of(**message.body)
                answer["to"] = delivery.to
            except (OSError, ImportError, ValueError) as error:
                answer["failed"] = f"{type(error).__name__}: {error}"
        elif message.kind == "close":
            state = message.body["state"]
            break
        else:
            assert isinstance(message.body, Snapshot)
            answer |= _report(message.body, most, delivery)
            answer["run"] = None if delivery is None else delivery.run
        _say(said, answer)
    left = None
    if delivery is not None:
        with contextlib.suppress(OSError):
            left = delivery.end(state)
    _say(said, {"done": "close", "left": left})


def _report(snapshot: Snapshot, most: int, delivery: Delivery | None) -> dict[str, Any]:
    try:
        report = analyse(snapshot, most)
        if delivery is not None:
            delivery.report(report)
    except Exception as error:  # noqa: BLE001  (the next one may be well)
        _LOG.exception("no report of update %d", snapshot.update)
        return {"done": "sample", "failed": f"{type(error).__name__}: {error}"}
    return {"done": "sample", "update": snapshot.update, "seconds": report["seconds"]}


def _say(said: BinaryIO, answer: dict[str, Any]) -> None:
    """The training may be gone: then nobody listens."""
    with contextlib.suppress(OSError, ValueError):
        said.write(json.dumps(answer).encode() + b"\n")
        said.flush()


def _step_back() -> None:
    """Run only where nobody else wants to: a training's threads wait for each other.

    On Linux a session of its own is also a group of its own, which gets as much of a core as any
    other whatever runs in it, unless the group steps back too: without that a report costs a
    training on all cores as long as it takes, instead of a fiftieth.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text("19")


def main() -> None:
    """Be slow and small, and serve."""
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _step_back()
    said = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr
    serve(sys.stdin.buffer, said)


if __name__ == "__main__":
    main()
