"""The verdict, read off the way back of one loss through the whole state, never off the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.diagnosis.cause import Circumstances, factors, nothing_passes
from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.sentences import arrives, thousandth, travels
from unrolled.engine.diagnosis.shape import LEVEL, Shape, shape
from unrolled.engine.diagnosis.words import counted
from unrolled.engine.numbers.arrays import Nullable
from unrolled.engine.numbers.errors import ForwardOverflow

_FAST = np.log10(0.8), np.log10(1.2)
"""Decades a step from which a gradient vanishes or explodes even over few steps."""
_GONE, _GROWN = -1.0, 0.7
"""So does one of which a tenth is left at the end, or that has grown fivefold."""
_HEARD = -1.0
"""Above a tenth, what arrives is said to be heard."""
ORDINALS = ("first", "second", "third")
"""The layers below the last one, the one that reads the input first."""
_VERBS = {
    "Vanishing": "vanishes",
    "Vanishing in the end": "vanishes in the end",
    "Exploding": "explodes",
    "Exploding in the end": "explodes in the end",
    "Holding": "holds",
    "Up and down": "goes up and down",
    "Fading slowly": "fades slowly",
    "Growing slowly": "grows slowly",
    "Growing": "grows",
}
"""What a layer below is said to do."""
_GROWTHS = {"Exploding", "Exploding in the end", "Growing", "Growing slowly"}
_FROM_ABOVE = {
    "above": " with what the layer above gives",
    "sum": " as a sum of what the layer above gives at every step",
}
"""Why it grows there, where the layer's own way back does not make it grow."""
_SILENT = (
    "Every loss has a gradient of exactly zero: the outputs meet their targets, "
    "or no hidden unit is heard by them."
)
_NOTHING_ENTERS = "No gradient enters: what was given is exactly zero, or weighs nothing."
_NOTHING_COUNTS = "No loss counts: the weight of every one is zero."
_UNHEARD = "No gradient arrives in the last layer: no hidden unit is heard by what was given."
_ONE_STEP = "One step: there is nothing to travel back through."

