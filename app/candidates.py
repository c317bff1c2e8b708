"""The changes that are tried where gradients vanish, explode or are blocked: one row each.

Every change is a JSON merge patch of the resolved experiment. A row says where it applies by the
values that it offers: none where it does not.
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from unrolled.app.situation import Candidate, Patch, Situation
from unrolled.app.vocabulary import biases, every_bias, taken_activations
from unrolled.engine import ACTIVATIONS, CELLS, INITS, Truncation

WIDEST = 16
"""Explicit weights are changed number by number up to so many hidden units."""
_RADII = (0.5, 0.7, 0.9, 1.0, 1.2, 1.5, 2.0)


def _plain(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


# --- weights --------------------------------------------------------------------------------------


def _radii(seen: Situation) -> list[float]:
    if not seen.drawn:
        return []
    return seen.towards(_radius(seen), _RADII)


def _radius(seen: Situation) -> float:
    said = seen.weights["spectral_radius"] if seen.drawn else None
    return seen.radius() if said is None else float(said)


def _factors(seen: Situation) -> list[float]:
    able = seen.filed or (seen.numbered and seen.network.hidden_size <= WIDEST)
    if not able:
        return []
    now = seen.radius()
    if not now > 0.0:
        return []
    return [float(f"{radius / now:.3g}") for radius in seen.towards(now, _RADII)]


def _rounded(matrix: Any) -> list[list[float]]:
    """Numbers without the last digits, which a product leaves and a link need not hold."""
    return [[float(f"{value:.12g}") for value in row] for row in matrix.tolist()]


def _scaled(seen: Situation, factor: float) -> Patch:
    if seen.filed:
        return {"weights": {"recurrent_scale": factor * seen.weights.get("recurrent_scale", 1.0)}}
    given = seen.ready.parameters
    names = seen.of_layers(seen.cell.recurrent)
    return {"weights": {name: _rounded(given[name] * factor) for name in names}}


def _other_init(init: str, seen: Situation) -> Sequence[float]:
    fixed = INITS[init].fixed
    if not seen.drawn or seen.weights["init"] == init or (fixed and seen.cell.feeds_outputs):
        return ()
    return (1.0,) if fixed else (1.0, 1.2)


def _drawn_as(init: str, seen: Situation, radius: float) -> Patch:
    """Another init, and away with what only the former one takes."""
    weights: dict[str, Any] = {"init": init, "spectral_radius": radius}
    if "t_max" in seen.weights and not INITS[init].takes_length:
        weights["t_max"] = None
    return {"weights": weights}


def _drawn_words(what: str, seen: Situation, radius: float) -> str:
    return what if radius == 1.0 else f"{what}, radius {_plain(radius)}"


def _identity_fits(seen: Situation) -> Sequence[float]:
    plain = seen.numbered and not (seen.cell.gates or seen.cell.feeds_outputs)
    if not plain or not 1 < seen.network.hidden_size <= WIDEST:
        return ()
    one = np.eye(seen.network.hidden_size)
    names = seen.of_layers(seen.cell.recurrent)
    return () if all(np.array_equal(seen.ready.parameters[n], one) for n in names) else (1.0,)


def _identity(seen: Situation, value: float) -> Patch:
    one = np.eye(seen.network.hidden_size).tolist()
    return {"weights": dict.fromkeys(seen.of_layers(seen.cell.recurrent), one)}


# --- activations ----------------------------------------------------------------------------------


def _other_activation(name: str, seen: Situation) -> Sequence[float]:
    return () if seen.cell.gates or seen.network.activation == name else (1.0,)


def _activated(name: str, seen: Situation, value: float) -> Patch:
    return {"network": {"activation": name}}


def _said(words: str, seen: Situation, value: float) -> str:
    return words


# --- gates ----------------------------------------------------------------------------------------


_BIASES = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 8.0)


def _sign(cell: Any, gate: str) -> float:
    """−1 of a gate that writes over the state the more it opens, where 1 is one that keeps it."""
    return float(cell.keeping[gate])


def _biases(gate: str, field: str, seen: Situation) -> list[float]:
    if gate not in seen.cell.biases:
        return []
    if seen.drawn:
        said = seen.weights[field]
        now = said[-1] if isinstance(said, list) else said  # one for all layers, or each its own
        now *= _sign(seen.cell, gate)
    elif seen.filed:
        now = seen.weights.get(field, 0.0) * _sign(seen.cell, gate)
    elif seen.numbered and seen.network.hidden_size <= WIDEST:
        now = 0.0
    else:
        return []
    values = seen.towards(now, _BIASES)
    values = values if seen.grows else seen.likely(values)
    return [_sign(seen.cell, gate) * value + 0.0 for value in values]  # no −0


def _biased(gate: str, field: str, seen: Situation, bias: float) -> Patch:
    if seen.drawn or seen.filed:
        return {"weights": {field: bias}}
    hidden = seen.network.hidden_size
    added = np.zeros(len(seen.cell.gates) * hidden)
    added[seen.cell.rows("b_h", gate, hidden)] = bias
    names = seen.of_layers("b_h")
    return {"weights": {name: (seen.ready.parameters[name] + added).tolist() for name in names}}


def _bias_words(gate: str, seen: Situation, bias: float) -> str:
    if seen.drawn:
        return f"{gate}-gate bias {_plain(bias)}"
    return f"{gate}-gate biases {'+' if bias > 0 else ''}{_plain(bias)}"


# --- cells ----------------------------------------------------------------------------------------


def _alike(one: Any, other: Any) -> bool:
    """Whether two cells have the same gates and states: what differs is a truncation, or little."""
    said = ("gates", "feeds_outputs", "has_c")
    return all(getattr(one, each) == getattr(other, each) for each in said)


def _tried() -> list[str]:
    """The cells that let a gradient through, those with gates first, and of like ones the first."""
    passing = sorted(
        (name for name, cell in CELLS.items() if not cell.copies),
        key=lambda name: not CELLS[name].gates,
    )
    return [
        name
        for n, name in enumerate(passing)
        if not any(_alike(CELLS[name], CELLS[other]) for other in passing[:n])
    ]


_KEPT = 1.2
"""So far above ln T a bias of another cell may lie: a gate that never opens learns nothing."""


def _other_cell(name: str, seen: Situation) -> Sequence[float]:
    """The biases with which another cell is tried."""
    if _alike(CELLS[name], seen.cell) or not seen.drawn:
        return ()
    if seen.verdict == "blocked" and not _lets_through(name, seen):
        return ()
    if seen.grows or not biases(CELLS[name]):
        return (0.0,)
    most = math.log(seen.ready.sequence.steps) + _KEPT
    likely = seen.likely(bias for bias in (0.0, 1.0, 3.0, 5.0, 8.0) if bias <= max(0.0, most))
    sign = _sign(CELLS[name], biases(CELLS[name])[0].gate)
    return [sign * bias + 0.0 for bias in likely]


def _lets_through(name: str, seen: Situation) -> bool:
    """Whether another cell has no copy where the present one's is the truncation."""
    own = seen.cell.default_truncation
    return bool(seen.ready.truncation == own != CELLS[name].default_truncation)


