"""The changes that are tried where gradients vanish, explode or are blocked: one row each.

Every change is a JSON merge patch of the resolved experiment. A row says where it applies by the
values that it offers: none where it does not.
"""

import inspect
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from unrolled.app.situation import Candidate, Patch, Situation
from unrolled.engine import ACTIVATIONS, CELLS, draw_parameters

WIDEST = 16
"""Explicit weights are changed number by number up to so many hidden units."""
_RADII = (0.5, 0.7, 0.9, 1.0, 1.2, 1.5, 2.0)
_DRAWN = "update_bias" in inspect.signature(draw_parameters).parameters
"""Whether drawn weights know a bias of the update gate."""


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
    if seen.drawn or seen.network.hidden_size > WIDEST:
        return []
    now = seen.radius()
    if not now > 0.0:
        return []
    return [float(f"{radius / now:.3g}") for radius in seen.towards(now, _RADII)]


def _rounded(matrix: Any) -> list[list[float]]:
    """Numbers without the last digits, which a product leaves and a link need not hold."""
    return [[float(f"{value:.12g}") for value in row] for row in matrix.tolist()]


def _scaled(seen: Situation, factor: float) -> Patch:
    given = seen.ready.parameters
    names = seen.of_layers(seen.cell.recurrent)
    return {"weights": {name: _rounded(given[name] * factor) for name in names}}


def _other_init(init: str, radii: tuple[float, ...], seen: Situation) -> Sequence[float]:
    fits = not (init == "identity" and seen.cell.feeds_outputs)
    return radii if seen.drawn and seen.weights["init"] != init and fits else ()


def _drawn_as(init: str, seen: Situation, radius: float) -> Patch:
    return {"weights": {"init": init, "spectral_radius": radius}}


def _drawn_words(what: str, seen: Situation, radius: float) -> str:
    return what if radius == 1.0 else f"{what}, radius {_plain(radius)}"


def _identity_fits(seen: Situation) -> Sequence[float]:
    plain = not (seen.drawn or seen.cell.gates or seen.cell.feeds_outputs)
    if not plain or not 1 < seen.network.hidden_size <= WIDEST:
        return ()
    one = np.eye(seen.network.hidden_size)
    names = seen.of_layers("W_hh")
    return () if all(np.array_equal(seen.ready.parameters[n], one) for n in names) else (1.0,)


def _identity(seen: Situation, value: float) -> Patch:
    one = np.eye(seen.network.hidden_size).tolist()
    return {"weights": dict.fromkeys(seen.of_layers("W_hh"), one)}


# --- activations ----------------------------------------------------------------------------------


def _other_activation(name: str, seen: Situation) -> Sequence[float]:
    return () if seen.cell.gates or seen.network.activation == name else (1.0,)


def _activated(name: str, seen: Situation, value: float) -> Patch:
    return {"network": {"activation": name}}


def _said(words: str, seen: Situation, value: float) -> str:
    return words


# --- gates ----------------------------------------------------------------------------------------


_BIASES = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 8.0)


def _biases(gate: str, field: str, seen: Situation) -> list[float]:
    if gate not in seen.cell.biases:
        return []
    if seen.drawn:
        if field not in seen.weights:
            return []
        said = seen.weights[field]
        now = said[-1] if isinstance(said, list) else said  # one for all layers, or each its own
    elif seen.network.hidden_size <= WIDEST:
        now = 0.0
    else:
        return []
    values = seen.towards(now, _BIASES)
    return values if seen.grows else seen.likely(values)


def _biased(gate: str, field: str, seen: Situation, bias: float) -> Patch:
    if seen.drawn:
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

_BIAS = {"lstm": "forget_bias"} | ({"gru": "update_bias"} if _DRAWN else {})
_GATE = {"lstm": "forget", "gru": "update"}
_CELL = {"lstm": "LSTM", "gru": "GRU", "simple": "simple cell"}


_KEPT = 1.2
"""So far above ln T a bias of another cell may lie: a gate that never opens learns nothing."""


def _other_cell(name: str, seen: Situation) -> Sequence[float]:
    """The biases with which another cell is tried."""
    same = seen.network.cell == name or (name == "simple" and seen.network.cell == "elman")
    if same or not seen.drawn:
        return ()
    if seen.verdict == "blocked" and not _lets_through(name, seen):
        return ()
    if seen.grows or name not in _BIAS:
        return (0.0,)
    most = math.log(seen.ready.sequence.steps) + _KEPT
    return seen.likely(bias for bias in (0.0, 1.0, 3.0, 5.0, 8.0) if bias <= max(0.0, most))


def _lets_through(name: str, seen: Situation) -> bool:
    """Whether another cell has no copy where the present one's is the truncation."""
    own = seen.cell.default_truncation
    return bool(seen.ready.truncation == own != CELLS[name].default_truncation)


def _celled(name: str, seen: Situation, bias: float) -> Patch:
    """Another cell, and away with what only the former one takes."""
    patch: Patch = {"network": {"cell": name}}
    if CELLS[name].gates and seen.network.activation != "tanh":
        patch["network"]["activation"] = "tanh"
    weights: dict[str, float | None] = {
        field: None for field in _BIAS.values() if seen.weights.get(field)
    }
    if bias:
        weights[_BIAS[name]] = bias
    if weights:
        patch["weights"] = weights
    if _lets_through(name, seen):
        patch["truncation"] = None
    if seen.ready.resolved["sequence"].get("c_0") is not None and not CELLS[name].has_c:
        patch["sequence"] = {"c_0": None}
    return patch


def _cell_words(name: str, seen: Situation, bias: float) -> str:
    return _CELL[name] + (f" with {_GATE[name]}-gate bias {_plain(bias)}" if bias else "")


CANDIDATES: tuple[Candidate, ...] = (
    Candidate(
        "truncation",
        lambda seen: (1.0,) if seen.cut and not seen.grows else (),
        lambda seen, value: {"truncation": {"kind": "none", "steps": None}},
        lambda seen, value: "no truncation",
        unblocks=True,
    ),
    Candidate(
        "forget",
        partial(_biases, "forget", "forget_bias"),
        partial(_biased, "forget", "forget_bias"),
        partial(_bias_words, "forget"),
    ),
    Candidate(
        "update",
        partial(_biases, "update", "update_bias"),
        partial(_biased, "update", "update_bias"),
        partial(_bias_words, "update"),
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
        for name in ("lstm", "gru", "simple")
    ),
    Candidate(
        "orthogonal",
        partial(_other_init, "orthogonal", (1.0, 1.2)),
        partial(_drawn_as, "orthogonal"),
        partial(_drawn_words, "orthogonal weights"),
        draws=True,
    ),
    Candidate(
        "identity",
        partial(_other_init, "identity", (1.0,)),
        partial(_drawn_as, "identity"),
        partial(_drawn_words, "identity recurrent weights"),
        draws=True,
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
            partial(_said, words),
        )
        for name, words in (("tanh", "tanh"), ("relu", "ReLU"), ("linear", "linear units"))
        if name in ACTIVATIONS
    ),
)
"""The likely ones first: each row's first value is tried before any row's second. Of two that are
as good the first is listed first."""
