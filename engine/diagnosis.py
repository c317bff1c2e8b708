"""The verdict, read off the itemized gradients and never off the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.activations import ACTIVATIONS
from engine.arrays import Array, Mask
from engine.cells import CELLS
from engine.errors import ForwardOverflow
from engine.itemize import Itemized
from engine.network import Network
from engine.truncation import Truncation

_FAST = 0.2
"""A factor this far from 1 a step is called by its name even over few steps."""
_DECADES = 0.7
"""So is a slower one that changes the gradient fivefold over the sequence."""
_OPEN = 0.6
"""A forget gate above this mean has been opened: without a bias it is about ½."""
ORDINALS = ("first", "second", "third")
"""The layers below the last one, the one that reads the input first."""
_SILENT = (
    "Every loss has a gradient of exactly zero: the outputs meet their targets, "
    "or no hidden unit is heard by them."
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happens to a gradient on its way back.

    Attributes:
        verdict: ``vanishing``, ``exploding``, ``stable`` or ``blocked``.
        decay_per_step: the factor by which one step back multiplies a gradient's norm; NaN where
            no gradient crosses a step.
        summary: the same in words, with the cause and what to try, and the layers that differ.
    """

    verdict: str
    decay_per_step: float
    summary: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the summary names as causes.

    Attributes:
        network: whose gradient it is.
        truncation: in force.
        spectral_radius: ρ(R).
        mean_derivative: mean of f′(a) over the sequence; of a gated cell, of the gate that keeps
            the state (forget, update).
    """

    network: Network
    truncation: Truncation
    spectral_radius: float
    mean_derivative: float


def diagnose(itemized: Itemized, circumstances: Circumstances) -> Diagnosis:
    """Say whether gradients vanish, explode, hold, or are blocked, why, and what to try.

    Over all pairs i > t that a loss reaches, log‖∂L_i/∂h_t‖ − log‖∂L_i/∂h_i‖ is fitted by
    (i − t) log r, a line through the origin (least squares); r is the decay per step.

    Args:
        itemized: ‖∂L_i/∂h_t‖ for every pair.
        circumstances: the settings to name.
    Source: notes, "Problem of BPTT".
    """
    if itemized.steps[-1] == 1:
        return Diagnosis("stable", np.nan, "One step: there is nothing to travel back through.")
    if np.isnan(itemized.log10_norm).all():
        return Diagnosis("stable", np.nan, _SILENT)
    lag, decades, alive = _pairs(itemized, circumstances.truncation)
    if not lag.size:
        return Diagnosis("blocked", np.nan, _blocked(circumstances))
    if not alive.any():
        return Diagnosis("vanishing", 0.0, _dead(circumstances))
    slope = float(lag[alive] @ decades[alive] / (lag[alive] @ lag[alive]))
    if 2 * alive.sum() < alive.size:
        return Diagnosis("vanishing", 0.0, _dead(circumstances))
    rate = float(10.0 ** min(slope, 300.0))
    reach = slope * float(lag.max())
    if slope < 0.0 and (rate <= 1.0 - _FAST or reach <= -_DECADES):
        return Diagnosis("vanishing", rate, _vanishing(rate, slope, circumstances))
    if slope > 0.0 and (rate >= 1.0 + _FAST or reach >= _DECADES):
        return Diagnosis("exploding", rate, _exploding(rate, slope, circumstances))
    return Diagnosis("stable", rate, _stable(rate))


def overflowing(overflow: ForwardOverflow) -> Diagnosis:
    """The verdict where the forward pass overflows before any loss is emitted."""
    return Diagnosis(
        "exploding",
        np.nan,
        f"Exploding on the way forward: {overflow.detail}. The loss comes later, so there is no "
        "gradient to follow; shown is what came before.",
    )


def with_layers(found: Diagnosis, below: Mapping[int, Diagnosis]) -> Diagnosis:
    """The verdict on the last layer, with a sentence for every layer below that fares otherwise.

    Args:
        found: of the last layer.
        below: layer, from 0 at the input, → its own.
    """
    said = [
        _otherwise(layer, own)
        for layer, own in below.items()
        if (own.verdict, np.isnan(own.decay_per_step))
        != (found.verdict, np.isnan(found.decay_per_step))
    ]
    return replace(found, summary=" ".join((found.summary, *said)))


def _otherwise(layer: int, own: Diagnosis) -> str:
    name, rate = f"the {ORDINALS[layer]} layer", own.decay_per_step
    if np.isnan(rate):
        return f"No loss is heard in {name}."
    if own.verdict == "vanishing":
        left = f"one step back keeps about {percent(rate)}" if rate else "most of it is exactly 0"
        return f"In {name} the gradient vanishes: {left}."
    if own.verdict == "exploding":
        return f"In {name} the gradient explodes: one step back multiplies it by about {rate:.3g}."
    return f"In {name} the gradient holds: one step back {_kept(rate, 'it')}."


def cut_short(found: Diagnosis, overflow: ForwardOverflow) -> Diagnosis:
    """The verdict on the steps before an overflow, which it names."""
    return replace(found, summary=f"{found.summary} Shown are the steps before: {overflow.detail}.")


def _pairs(itemized: Itemized, truncation: Truncation) -> tuple[Array, Array, Mask]:
    """Lag i − t, decades gained since step i, and whether anything is left, for reached pairs."""
    norms, steps = itemized.log10_norm, itemized.steps
    first = np.array([truncation.first_reached(int(i)) for i in itemized.loss_steps])
    lag = itemized.loss_steps[:, np.newaxis] - steps
    own = itemized.own()
    reached = (lag > 0) & (steps >= first[:, np.newaxis]) & np.isfinite(own)[:, np.newaxis]
    decades = (norms - own[:, np.newaxis])[reached]
    return lag[reached].astype(np.float64), decades, np.isfinite(decades)


def percent(rate: float) -> str:
    """A share in words: '39 %', '4.2 %', '0.03 %'."""
    return f"{100.0 * rate:.2g} %" if rate < 0.095 else f"{100.0 * rate:.0f} %"


def _steps_beyond_a_thousand(slope: float) -> int:
    """The first whole number of steps that changes a gradient by more than a factor 1000."""
    return int(np.floor(3.0 / abs(slope) + 1e-9)) + 1


def _vanishing(rate: float, slope: float, seen: Circumstances) -> str:
    after = _steps_beyond_a_thousand(slope)
    return (
        f"Vanishing: one step back keeps about {percent(rate)} of the gradient; after {after} "
        f"step{'s' if after != 1 else ''} less than a thousandth is left. {_cause(seen)}"
    )


def _cause(seen: Circumstances) -> str:
    """Which of the two factors of a step back is the smaller, and what would raise it."""
    radius, slack, name = seen.spectral_radius, seen.mean_derivative, seen.network.activation
    if CELLS[seen.network.cell].has_c:
        advice = "a forget-gate bias of +1" if slack < _OPEN else "a larger forget-gate bias"
        return f"The forget gate lets {percent(slack)} of ∂L/∂c through on average: try {advice}."
    if CELLS[seen.network.cell].gates:
        return (
            f"The update gate keeps {percent(slack)} of h on average, and the rest goes through "
            "the weights: try a larger radius."
        )
    if slack < min(radius, 0.95):
        bound = ACTIVATIONS[name].bound
        advice = (
            f"{name} never passes more than {bound:g}: try tanh or relu"
            if bound < 1.0
            else f"{name} saturates: try smaller inputs or weights"
            if name == "tanh"
            else f"many {name} units are off: try another seed or init"
        )
        return f"f′(a) is {slack:.2f} on average; {advice}."
    if radius < 1.0:
        return (
            f"The recurrent matrix has spectral radius {radius:.3g}, below 1: "
            "try a radius nearer to 1, or orthogonal weights."
        )
    return (
        f"f′(a) is {slack:.2f} on average and outweighs the spectral radius {radius:.3g}: "
        "try orthogonal weights or smaller inputs."
    )


def _exploding(rate: float, slope: float, seen: Circumstances) -> str:
    after = _steps_beyond_a_thousand(slope)
    return (
        f"Exploding: one step back multiplies the gradient by about {rate:.3g}; after {after} "
        f"step{'s' if after != 1 else ''} it is more than a thousand times larger. The recurrent "
        f"matrix has spectral radius {seen.spectral_radius:.3g}: try a smaller radius, or clip "
        "the gradient by its norm."
    )


def _stable(rate: float) -> str:
    what = _kept(rate, "the gradient")
    return f"Holding: one step back {what}, so early steps still hear late losses."


def _kept(rate: float, what: str) -> str:
    if rate < 1.005:
        return f"keeps about {percent(rate)} of {what}"
    return f"multiplies {what} by about {rate:.3g}"


def _blocked(seen: Circumstances) -> str:
    if CELLS[seen.network.cell].copies and seen.truncation.steps == 1:
        return (
            "Blocked: the context units hold a copy, and a copy passes no gradient. "
            "No loss reaches a step before its own; remove the truncation to let it through."
        )
    return (
        "Blocked: the truncation lets no loss reach a step before its own; "
        "try a longer window, longer chunks, or none."
    )


def _dead(seen: Circumstances) -> str:
    return (
        "Vanishing: most gradients are exactly zero one or more steps back. "
        f"{seen.network.activation} units that are off pass nothing, and neither does a recurrent "
        "matrix of zeros; try another seed, init or activation."
    )
