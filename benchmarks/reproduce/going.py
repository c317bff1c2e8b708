"""One run from its weights to its end, kept on the way: killed and started again it goes on."""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Parameters
from unrolled.engine.numbers.streams import stream
from unrolled.engine.training.measured import held_out_loss
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.records import Records
from unrolled.engine.training.run import Training

FRESH, AT_ONCE = 10_000, 250
"""So many fresh sequences decide whether a run has solved its task, so many of them at a time."""
KEPT_EVERY = 60.0
"""Seconds after which a run is written down."""
POINTS = 400
"""So many points has a curve at most."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes:
        name: of its file.
        plan: what decides its numbers, with the number of updates that it may take.
        start: (network, seed) → its first weights; None: those of the plan.
    """

    name: str
    plan: Json
    start: Callable[[Network, int], Parameters] | None = None


@dataclass(slots=True)
class State:
    """What is known of a run on its way.

    Attributes:
        training: where it is.
        curve: a column each, a row for every so many updates.
        seconds: of the processor.
        fresh: {"count", "wrong"} where it was asked; else empty.
    """

    training: Training
    curve: dict[str, list[float | None]] = field(default_factory=dict)
    seconds: float = 0.0
    fresh: dict[str, int] = field(default_factory=dict)


def go(
    run: Run, folder: Path, until: float = math.inf, tell: Callable[[str], None] = print
) -> Json:
    """Train until the task is solved, a number leaves the range, or the updates are used up.

    Args:
        run: which.
        folder: where what is finished stands, ``NAME.json``, and what is not, ``NAME.part.json``.
        until: not beyond this time of ``time.monotonic``.
        tell: where to say how far it is.
    Returns:
        what is known of it; ``ended`` is None where the time was up.
    """
    finished, part = folder / f"{run.name}.json", folder / f"{run.name}.part.json"
    if (done := found(run, finished)) is not None:
        return done
    plan = Plan.from_json(run.plan)
    kept = found(run, part)
    state = _begun(run, plan) if kept is None else _restored(plan, kept)
    every, written = _every(plan), time.monotonic()
    state.training.measured_every = every  # the held-out loss of long sequences takes its time
    ended = None
    while ended is None and time.monotonic() < until:
        ended = _further(state, every)
        if ended or time.monotonic() - written > KEPT_EVERY:
            written = time.monotonic()
            _keep(run, plan, state, part)
            tell(_line(run, state))
    if ended is None:
        _keep(run, plan, state, part)
        return _answer(run, plan, state, ended)
    _write(finished, _answer(run, plan, state, ended))
    part.unlink(missing_ok=True)
    return _answer(run, plan, state, ended)


def found(run: Run, path: Path) -> Json | None:
    """What a file says of a run; None where there is none, or one of another plan."""
    if not path.is_file():
        return None
    kept: Json = json.loads(path.read_text())
    return kept if kept["plan"] == Plan.from_json(run.plan).to_json() else None


def _every(plan: Plan) -> int:
    return max(1, math.ceil(plan.updates / POINTS))


def _begun(run: Run, plan: Plan) -> State:
    training = Training(plan)
    if run.start is not None:
        training = Training(plan, parameters=run.start(training.network, plan.seed))
    return State(training)


def _restored(plan: Plan, kept: Json) -> State:
    training = Training.restore(plan, base64.b64decode(kept["snapshot"]))
    return State(training, kept["curve"], kept["seconds"], kept["fresh"])


def _keep(run: Run, plan: Plan, state: State, part: Path) -> None:
    snapshot = base64.b64encode(state.training.snapshot()).decode()
    _write(part, _answer(run, plan, state, None) | {"snapshot": snapshot})


def _write(path: Path, content: Json) -> None:
    """At once: who is killed here leaves the old file or the new one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, allow_nan=False))
    fresh.replace(path)


def _further(state: State, every: int) -> str | None:
    """The next updates, and why there are no more; None: there may be."""
    training, begun = state.training, time.process_time()
    share = _noted(state.curve, training.advance(every - training.update % every))
    ended = {None: None, "done": "updates"}.get(training.ended, training.ended)
    criterion = training.problem.criterion
    assert criterion is not None
    if ended == "updates" or (ended is None and share > 1.0 - criterion.wrong):
        state.fresh = _asked(training)
        if state.fresh["wrong"] < criterion.wrong * state.fresh["count"]:
            ended = "solved"
    state.seconds += time.process_time() - begun
    return ended


def _noted(curve: dict[str, list[float | None]], records: Records) -> float:
    """Add a point to the curve, and say which share was right at the last measure."""
    measured = np.flatnonzero(np.isfinite(records.share))
    last = measured[-1] if len(measured) else -1
    share = float(records.share[last])
    point = {
        "update": float(records.update[-1]),
        "loss": float(records.loss.mean()),
        "held_out": float(records.held_out[last]),
        "share": share,
        "log10_median": float(np.median(records.log10_before)),
        "log10_most": float(records.log10_before.max()),
        "engaged": float(records.engaged.mean()),
        "rho": float(records.rho[last]),
    }
    for name, value in point.items():
        curve.setdefault(name, []).append(value if math.isfinite(value) else None)
    return share


def _asked(training: Training) -> dict[str, int]:
    """How many of the fresh sequences are answered wrongly; no training draws them."""
    problem, random, wrong = training.problem, stream("fresh", 0), 0
    assert problem.criterion is not None
    for _ in range(FRESH // AT_ONCE):
        sequence = problem.draw(random, AT_ONCE)
        _, outputs = held_out_loss(training.network, training.parameters, sequence, problem.loss)
        right = 0 if outputs is None else problem.criterion.right(outputs, sequence).sum()
        wrong += AT_ONCE - int(right)
    return {"count": FRESH, "wrong": wrong}


def _answer(run: Run, plan: Plan, state: State, ended: str | None) -> Json:
    problem = state.training.problem
    return {
        "run": run.name,
        "ended": ended,
        "update": state.training.update,
        "fresh": state.fresh,
        "baseline": problem.baseline,
        "criterion": problem.criterion and problem.criterion.words,
        "first_not_finite": state.training.first_not_finite,
        "seconds": round(state.seconds, 1),
        "plan": plan.to_json(),
        "start": None if run.start is None else run.start.__name__,
        "numpy": np.__version__,
        "curve": state.curve,
    }


def _line(run: Run, state: State) -> str:
    """Where it is, for a terminal."""
    last = {name: column[-1] for name, column in state.curve.items()}
    return (
        f"{run.name}: update {state.training.update}, held out {last['held_out']}, right "
        f"{last['share']}, {state.seconds:.0f} s"
    )
