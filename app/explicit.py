"""An experiment's weights and sequence as numbers, in the form in which a request gives them."""

from typing import Any

from unrolled.app.resolve import Prepared, Spec
from unrolled.engine import TOPOLOGIES


def explicit_weights(prepared: Prepared) -> Spec:
    """Every parameter as it was drawn or given, named as `ExplicitWeights` names it."""
    return {"kind": "explicit", **prepared.parameters}


def explicit_sequence(prepared: Prepared) -> Spec:
    """Inputs and targets as they were drawn, read or given, as `ExplicitSequence` has them."""
    asked: Spec = prepared.resolved["sequence"]
    if asked["kind"] == "explicit":
        return asked
    sequence = prepared.sequence
    found: dict[str, Any] = {"inputs": sequence.inputs, "targets": sequence.targets}
    if sequence.masks is not None:
        masks = sequence.masks
        found["lengths"] = masks.live.sum(axis=0)
        found["loss_weights"] = masks.of(TOPOLOGIES[prepared.network.topology])
        if masks.fresh.any():
            found["resets"] = masks.fresh
    return {"kind": "explicit", **found, "steps": sequence.steps}
