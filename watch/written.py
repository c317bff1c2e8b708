"""A flow as JSON has it: the answer of ``POST /api/v1/flow`` without experiment and graph.

Numbers are written with seven significant digits: a report is kept, and drawn.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from unrolled.engine import (
    BidirectionalFlow,
    GradientFlow,
    LayerFlow,
    Network,
    Spectrum,
    Trajectory,
)

LARGEST_VALUE = 256
"""The most numbers of a parameter's gradient that a report holds."""
_NOT_WATCHED = (
    *("followed_gradient", "followed_cell_gradient", "directions", "values", "chain"),
    *("text", "series", "weights", "weights_of", "sequence", "cost"),
)
"""Fields of an answer that are null here."""


def flow_report(flow: GradientFlow) -> dict[str, Any]:
    """Every field but ``experiment`` and ``graph``; NaN and infinities are null."""
    top = _layer(flow.top)
    top.pop("layer")
    return (
        _common(flow)
        | top
        | {
            "overflow": None
            if flow.overflow is None
            else plain(
                {
                    name: getattr(flow.overflow, name)
                    for name in ("quantity", "step", "steps", "detail")
                }
            ),
            "layers": [_layer(layer) for layer in flow.layers] if len(flow.layers) > 1 else None,
            "diagnosis": None
            if flow.diagnosis is None
            else plain(flow.diagnosis)
            | {"advice": None, "advice_tried": None, "advice_left_out": None},
        }
    )


def both_ways_report(flow: BidirectionalFlow) -> dict[str, Any]:
    """The same of bidirectional layers: what has one way back in mind is null."""
    return _common(flow) | {
        **dict.fromkeys(("itemized", "gates", "layers", "spectrum", "diagnosis", "overflow")),
        "hidden_gradient": plain(flow.hidden_gradient),
        "cell_gradient": plain(flow.cell_gradient),
        "initial_gradient": {"hidden": None, "cell": None},
        "saturation": {"units": None, "gates": None},
        "directions": [
            _layer(one) | {"reverse": one.reverse, "carries": plain(one.carries)}
            for one in flow.directions
        ],
    }


def _common(flow: GradientFlow | BidirectionalFlow) -> dict[str, Any]:
    return dict.fromkeys(_NOT_WATCHED) | {
        "steps": flow.steps,
        "loss": plain(flow.loss),
        "step_losses": plain(flow.step_losses),
        "parameter_gradients": {
            name: plain(gradient)
            | ({} if gradient.value.size <= LARGEST_VALUE else {"value": None})
            for name, gradient in flow.parameter_gradients.items()
        },
        "clipping": plain(flow.clipping),
        "activity": plain(flow.activity),
        "notes": [],
    }


def experiment_of(network: Network, flow: GradientFlow) -> dict[str, Any]:
    """What the flow is of, without its arrays; followed is the last gradient that enters."""
    entering = None if flow.top.itemized is None else flow.top.itemized.loss_steps
    truncation = flow.top.passage.truncation
    return asked_of(network) | {
        "truncation": {"kind": truncation.kind, "steps": truncation.steps},
        "follow": None if entering is None or not len(entering) else int(entering[-1]),
    }


def asked_of(network: Network) -> dict[str, Any]:
    """An experiment of a network that is watched; every loss travels as far as it can."""
    return {
        "network": plain(network) | {"output_size": network.output_size or None},
        "sequence": {"kind": "explicit"},
        "loss": "given",
        "truncation": {"kind": "none", "steps": None},
        "clip": {"rule": "none"},
        "follow": None,
    }


def _layer(layer: LayerFlow) -> dict[str, Any]:
    return {
        "layer": layer.layer,
        "hidden_gradient": plain(layer.hidden_gradient),
        "cell_gradient": plain(layer.cell_gradient),
        "itemized": plain(layer.itemized),
        "spectrum": None if layer.trajectory is None else _spectrum(layer.trajectory),
        "initial_gradient": plain(layer.initial_gradient),
        "gates": plain(layer.gates),
        "saturation": plain(layer.saturation),
    }


def _spectrum(seen: Trajectory) -> dict[str, Any]:
    own: Spectrum = seen.spectrum
    known = seen.conditions
    written: dict[str, Any] = plain(own)
    return written | {
        "blocks": plain(seen.blocks),
        "gamma": None if known is None else plain(known.gamma),
        "bound": None if known is None else plain(known.bound),
        "sufficient": None if known is None else known.sufficient,
        "lyapunov_exponents": plain(seen.lyapunov_exponents),
        "exponents_over": seen.exponents_over,
        "directions": seen.directions,
        "omega": plain(seen.omega),
        "long_to_short": plain(seen.long_to_short),
    }


def plain(value: Any) -> Any:
    """Records as objects, arrays as lists, what is not finite as None."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "iub":
            return value.tolist()
        return _listed(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.7g}") if np.isfinite(value) else None
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _listed(values: Any) -> Any:
    """Lists of numbers with seven digits, None where one is not finite."""
    with np.errstate(all="ignore"):
        unit = 10.0 ** (6.0 - np.floor(np.log10(np.abs(values))))
        short = np.rint(values * unit) / unit
    found = np.where(np.isfinite(short), short, values).astype(object)
    found[~np.isfinite(values)] = None
    return found.tolist()