Verdict = Literal["vanishing", "exploding", "stable", "blocked"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The verdict, read off one loss's way back through the last layer's whole state.

    It is the loss with the most steps to travel, and of several such the last.

    Attributes:
        verdict: what happens to a gradient on its way back.
        decay_per_step: the factor by which one step back multiplies the norm of the gradient, the
            mean over the steps behind the one where the loss enters; NaN where the gradient crosses
            no step or follows no rate, 0 where one step back passes exactly nothing.
        summary: the same in words, with the factors of a step; and every layer below the last one
            in which the gradient fares otherwise.
        loss_step: i, the step whose loss was read, from 1; None where none travels.
        step: the earliest step that this loss may reach, from 1.
        log10_arriving: log₁₀ of ‖∂L_i/∂(state of that step)‖ over ‖∂L_i/∂(state of step i)‖, c
            beside h where there is one; NaN where exactly nothing arrives or nothing travels.
    """

    verdict: Verdict
    decay_per_step: Nullable
    summary: str
    loss_step: int | None = None
    step: int | None = None
    log10_arriving: Nullable = float("nan")


def verdict_of(row: Row) -> Verdict:
    """``vanishing``, ``exploding`` or ``stable``.

    The gradient vanishes where exactly nothing arrives; and where less arrives than entered and
    the way behind the entering step leaves a tenth of it, or takes a fifth a step. It explodes
    where more arrives and that way grows it fivefold, or by a fifth a step. Where the gradient
    turns on its way, only what it has come to at the end counts. What grows only since the layer
    above adds to it at every step does not explode.
    """
    return _verdict(row, shape(row))


def _verdict(row: Row, found: Shape) -> Verdict:
    if row.dies:
        return "vanishing"
    total, turns = float(row.decades[-1]), found.kind in ("hump", "dip")
    behind = min(row.behind, total, key=abs) if turns else row.behind
    if total < 0.0 and (behind <= _GONE or (not turns and row.rate <= _FAST[0])):
        return "vanishing"
    if total > 0.0 and (behind >= _GROWN or (not turns and row.rate >= _FAST[1])):
        return "stable" if row.grows_by == "sum" else "exploding"
    return "stable"


def diagnose(row: Row | None, steps: int, seen: Circumstances) -> Diagnosis:
    """Say what happens to one loss on its way back, and through what it goes.

    Args:
        row: its way back, from ``chosen``; None where no loss has a gradient.
        steps: T.
        seen: the causes to name.
    Source: notes, "Problem of BPTT".
    """
    if steps == 1:
        return Diagnosis("stable", np.nan, _ONE_STEP)
    if row is None:
        return Diagnosis("stable", np.nan, _why_silent(seen))
    found = shape(row)
    read = Diagnosis(*read_off(row, found), "", row.loss_step, row.first, row.arriving)
    if read.verdict == "blocked":
        said = _blocked(seen, row.loss_step)
        return replace(read, log10_arriving=np.nan, summary=said)
    if row.loss_step == row.first:
        said = "Only the loss of step 1 has a gradient: it has nothing to travel back through."
        return replace(read, summary=said)
    return replace(read, summary=_summary(read.verdict, row, found, seen))


def read_off(row: Row, found: Shape) -> tuple[Verdict, float]:
    """The verdict on a row of that shape, and ``decay_per_step``."""
    if row.loss_step == row.first:
        return "stable" if row.loss_step == 1 else "blocked", np.nan
    rate = np.nan
    if not row.steps:
        rate = 0.0
    elif found.kind == "rate" and not row.dies:
        rate = float(10.0 ** min(row.rate if row.steps > 1 else row.entering, 300.0))
    return _verdict(row, found), rate


def _why_silent(seen: Circumstances) -> str:
    """Why no loss has a gradient."""
    enters = bool(seen.passage.trace.emits.any())
    if seen.given:
        return _UNHEARD if enters else _NOTHING_ENTERS
    masked = seen.passage.trace.masks is not None
    return _NOTHING_COUNTS if masked and not enters else _SILENT


def overflowing(overflow: ForwardOverflow) -> Diagnosis:
    """The verdict where the forward pass overflows before any loss is emitted."""
    return Diagnosis(
        "exploding",
        np.nan,
        f"Exploding on the way forward: {_where(overflow)}. The loss comes later, so there is no "
        "gradient to follow; shown is what came before.",
    )


def cut_short(found: Diagnosis, overflow: ForwardOverflow) -> Diagnosis:
    """The verdict on the steps before an overflow, which it names."""
    return replace(
        found, summary=f"{found.summary} Shown are the steps before: {_where(overflow)}."
    )


def _where(overflow: ForwardOverflow) -> str:
    """What overflows and where, with the notes' letter for it."""
    return overflow.quantity.upper() + overflow.detail.removeprefix(overflow.quantity)


def with_layers(found: Diagnosis, below: Mapping[int, Row | None]) -> Diagnosis:
    """The verdict on the last layer, with a sentence for every layer below that fares otherwise.

    Args:
        found: of the last layer.
        below: layer, from 0 at the input, → the same loss there; None where it hears nothing.
    """
    said = [_otherwise(ORDINALS[layer], row, found.verdict) for layer, row in below.items()]
    return replace(found, summary=" ".join(part for part in (found.summary, *said) if part))


def _otherwise(ordinal: str, row: Row | None, verdict: str) -> str:
    if row is None:
        return f"No loss is heard in the {ordinal} layer."
    found = shape(row)
    seen = _verdict(replace(row, grows_by="itself"), found)
    if row.loss_step == row.first or seen == verdict:
        return ""
    own = _verdict(row, found)
    headline = _headline(own, row, found) if own == seen else "Growing"
    what = _VERBS[headline] + (_FROM_ABOVE.get(row.grows_by, "") if headline in _GROWTHS else "")
    return f"In the {ordinal} layer the gradient {what}: {_way(row, found)}."


def _summary(verdict: str, row: Row, found: Shape, seen: Circumstances) -> str:
    """Headline, what the gradient does and what arrives, where the way ends, and the factors."""
    parts = [f"{_headline(verdict, row, found)}: {_way(row, found)}{_heard(verdict, row)}"]
    if row.dies:
        parts[0] += f": {nothing_passes(seen, row.last)}"
    parts[0] += "."
    parts.append(_end(row, seen))
    if verdict != "stable" and not row.dies:
        parts.append(factors(seen, row))
    return " ".join(part for part in parts if part)


def _headline(verdict: str, row: Row, found: Shape) -> str:
    kind, behind = found.kind, row.behind
    if verdict != "stable":
        late = (verdict, kind) in (("vanishing", "hump"), ("exploding", "dip"))
        return f"{verdict.capitalize()}{' in the end' if late else ''}"
    calm = abs(behind) if kind == "rate" else float(np.nanmax(np.abs(row.decades)))
    if calm <= LEVEL:
        return "Holding"
    change = behind if kind == "rate" else float(row.decades[-1])
    if kind in ("hump", "dip") or abs(change) <= LEVEL:
        return "Up and down"
    if row.grows_by == "sum" and change > 0.0:
        return "Growing"
    return "Fading slowly" if change < 0.0 else "Growing slowly"


def _way(row: Row, found: Shape) -> str:
    """What it does on its way, and what is left of it: a clause without a full stop."""
    clauses = []
    if row.steps:
        clauses.append(travels(row, found))
        if row.steps > 1:
            clauses.append((not row.dies and thousandth(row)) or arrives(row))
    if row.dies:
        one = row.last - 1 == row.first
        where = f"step {row.first}" if one else f"steps {row.first} to {row.last - 1}"
        clauses.append(f"exactly nothing arrives at {where}")
    return "; ".join(clauses)


def _heard(verdict: str, row: Row) -> str:
    """Only of a sequence whose first step is reached."""
    heard = verdict == "stable" and row.first == 1 and float(row.decades[-1]) >= _HEARD
    return ", so early steps still hear late losses" if heard else ""


def _end(row: Row, seen: Circumstances) -> str:
    """Which loss was read, where it is not the last, and what ends its way before step 1."""
    said, truncation = [], seen.passage.truncation
    emitting = np.flatnonzero(seen.passage.trace.emits)
    if row.loss_step <= emitting[-1]:
        said.append(f"This is the loss of step {row.loss_step}: no later one travels further.")
    if seen.heard is not None:
        batch = counted(seen.passage.trace.h.shape[1], "sample")
        said.append(f"Of {batch} it is that of {seen.heard}: the others have no loss at this step.")
    if seen.ended:
        said.append(f"In {seen.ended} of them the state starts anew on the way: their part ends.")
    if row.first > max(1, truncation.first_reached(row.loss_step)):
        said.append(f"At step {row.first} the state starts anew.")
    elif row.first > 1 and not row.dies:
        limit = f"{truncation.kind} of {counted(truncation.steps or 1)}"
        verb = "ends" if truncation.kind == "window" else "begins"
        said.append(f"At step {row.first} the {limit} {verb}.")
    return " ".join(said)


def _blocked(seen: Circumstances, step: int) -> str:
    truncation: Truncation = seen.passage.truncation
    if truncation.first_reached(step) < step:
        return f"Blocked: the state starts anew at step {step}, where the loss enters."
    if seen.passage.cell.copies and truncation.reach(2) == 1:
        return (
            "Blocked: the context units hold a copy, and a copy passes no gradient. "
            "No loss reaches a step before its own."
        )
    return "Blocked: the truncation lets no loss reach a step before its own."
