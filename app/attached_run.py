"""An update of a run that trains here, on its way into a worker and within it.

Its weights and its batch follow from the nearest snapshot before it: the updates between are
computed again, with the same numbers.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from unrolled.app.errors import shown
from unrolled.app.shifted import shifted
from unrolled.app.training.inputs import unpacked_data
from unrolled.engine import Array, InvalidInput, Network, Plan, Training
from unrolled.engine import Experiment as Update
from unrolled.engine import Sequence as Batch

Json = dict[str, Any]

KEPT_BYTES = 2**25
"""What a worker keeps of what it has computed again; the oldest goes first."""
_EVERY_SECONDS = 0.1
"""So often it keeps where it is, while it computes again."""


@dataclass(frozen=True, slots=True)
class AttachedRun:
    """A run up to one update.

    Attributes:
        id: of the run.
        update: which, from 1.
        plan: of the run.
        changes: all that were made.
        series: the user's own data, where it has some.
        snapshot: what it goes on from.
        done: updates that were done there, fewer than `update`.
        digest: of plan, changes and data: the same for the same numbers.
    """

    id: str
    update: int
    plan: Json
    changes: Sequence[tuple[int, Json]]
    series: bytes | None
    snapshot: bytes
    done: int
    digest: str


_HELD: dict[tuple[str, int], AttachedRun] = {}
_FOUND: dict[tuple[str, int], Update] = {}
_KNOWN: OrderedDict[tuple[str, int], bytes] = OrderedDict()


@contextmanager
def holding_runs(runs: Sequence[AttachedRun]) -> Iterator[None]:
    """Within, weights and sequences of the kind `run` are of these."""
    _HELD.update({(run.id, run.update): run for run in runs})
    try:
        yield
    finally:
        _HELD.clear()
        _FOUND.clear()


def parameters(network: Network, weights: Mapping[str, Any]) -> dict[str, Array]:
    """The weights before an update of a run, which has to have this network.

    Raises:
        InvalidInput: the experiment says another cell, size or activation than the run has.
    """
    update = _found("weights", weights)
    own = update.network
    sizes = "input_size", "hidden_size", "num_layers", "bidirectional", "projection_size"
    for field in ("cell", "activation", *sizes):
        _agree(network, own, field)
    if network.output_size:
        _agree(network, own, "output_size")
    every = {name: update.parameters[name] for name in network.parameter_shapes()}
    return shifted(network, every, weights)


def sequence(network: Network, loss: str, said: Mapping[str, Any]) -> Batch:
    """The batch of an update of a run, which has to have this loss and these sizes.

    Raises:
        InvalidInput: the experiment says others.
    """
    update = _found("sequence", said)
    for field in ("topology", "input_size", "output_size"):
        _agree(network, update.network, field)
    if loss != update.loss:
        raise InvalidInput(("loss",), f"received {loss!r}; the run has {update.loss!r}: send that")
    return update.sequence


def _agree(network: Network, own: Network, field: str) -> None:
    asked, has = getattr(network, field), getattr(own, field)
    if asked != has:
        told = f"received {shown(asked)}; the run has {shown(has)}: send that"
        raise InvalidInput(("network", field), told)


def _found(part: str, said: Mapping[str, Any]) -> Update:
    key = (said["id"], said["update"])
    run = _HELD.get(key)
    if run is None:
        raise InvalidInput((part, "kind"), "received 'run', of which no numbers came")
    if key not in _FOUND:
        _FOUND[key] = replayed(run).experiment()
    return _FOUND[key]


def replayed(run: AttachedRun) -> Training:
    """The run as it was before its update."""
    series = None if run.series is None else unpacked_data(run.series)
    wanted = run.update - 1
    known = [n for digest, n in _KNOWN if digest == run.digest and run.done < n <= wanted]
    start = run.snapshot
    if known:
        start = _KNOWN[run.digest, max(known)]
        _KNOWN.move_to_end((run.digest, max(known)))
    training = Training.restore(Plan.from_json(run.plan), start, list(run.changes), series)
    count, computed = 1, False
    begun = time.perf_counter()
    while training.update < wanted:
        before, done = time.perf_counter(), training.update
        training.advance(min(count, wanted - done))
        if training.update == done:
            raise InvalidInput(("weights", "update"), "lies behind the end of the run")
        seconds = time.perf_counter() - before
        count = max(1, int(count * min(2.0, _EVERY_SECONDS / 4 / max(seconds, 1e-6))))
        computed = True
        if time.perf_counter() - begun > _EVERY_SECONDS:
            _remember(run.digest, training)
            begun = time.perf_counter()
    if computed:
        _remember(run.digest, training)
    return training


def _remember(digest: str, training: Training) -> None:
    """Keep where it is, so that what comes near it is soon there."""
    _KNOWN[digest, training.update] = training.snapshot()
    while sum(map(len, _KNOWN.values())) > KEPT_BYTES:
        _KNOWN.popitem(last=False)