def _celled(name: str, seen: Situation, bias: float) -> Patch:
    """Another cell, and away with what only the former one takes."""
    patch: Patch = {"network": {"cell": name}}
    taken = taken_activations(name)
    if seen.network.activation not in taken:
        patch["network"]["activation"] = taken[0]
    if seen.network.projection_size is not None and not CELLS[name].projects:
        patch["network"]["projection_size"] = None
    weights: dict[str, float | None] = {
        one.field: None for one in every_bias() if seen.weights.get(one.field)
    }
    if bias:
        weights[biases(CELLS[name])[0].field] = bias
    if weights:
        patch["weights"] = weights
    if _lets_through(name, seen):
        patch["truncation"] = None
    if seen.ready.resolved["sequence"].get("c_0") is not None and not CELLS[name].has_c:
        patch["sequence"] = {"c_0": None}
    return patch


def _cell_words(name: str, seen: Situation, bias: float) -> str:
    cell = CELLS[name]
    called = f"{cell.label} cell" if cell.label.islower() else cell.label
    return called + (f" with {biases(cell)[0].gate}-gate bias {_plain(bias)}" if bias else "")


CANDIDATES: tuple[Candidate, ...] = (
    Candidate(
        "truncation",
        lambda seen: (1.0,) if seen.cut and not seen.grows else (),
        lambda seen, value: {"truncation": {"kind": Truncation().kind, "steps": None}},
        lambda seen, value: "no truncation",
        unblocks=True,
    ),
    *(
        Candidate(
            bias.gate,
            partial(_biases, bias.gate, bias.field),
            partial(_biased, bias.gate, bias.field),
            partial(_bias_words, bias.gate),
        )
        for bias in every_bias()
    ),
    Candidate(
        "radius",
        _radii,
        lambda seen, radius: {"weights": {"spectral_radius": radius}},
        lambda seen, radius: f"radius {_plain(radius)}",
        searched=True,
        start=_radius,
    ),
    Candidate(
        "scale",
        _factors,
        _scaled,
        lambda seen, factor: f"recurrent weights × {_plain(factor)}",
        searched=True,
        start=lambda seen: 1.0,
    ),
    *(
        Candidate(
            name,
            partial(_other_cell, name),
            partial(_celled, name),
            partial(_cell_words, name),
            draws=True,
            unblocks=True,
        )
        for name in _tried()
    ),
    *(
        Candidate(
            name,
            partial(_other_init, name),
            partial(_drawn_as, name),
            partial(_drawn_words, row.keeping),
            draws=True,
        )
        for name, row in INITS.items()
        if row.keeping
    ),
    Candidate(
        "identity-given",
        _identity_fits,
        _identity,
        lambda seen, value: "the identity as recurrent weights",
    ),
    *(
        Candidate(
            name,
            partial(_other_activation, name),
            partial(_activated, name),
            partial(_said, (row.label or name) if row.symbol else f"{name} units"),
        )
        for name, row in ACTIVATIONS.items()
        if row.bound >= 1.0
    ),
)
"""The likely ones first: each row's first value is tried before any row's second. Of two that are
as good the first is listed first."""
