"""What a batch showed of a Keras model, as the snapshot that is analysed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from unrolled.watch.keras_batch import Called, Seen, numbers
from unrolled.watch.keras_layers import Found, named
from unrolled.watch.snapshot import Call, Module, Numbers


class Holes(Exception):
    """A mask leaves out steps between others."""


def module_of(found: Found, seen: Seen) -> Module:
    """A layer, with its calls and the gradient that the backend made of its weights."""
    module = found.described()
    module.refused = found.refused
    if module.refused is not None:
        return module
    dtype = "float32" if module.dtype == "bfloat16" else module.dtype
    weights = {
        name: numbers(ops.cast(variable.value, module.dtype)).astype(dtype)
        for name, variable in found.variables.items()
    }
    module.weights = {k: one for k, one in named(module, dict(weights)).items() if one is not None}
    if "bias_ih_l0" in module.weights and "bias_hh_l0" not in module.weights:
        module.weights["bias_hh_l0"] = np.zeros_like(module.weights["bias_ih_l0"])
    gradients = {name: seen.gradients.get(id(one)) for name, one in found.variables.items()}
    module.gradients = named(module, gradients)
    own = [call for call in seen.calls if call.found is found]
    try:
        calls = [call_of(call) for call in own]
    except Holes:
        module.refused = "Its mask leaves out steps between others; before and after them it may."
        return module
    module.calls = [call for call in calls if call is not None]
    if not own:
        module.refused = "The batch does not go through it."
    elif not module.calls:
        module.refused = "Its mask leaves every step out."
    return module


def call_of(called: Called) -> Call | None:
    """One call, time-major; one with a mask as a packed sequence; None where nothing counts.

    What lies past a sample's end shows its last state again: a gradient there is one of that state.

    Raises:
        Holes: where a mask leaves out steps between others.
    """
    layer = called.found.layer
    x, mask = called.x, called.mask
    if layer.go_backwards:
        x, mask = x[:, ::-1], None if mask is None else mask[:, ::-1]
    given, of_state = called.gradients[0], called.gradients[1:]
    of_h, of_c = (*of_state, None, None)[:2]
    if mask is None:
        outputs, last = (given, None) if layer.return_sequences else (None, given)
        h = _sum(last, of_h)
        states = [one[np.newaxis] for one in called.states]
        return Call(
            x=_time_major(x),
            h_0=states[0] if states else None,
            c_0=states[1] if len(states) > 1 else None,
            output_gradient=None if outputs is None else _time_major(outputs),
            h_gradient=None if h is None else h[np.newaxis],
            c_gradient=None if of_c is None else of_c[np.newaxis],
        )
    return _packed(called, x, mask, given, (of_h, of_c))


def _packed(
    called: Called, x: Numbers, mask: Numbers, given: Numbers, of_state: Sequence[Numbers | None]
) -> Call | None:
    lengths = mask.sum(axis=1)
    starts = mask.argmax(axis=1)
    ends = starts + lengths
    steps = np.arange(mask.shape[1])
    if not (mask == ((steps >= starts[:, None]) & (steps < ends[:, None]))).all():
        raise Holes
    order = np.argsort(-lengths, kind="stable")[: int((lengths > 0).sum())]
    if not len(order):
        return None
    layer = called.found.layer
    h = of_state[0]
    if layer.return_sequences:
        given = given.copy()
        if not layer.zero_output_for_mask:
            for n in order:
                given[n, ends[n] - 1] += given[n, ends[n] :].sum(axis=0)
    else:
        shown = mask[:, -1:] | (not layer.zero_output_for_mask)
        h = _sum(np.where(shown, given, 0.0).astype(given.dtype), h)
    sizes = [int((lengths > t).sum()) for t in range(int(lengths.max()))]
    at = [(order[:size], starts[order[:size]] + t) for t, size in enumerate(sizes)]

    def packed(values: Numbers) -> Numbers:
        return np.concatenate([values[n, t] for n, t in at])

    states = [one[order][np.newaxis] for one in called.states]
    c = of_state[1]
    return Call(
        x=packed(x),
        batch_sizes=sizes,
        h_0=states[0] if states else None,
        c_0=states[1] if len(states) > 1 else None,
        output_gradient=packed(given) if layer.return_sequences else None,
        h_gradient=None if h is None else h[order][np.newaxis],
        c_gradient=None if c is None else c[order][np.newaxis],
    )


def _time_major(values: Numbers) -> Numbers:
    return np.ascontiguousarray(values.swapaxes(0, 1))


def _sum(a: Numbers | None, b: Numbers | None) -> Numbers | None:
    return b if a is None else a if b is None else a + b


def clipping_of(optimizer: Any, gradients: Sequence[Numbers | None]) -> dict[str, Any] | None:
    """What the optimizer's clipping does with the batch's gradient; None where it has none.

    ``clipnorm`` holds every variable by itself, for which a report has no place.
    """
    rule, threshold = "norm", getattr(optimizer, "global_clipnorm", None)
    if threshold is None:
        rule, threshold = "value", getattr(optimizer, "clipvalue", None)
    found = [np.asarray(one, dtype=np.float64).ravel() for one in gradients if one is not None]
    if threshold is None or not found:
        return None
    g = np.concatenate(found)
    before, threshold = float(np.linalg.norm(g)), float(threshold)
    size = before if rule == "norm" else float(np.abs(g).max())
    after = min(before, threshold)
    if rule == "value":
        after = float(np.linalg.norm(np.clip(g, -threshold, threshold)))
    return {
        "rule": rule,
        "threshold": threshold,
        "log10_before": _log10(before),
        "log10_after": _log10(after),
        "engaged": size > threshold,
    }


def log10_norm(gradients: Sequence[Numbers | None]) -> float | None:
    """log₁₀ ‖g‖ of the batch's gradient of all variables that are trained."""
    parts = [float(np.linalg.norm(one.astype(np.float64))) for one in gradients if one is not None]
    return _log10(math.hypot(*parts))


def weights_of(layers: Sequence[Found]) -> dict[str, Numbers]:
    """A copy of every recurrent parameter, in float64 and under the names of the proof."""
    found: dict[str, Numbers] = {}
    for one in layers:
        if one.refused is not None:
            continue
        module = one.described()
        values = {name: numbers(v.value).astype(float) for name, v in one.variables.items()}
        found |= {
            module.full(k): w for k, w in named(module, dict(values)).items() if w is not None
        }
    return found


def _log10(value: float) -> float | None:
    return math.log10(value) if 0.0 < value < math.inf else None
