"""Answers to many experiments, computed in this process, and what is followed in them."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from unrolled.app.canonical import canonical
from unrolled.app.job import answer
from unrolled.app.presets import PRESETS
from unrolled.app.schemas import Experiment
from unrolled.engine import CELLS, TOPOLOGIES

Json = dict[str, Any]

TRUNCATIONS: tuple[Json | None, ...] = (
    None,
    {"kind": "none"},
    {"kind": "window", "steps": 3},
    {"kind": "chunk", "steps": 4},
    {"kind": "window", "steps": 1},
)
CLIPS: tuple[Json, ...] = (
    {"rule": "none"},
    {"rule": "norm", "max_norm": 0.5},
    {"rule": "value", "max_value": 0.01},
    {"rule": "backward", "max_norm": 0.05},
    {"rule": "norm", "max_norm": 0.1, "per_sample": True},
    {"rule": "value", "max_value": 1e6},
    {"rule": "norm", "max_norm": 1e6, "per_sample": True},
)
PER_PARAMETER: tuple[Json, ...] = (
    {"rule": "per-parameter", "max_norm": 0.5},
    {"rule": "per-parameter", "max_norm": 1e6},
    {"rule": "per-parameter", "max_norm": 0.1, "per_sample": True},
    {"rule": "per-parameter", "max_norm": 1e6, "per_sample": True},
)
ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")
RADII = (0.9, 0.3, 1.0, 1.8, None)
LSTM: Json = {"network": {"cell": "lstm", "hidden_size": 6}}
ONE: Json = {"input_size": 1, "hidden_size": 1, "output_size": 1}


def answered(request: Json) -> Json:
    """What the service answers."""
    flow: Json = json.loads(answer(canonical(Experiment.model_validate(request))))
    for gradient in flow["parameter_gradients"].values():
        gradient["value"] = None  # no sentence has to do with single numbers
    return flow


def grid() -> Iterator[Json]:
    """Every cell, wiring, length and followed loss, the rest going round beside them."""
    places = itertools.product(CELLS, TOPOLOGIES, (1, 2, 20), ("all", "first", "last"))
    for n, (cell, topology, length, follow) in enumerate(places):
        steps = 1 if TOPOLOGIES[topology].single else length
        emits_all = topology in ("many-to-many", "one-to-many")
        gated = bool(CELLS[cell].gates)
        first = 1 if emits_all else steps
        if length > steps or (follow == "first" and first == steps):
            continue  # the same as another one
        yield {
            "network": {
                "cell": cell,
                "topology": topology,
                "activation": "tanh" if gated else ACTIVATIONS[n % 4],
                "hidden_size": 1 + n % 5,
                "num_layers": 1 + (n % 7 == 0),
            },
            "weights": {
                "spectral_radius": RADII[n % len(RADII)],
                "init": ("normal", "orthogonal")[n % 2],
            },
            "sequence": {"kind": "random", "steps": steps, "batch_size": 1 + 2 * (n % 3 == 1)},
            "loss": ("cross-entropy", "squared-error")[n % 2],
            "truncation": TRUNCATIONS[n % len(TRUNCATIONS)],
            "clip": CLIPS[n % len(CLIPS)],
            "follow": {"all": None, "first": first, "last": steps}[follow],
        }


def chain(w: float, steps: int, **others: Any) -> Json:
    """One unit, h_t = f(w h_{t−1} + x_t)."""
    return {
        "network": {"topology": "many-to-one", "activation": "linear", **ONE, **others},
        "weights": {"kind": "explicit", "W_xh": [[1.0]], "W_hh": [[w]], "b_h": [0.0],
                    "W_hy": [[1.0]], "b_y": [0.0]},
        "sequence": {"kind": "explicit", "inputs": [[[1.0]]] * steps, "targets": [[[0.5]]]},
        "loss": "squared-error",
        "follow": steps,
    }  # fmt: skip


def corners() -> Iterator[Json]:
    """Sizes and places where words are easily wrong."""
    for w in (1.0, 1.1, 0.9, -1.0, 0.0, 1e-7, 1e3, 1.0000001, 0.9999999, 1.002):
        yield chain(w, 60)
    yield chain(3.0, 40, activation="relu") | {"clip": {"rule": "norm", "max_norm": 1.0}}
    yield chain(1e200, 3)  # a state leaves the range of a double
    yield chain(1e3, 90) | {"clip": {"rule": "norm", "max_norm": 1e-3}}
    off = chain(0.9, 15, activation="relu")
    off["sequence"]["inputs"][8] = [[-50.0]]
    yield off
    silent = chain(0.9, 5)
    silent["weights"]["W_hy"] = [[0.0]]
    yield silent | {"clip": {"rule": "value", "max_value": 1.0}}
    for clip, name in itertools.product(PER_PARAMETER, ("softsign", "leaky-relu", "gelu")):
        yield {
            "network": {"activation": name},
            "sequence": {"kind": "random", "steps": 9, "batch_size": 3},
            "loss": "huber" if name == "gelu" else "binary-cross-entropy",
            "clip": clip,
            "follow": 9,
        }
    for bias, steps in ((5.0, 100), (3.0, 20), (-4.0, 20)):
        yield LSTM | {
            "weights": {"forget_bias": bias},
            "sequence": {"kind": "random", "steps": steps},
            "follow": steps,
        }
    for seed, activation in itertools.product(range(4), ("linear", "tanh")):
        yield {
            "network": {"activation": activation, "hidden_size": 8},
            "weights": {"init": "orthogonal", "spectral_radius": 1.0, "seed": seed},
            "follow": 20,
        }
    long = {"kind": "random", "steps": 600}
    yield {"sequence": long, "follow": 600, "window": {"first": 590, "last": 600}}


def answers() -> list[Json]:
    """Of the grid, the corners and the page's examples."""
    examples = [preset.experiment.model_dump() for preset in PRESETS]
    return [answered(request) for request in (*grid(), *corners(), *examples)]


def follows_all(flow: Json) -> bool:
    return follow_of(flow) is None and len(losses(flow)) > 1


def losses(flow: Json) -> list[int]:
    return [n + 1 for n, loss in enumerate(flow["step_losses"]) if loss is not None] or (
        flow["itemized"]["loss_steps"]
    )


def follow_of(flow: Json) -> int | None:
    follow: int | None = flow["experiment"]["follow"]
    if follow is not None and follow > flow["steps"]:
        return losses(flow)[-1] if losses(flow) else None
    return follow


def followed_state(flow: Json) -> tuple[list[Any], int]:
    """log₁₀ of the followed gradient of the whole state, c beside h, and where it enters."""
    row, entry = followed(flow)
    states = flow["itemized"]["state_log10_norm"]
    if states and not follows_all(flow) and entry in flow["itemized"]["loss_steps"]:
        return states[flow["itemized"]["loss_steps"].index(entry)], entry
    return row, entry


def followed(flow: Json) -> tuple[list[Any], int]:
    """log₁₀ of the followed gradient of h at every step, and where it enters."""
    follow = follow_of(flow)
    entry = follow or (losses(flow) or [flow["steps"]])[-1]
    if follow is None:
        return flow["hidden_gradient"]["log10_norm"], entry
    itemized = flow["itemized"]
    if len(itemized["steps"]) < flow["steps"]:
        return flow["followed_gradient"]["log10_norm"], entry
    return itemized["log10_norm"][itemized["loss_steps"].index(follow)], entry
