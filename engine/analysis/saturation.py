"""How many units and gates are saturated at every step: what a mean hides."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.base import Layer
from unrolled.engine.cells.gates import Gate
from unrolled.engine.choices.activations import ACTIVATIONS, OPEN, SHUT
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Array, Mask, Shares, record


@record
class GateSaturation:
    """Shares of one gate's units over samples and units, (T,) each; from 0 to 1.

    Attributes:
        shut: below 0.1; None for a candidate.
        open: above 0.9; None for a candidate.
        saturated: of a candidate, |g| above 0.9, or g = 0 of a ReLU; of a gate, shut or open.
    """

    shut: Shares | None
    open: Shares | None
    saturated: Shares


@record
class Saturation:
    """What a mean hides: how many units of a layer are saturated (Karpathy et al. 2015).

    Attributes:
        units: the share of units, over samples, whose f is saturated, (T,), as the activation's
            row defines it: |tanh| or |softsign| > 0.9, σ < 0.1 or > 0.9, a ≤ 0 of a ReLU, leaky or
            not, Φ(a) < 0.1 of a GELU; None for linear units, which never are, and for gated cells.
        gates: gate → its shares; None for cells without gates.
    """

    units: Shares | None
    gates: dict[str, GateSaturation] | None


def saturation(network: Network, layer: Layer) -> Saturation:
    """Count what is saturated in one layer's forward pass.

    Source: Karpathy, Johnson & Fei-Fei 2015, "Visualizing and Understanding Recurrent Networks",
    whose thresholds 0.1 and 0.9 these are.
    """
    own, saturated = CELLS[network.cell], ACTIVATIONS[network.activation].saturated
    if own.gates:
        values, z = own.gate_values(layer), layer.saved["z"]
        return Saturation(
            None,
            {
                gate.name: _of(layer, gate, z[:, :, block], values[gate.name])
                for block, gate in enumerate(own.gates)
            },
        )
    if saturated is None:
        return Saturation(None, None)
    return Saturation(_share(layer, saturated(layer.saved["a"], layer.h)), None)


def saturated_masks(network: Network, layer: Layer) -> list[Mask]:
    """Which units are saturated, (T, B, H) each: of every gate, or of all units; [] of linear ones.

    Their mean is that of ``saturation``'s shares.
    """
    cell, saturated = CELLS[network.cell], ACTIVATIONS[network.activation].saturated
    if not cell.gates:
        return [] if saturated is None else [saturated(layer.saved["a"], layer.h)]
    values, z = cell.gate_values(layer), layer.saved["z"]
    found = []
    for block, gate in enumerate(cell.gates):
        own, own_saturated = values[gate.name], ACTIVATIONS[gate.activation].saturated
        if gate.role == "candidate" and own_saturated is not None:
            found.append(own_saturated(z[:, :, block], own))
        else:
            found.append((own < SHUT) | (own > OPEN))
    return found


def _of(layer: Layer, gate: Gate, z: Array, values: Array) -> GateSaturation:
    """A candidate is saturated as its function's row says; a gate is shut or open."""
    saturated = ACTIVATIONS[gate.activation].saturated
    if gate.role == "candidate" and saturated is not None:
        return GateSaturation(None, None, _share(layer, saturated(z, values)))
    shut, wide = _share(layer, values < SHUT), _share(layer, values > OPEN)
    return GateSaturation(shut, wide, shut + wide)


def _share(layer: Layer, where: Mask) -> Array:
    """The share of True over the samples that are there and all units, (T,)."""
    if layer.live is not None:
        return layer.mean(where.astype(np.float64))
    counted = np.count_nonzero(where, axis=(1, 2))
    return np.asarray(counted / (where.shape[1] * where.shape[2]))
