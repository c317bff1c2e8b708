"""A captured call as an experiment of the engine: PyTorch's weights under the engine's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from unrolled.engine import (
    CELLS,
    MAX_LAYERS,
    MODULES,
    Network,
    Sequence,
    explicit_sequence,
    import_module,
    torch_layers,
)
from unrolled.watch.layout import Array, Batch, IntArray
from unrolled.watch.snapshot import Module


class Refused(Exception):
    """What the engine does not take: one sentence."""


def network_of(module: Module) -> Network:
    """The engine's network of a module, whose head is outside.

    Raises:
        Refused: for what the engine does not take.
    """
    if module.layers > MAX_LAYERS:
        raise Refused(f"{module.layers} layers; at most {MAX_LAYERS} are itemized.")
    return Network(
        MODULES[_kind(module)].cell + ("" if module.reset_after else "-reset-before"),
        "many-to-many",
        module.activation,
        module.input_size,
        module.hidden_size,
        0,
        module.layers,
        module.bidirectional,
        module.proj_size or None,
    )


def _kind(module: Module) -> str:
    """What it is in the engine's table of modules."""
    kind = f"torch.nn.{module.kind.removesuffix('Cell')}"
    return f"{kind}(proj_size)" if module.proj_size else kind


def parameters_of(module: Module) -> dict[str, Array]:
    """Its weights under the engine's names, in float64."""
    if not module.reset_after:
        w = {name: np.asarray(value, dtype=np.float64) for name, value in module.weights.items()}
        biases = [value for name, value in w.items() if name.startswith("bias")]
        b_h = np.sum([*biases, np.zeros(len(w["weight_hh_l0"]))], axis=0)
        return {"W_hh": w["weight_hh_l0"], "W_xh": w["weight_ih_l0"], "b_h": b_h}
    if module.kind.endswith("Cell"):
        layers: list[dict[str, Any]] = [dict(module.weights)]
    else:
        layers = torch_layers(module.weights)
    return import_module(_kind(module), layers).parameters


def sampled(batch: Batch, most: int) -> IntArray:
    """At most so many samples, evenly spread over those of the greatest length."""
    longest = np.flatnonzero(batch.lengths == batch.lengths.max())
    return np.asarray(longest[np.unique(np.linspace(0, len(longest) - 1, most).astype(int))])


def sequence_of(
    module: Module, network: Network, batch: Batch, samples: IntArray, only: int | None = None
) -> Sequence:
    """Some samples of one length, with the gradient that enters at the last layer's states.

    The last state of a direction that reads backward in time is the one at step 1.

    Args:
        module: whose batch it is.
        network: the same as an experiment's.
        batch: all samples.
        samples: which.
        only: the one step, from 1, at which a gradient enters; None: where they do.
    Raises:
        Refused: where a gradient enters elsewhere.
    """
    steps = int(batch.lengths[samples[0]])
    if batch.c_gradient[:, samples].any():
        raise Refused("A gradient enters at the last cell state c_n, where none can be itemized.")
    ends = (steps - 1, 0) if module.bidirectional else (steps - 1,)
    if batch.h_gradient[: -len(ends), samples].any():
        raise Refused("A gradient enters at the last state of a lower layer.")
    entering = batch.output_gradient[:steps, samples].copy()
    parts = np.split(entering, len(ends), axis=2)
    for at, part, last in zip(ends, parts, batch.h_gradient[-len(ends) :, samples], strict=True):
        part[at] += last
    if only is not None:
        entering[np.arange(steps) != only - 1] = 0.0
    h_0, c_0 = batch.h_0[:, samples], batch.c_0[:, samples]
    if len(h_0) == 1:
        h_0, c_0 = h_0[0], c_0[0]
    return explicit_sequence(
        network,
        "given",
        inputs=batch.x[:steps, samples],
        entering={"at": "hidden", "value": entering},
        h_0=h_0 if h_0.any() else None,
        c_0=c_0 if CELLS[network.cell].has_c and c_0.any() else None,
    )
