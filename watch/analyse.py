"""A snapshot becomes a report: the proof of every parameter, and the flow of a few sequences."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import numpy as np

from unrolled.engine import ForwardOverflow, GradientFlow, InvalidInput, Network, gradient_flow
from unrolled.watch.both_ways import first_not_finite_both_ways, flow_both_ways
from unrolled.watch.chains import NotJoined, chains, joined
from unrolled.watch.convert import Refused, network_of, parameters_of, sampled, sequence_of
from unrolled.watch.layout import Array, Batch, IntArray, batch_of
from unrolled.watch.recompute import Recomputed, recompute
from unrolled.watch.snapshot import Module, Snapshot
from unrolled.watch.written import asked_of, experiment_of, flow_report, plain

BOUNDS = {"float64": 1e-9, "float32": 1e-4, "float16": 5e-2, "bfloat16": 2e-1}
"""Up to which relative difference a recomputed gradient is the framework's, by the dtype."""
GROWN = 1e3
"""A gradient that grows more than so many times takes the rounding of its dtype along."""
SAMPLED = 4
"""Sequences of a batch whose rows are itemized."""
MOST_PRODUCTS = 4e9
"""Multiplications that the itemized rows of one report may take, about; fewer are sampled above."""


def analyse(snapshot: Snapshot, most: int = SAMPLED) -> dict[str, Any]:
    """The report of one sampled step.

    Args:
        snapshot: what was captured.
        most: sequences whose rows are itemized.
    """
    started = time.perf_counter()
    modules = [_module(module, most, snapshot.owner) for module in snapshot.modules]
    return {
        "update": snapshot.update,
        "time": snapshot.time,
        "loss": plain(snapshot.loss),
        "log10_gradient": plain(snapshot.log10_gradient),
        "clipping": snapshot.clipping,
        "learning_rate": snapshot.learning_rate,
        "optimizer": snapshot.optimizer,
        "steps_taken": {
            name: None
            if norms is None or not all(map(math.isfinite, norms))
            else {"log10_weight": _log10(norms[0]), "log10_step": _log10(norms[1])}
            for name, norms in snapshot.steps_taken.items()
        },
        "modules": modules,
        "seconds": {
            "capture": round(snapshot.seconds, 6),
            "analysis": round(time.perf_counter() - started, 6),
        },
    }


def _module(module: Module, most: int, owner: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": module.name,
        "kind": module.kind,
        "layers": module.layers,
        "bidirectional": module.bidirectional,
        "input_size": module.input_size,
        "hidden_size": module.hidden_size,
        "steps": None,
        "batch": None,
        "sampled": 0,
        "dtype": module.dtype,
        "loss_scale": module.loss_scale,
        "micro_batches": module.micro_batches,
        "more_micro_batches": module.more,
        "proof": {module.full(name): None for name in module.gradients},
        "trusted": False,
        "why_not": module.refused,
        "first_not_finite": None,
        "flow": None,
    }
    if module.refused is not None:
        return found
    with np.errstate(all="ignore"):
        batches = [batch_of(module, call) for call in module.calls]
        recomputed = [recompute(module, batch) for batch in batches]
        chain = chains(module)[0]
        found["steps"] = sum(batches[n].steps for n in chain)
        found["batch"] = len(batches[chain[0]].lengths)
        found["proof"], found["why_not"] = _proof(module, batches, recomputed, owner)
        found["trusted"] = found["why_not"] is None
        found["first_not_finite"] = _first_not_finite(module, batches, recomputed, chain)
    if found["first_not_finite"] is not None:
        held = found["first_not_finite"]["parameters"]
        ours = f"{held[0]} itself holds NaN or infinity." if held else None
        found["why_not"] = ours or found["why_not"] or "A number in it is not finite."
        found["trusted"] = False
        return found
    try:
        if any(call.derived for call in module.calls[1:]):
            raise NotJoined
        if module.bidirectional and len(chain) > 1:
            raise Refused(
                "A bidirectional module is called with the state of an earlier call: what reads "
                "backward in time then begins anew in each, and they are not one sequence."
            )
        batch = joined(module, [batches[n] for n in chain], [recomputed[n] for n in chain])
        samples = sampled(batch, _affordable(module, batch, most))
        found["flow"] = _flow(module, network_of(module), batch, samples)
        found["sampled"] = len(samples)
    except (Refused, InvalidInput, ForwardOverflow) as error:
        found["why_not"] = found["why_not"] or str(error)
    except NotJoined:
        found["why_not"] = found["why_not"] or (
            "Its state is changed between two calls, or a gradient enters at c there: they are not "
            "one sequence."
        )
    return found


def _flow(module: Module, network: Network, batch: Batch, samples: IntArray) -> dict[str, Any]:
    """The flow of some samples, and that of the last gradient that enters by itself."""
    if network.bidirectional:
        return flow_both_ways(module, network, batch, samples) | {"experiment": asked_of(network)}
    parameters = parameters_of(module)
    sequence = sequence_of(module, network, batch, samples)
    flow: GradientFlow = gradient_flow(
        network, parameters, sequence, loss="given", graph=False, lyapunov=False
    )
    experiment = experiment_of(network, flow)
    written = flow_report(flow) | {"experiment": experiment}
    if experiment["follow"] is None:
        return written
    alone = gradient_flow(
        network,
        parameters,
        sequence_of(module, network, batch, samples, only=experiment["follow"]),
        loss="given",
        itemized=False,
        spectral=False,
        graph=False,
    )
    return written | {
        "followed_gradient": plain(alone.hidden_gradient),
        "followed_cell_gradient": plain(alone.cell_gradient),
    }


