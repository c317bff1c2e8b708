"""The events of a training in words, from its rows: each sentence is true of the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.diagnosis.words import tidy
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.noticed import (
    BelowBaseline,
    Clips,
    Event,
    Hearing,
    Notice,
    Radius,
    Row,
    Solved,
    Spikes,
    Stillness,
)
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.records import Records
from unrolled.engine.training.rules import RULES
from unrolled.engine.training.tasks import TASKS, Data, Problem, posed

_STATES = {"h": "h", "c": "c", "o": "o"}


class Watcher:
    """Reads a training's rows in their order, and tells what happens.

    An event is {"update", "kind", "text", "values"}; its kind is one of spike, clipping, unclipped,
    hears, deaf, below-baseline, above-baseline, solved, unsolved, radius, still, moves, not-finite.
    """

    def __init__(
        self, plan: Plan, state: Mapping[str, Any] | None = None, series: Data | None = None
    ) -> None:
        """Begin, or go on.

        Args:
            plan: that of the training.
            state: what ``state`` gave after the rows before; None: there are none.
            series: the user's own data, where the task takes it; without it nothing is said of
                baseline, criterion and the loss's step.
        """
        problem = _problem(plan, series)
        self._step = _last_step(problem)
        self._notices: dict[str, Notice] = {
            "spikes": Spikes(),
            "clips": Clips(),
            "stillness": Stillness(),
        }
        if self._step:
            self._notices["hearing"] = Hearing(self._step)
        if not CELLS[plan.cell].gates:
            self._notices["radius"] = Radius()
        if problem is not None:
            first = problem.baselines[0]
            self._notices["baseline"] = BelowBaseline(first.loss, first.words)
            if problem.criterion is not None:
                criterion = problem.criterion
                self._notices["solved"] = Solved(criterion.words, criterion.wrong)
        for name, memory in (state or {}).items():
            if name in self._notices:
                self._notices[name].memory = deepcopy(memory)

    def state(self) -> dict[str, Any]:
        """What it has to know to go on, in plain JSON."""
        return {name: deepcopy(notice.memory) for name, notice in self._notices.items()}

    def feed(
        self, records: Records, first_not_finite: Mapping[str, Any] | None = None
    ) -> list[Event]:
        """What the next rows bring, in their order.

        Args:
            records: the rows that follow those before.
            first_not_finite: the training's own, where its last row is the last of these.
        """
        events: list[Event] = []
        for row in self._rows(records):
            for notice in self._notices.values():
                found = notice.see(row)
                if found is not None:
                    events.append(found)
        if len(records) and not math.isfinite(records.loss[-1]) and first_not_finite is None:
            first_not_finite = {"update": int(records.update[-1])}
        if first_not_finite is not None:
            events.append(not_finite(first_not_finite))
        return events

    def _rows(self, records: Records) -> list[Row]:
        """The rows in Python's numbers."""
        with np.errstate(invalid="ignore"):
            shares = records.log10_step - records.log10_weight
        heard = np.full(len(records), np.nan)
        if self._step:
            top = records.log10_hidden[:, -1]
            with np.errstate(invalid="ignore"):
                heard = top[:, 0] - top[:, self._step - 1]
        columns = zip(
            records.update.tolist(),
            records.log10_before.tolist(),
            records.log10_after.tolist(),
            records.engaged.tolist(),
            heard.tolist(),
            _largest(shares).tolist(),
            records.rho.tolist(),
            records.held_out.tolist(),
            records.share.tolist(),
            strict=True,
        )
        return [Row(*column) for column in columns]


def _largest(shares: Array) -> Array:
    """Of every row, a parameter that is and stays zero not counted; NaN where nothing was done."""
    found = np.full(len(shares), np.nan)
    told = ~np.isnan(shares).all(axis=1)
    found[told] = np.nanmax(shares[told], axis=1) if told.any() else 0.0
    return found


def _problem(plan: Plan, series: Data | None) -> Problem | None:
    """What is learned; None where that takes data that is not there."""
    try:
        return posed(plan.task, series)
    except InvalidInput:
        if not TASKS[plan.task["name"]].takes:
            raise
        return None


def _last_step(problem: Problem | None) -> int:
    """The last step with a loss; 0 where step 1 has one itself, or nothing is known."""
    if problem is None:
        return 0
    emits = problem.held_out(1).emitting(TOPOLOGIES[problem.topology])
    if emits[0] or not emits.any():
        return 0
    return int(np.flatnonzero(emits)[-1]) + 1


def not_finite(first: Mapping[str, Any]) -> Event:
    """The end of a training whose numbers leave their range, and where that was seen first."""
    quantity, step, layer = first.get("quantity"), first.get("step"), first.get("layer")
    text = "a number is infinite or none at all"
    if quantity in _STATES:
        place = f"{quantity}_{step}"
        text += f", first in {place}" + (f" of layer {layer}" if layer is not None else "")
    elif quantity in ("loss", "gradient"):
        text += f", first in the {quantity}" + (f" of step {step}" if step else "")
    elif quantity is not None:
        text += f": {quantity} after this update"
    values = {"quantity": quantity, "step": step, "layer": layer}
    return {
        "update": first["update"],
        "kind": "not-finite",
        "text": f"{text}; the training ends",
        "values": values,
    }


def changed(first: int, change: Mapping[str, Any]) -> Event:
    """A change that was made, which holds from an update on."""
    said = []
    if "learning_rate" in change:
        said.append(f"η is {tidy(change['learning_rate'])} before its schedule")
    if "clip" in change:
        clip = change["clip"]
        rule = RULES[clip["rule"]]
        words = "nothing is clipped" if clip["rule"] == "none" else f"clipping is “{rule.label}”"
        numbers = ", ".join(
            f"{one.label} = {tidy(clip[one.name])}" for one in rule.settings if one.name in clip
        )
        said.append(words + (f" with {numbers}" if numbers else ""))
    text = f"from this update on {' and '.join(said)}"
    return {"update": first, "kind": "changed", "text": text, "values": dict(change)}