def _proof(
    module: Module, batches: list[Batch], recomputed: list[Recomputed], owner: str
) -> tuple[dict[str, float | None], str | None]:
    """‖ours − theirs‖ / ‖theirs‖ of every parameter, and why it is not trusted."""
    bound = BOUNDS.get(module.dtype, 1e-4)
    proof: dict[str, float | None] = {}
    worst, of = 0.0, ""
    for name, theirs in module.gradients.items():
        if theirs is None:
            proof[module.full(name)] = None
            continue
        ours = np.sum([one.gradients[name] for one in recomputed], axis=0)
        difference = _relative(ours, np.asarray(theirs, dtype=np.float64))
        proof[module.full(name)] = plain(difference)
        if not difference <= worst:
            worst, of = difference, name
    if not any(theirs is not None for theirs in module.gradients.values()):
        causes = module.doubts or ["they are frozen, or computed from other parameters"]
        whose = owner[0].upper() + owner[1:].removesuffix("'s")
        return proof, f"{whose} left no gradient on its weights: {' and '.join(causes)}."
    if worst <= bound:
        return proof, None
    if not math.isfinite(worst):
        scaled = f" under a loss scale of {module.loss_scale:g}" if module.loss_scale else ""
        return proof, f"The gradient is not finite{scaled}."
    grown = _growth(batches, recomputed)
    causes = module.doubts or [
        f"rounding, for what enters grows {grown:.0e} times on its way back"
        if grown > GROWN
        else "a second loss that uses the weights themselves, a hook, or a forward pass of its own"
    ]
    shown = module.names.get(of, of)
    return proof, (
        f"∂L/∂{shown} as recomputed is {_percent(worst)} away from {owner}, more than "
        f"{module.dtype} allows; likely: {' and '.join(causes)}."
    )


def _growth(batches: list[Batch], recomputed: list[Recomputed]) -> float:
    """‖∂L/∂h_0‖ beside the largest ‖∂L/∂output_t‖, of the call where it is most."""
    largest = 0.0
    for batch, found in zip(batches, recomputed, strict=True):
        entering = np.sqrt((batch.output_gradient**2).sum(axis=(1, 2)).max(initial=0.0))
        if entering > 0.0:
            largest = max(largest, float(np.linalg.norm(found.h_0_gradient) / entering))
    return largest


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %" if share >= 0.001 else f"{share:.0e} of it"


def _relative(ours: Array, theirs: Array) -> float:
    if not (np.isfinite(theirs).all() and np.isfinite(ours).all()):
        return math.inf
    size = float(np.linalg.norm(theirs))
    difference = float(np.linalg.norm(ours - theirs))
    return 0.0 if difference == 0.0 else difference / size if size else math.inf


def _first_not_finite(
    module: Module, batches: list[Batch], recomputed: list[Recomputed], chain: list[int]
) -> dict[str, Any] | None:
    """Where a number first left the range of the module's dtype: layer from 0, step from 1.

    A weight that holds one is named, for every number after it follows from it. Else forward in
    time the input and the states; else of the gradient that enters the last step that has one, for
    it travels backward.
    """
    held = [name for name, w in module.weights.items() if not np.isfinite(w).all()]
    if held:
        numbered = re.search(r"_l(\d+)", held[0])
        return {
            "layer": int(numbered[1]) if numbered else 0,
            "step": 1,
            "quantity": "weight",
            "parameters": [module.full(name) for name in held],
        }
    largest = float(np.finfo("float32" if module.dtype == "bfloat16" else module.dtype).max)
    if module.bidirectional:
        seen_there = (
            first_not_finite_both_ways(module, batches[n], recomputed[n], largest) for n in chain
        )
        first = next((one for one in seen_there if one is not None), None)
        return None if first is None else first | {"parameters": []}
    before = 0
    for n in chain:
        batch, found = batches[n], recomputed[n]
        seen = [(0, "x", batch.x)]
        for layer in range(module.layers):
            seen.append((layer, "h", found.h[layer]))
            seen += [(layer, "c", found.c[layer])] if found.c else []
        steps = [(_first(values, largest), layer, name) for layer, name, values in seen]
        met = [(step, layer, name) for step, layer, name in steps if step is not None]
        if met:
            step, layer, name = min(met, key=lambda one: one[0])
            return {"layer": layer, "step": before + step, "quantity": name, "parameters": []}
        before += batch.steps
    for n in reversed(chain):
        before -= batches[n].steps
        bad = np.flatnonzero(~np.isfinite(batches[n].output_gradient).all(axis=(1, 2)))
        states = batches[n].h_gradient, batches[n].c_gradient
        if len(bad) or not all(np.isfinite(one).all() for one in states):
            step = before + (int(bad[-1]) + 1 if len(bad) else batches[n].steps)
            top = module.layers - 1
            return {"layer": top, "step": step, "quantity": "gradient", "parameters": []}
    return None


def _first(values: Array, largest: float) -> int | None:
    """The first step, from 1, at which a number is not finite or too large; None if none is."""
    bad = np.flatnonzero(~(np.abs(values) <= largest).all(axis=(1, 2)))
    return int(bad[0]) + 1 if len(bad) else None


def _affordable(module: Module, batch: Batch, most: int) -> int:
    """How many sequences may be itemized: T²/2 rows through H² weights a gate, each.

    Both directions carry every row over all T steps.
    """
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[module.kind.removesuffix("Cell")]
    rows = min(batch.steps, 512) * (4 if module.bidirectional else 1)
    one = batch.steps * rows / 2 * module.hidden_size**2 * gates * module.layers
    return int(max(1, min(most, MOST_PRODUCTS // max(one, 1.0))))


def _log10(value: float) -> float | None:
    return plain(math.log10(value)) if 0.0 < value < math.inf else None
