"""The numbers that are read off one network's flow: a row each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from unrolled.engine.analysis.lyapunov import lyapunov_exponents
from unrolled.engine.analysis.pascanu import long_to_short
from unrolled.engine.choices.parameters import spectral_radius_of
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.results import BidirectionalFlow, GradientFlow, LayerFlow
from unrolled.engine.sweep.number import Number, Value, told

Flow = GradientFlow | BidirectionalFlow


def _top(flow: Flow) -> LayerFlow:
    """The last layer; of two directions its forward one."""
    return flow.directions[-2] if isinstance(flow, BidirectionalFlow) else flow.top


def _arriving(flow: Flow) -> Value:
    if isinstance(flow, BidirectionalFlow):
        carries = flow.directions[-2].carries
        return None if carries is None else told(carries.log10_arriving)
    return None if flow.diagnosis is None else told(flow.diagnosis.log10_arriving)


def _decay(flow: Flow) -> Value:
    if isinstance(flow, BidirectionalFlow) or flow.diagnosis is None:
        return None
    return told(flow.diagnosis.decay_per_step)


def _verdict(flow: Flow) -> Value:
    if isinstance(flow, BidirectionalFlow) or flow.diagnosis is None:
        return None
    return flow.diagnosis.verdict


def _place(flow: Flow) -> int:
    """Where the last layer stands in its passage: a direction has one of its own."""
    return 0 if isinstance(flow, BidirectionalFlow) else flow.top.layer


def _lyapunov(flow: Flow) -> Value:
    found = lyapunov_exponents(_top(flow).passage.chain(_place(flow)), 1)
    return told(found[0]) if len(found) else None


def _long_to_short(flow: Flow) -> Value:
    pairs = _top(flow).itemized
    if pairs is None:
        return None
    return told(long_to_short(pairs.log10_norm, pairs.loss_steps, pairs.steps).log10_ratio)


def _saturation(flow: Flow) -> Value:
    """The mean over the steps, and over the gates where there are any."""
    found = _top(flow).saturation
    if found.gates is not None:
        return told(float(np.mean([gate.saturated.mean() for gate in found.gates.values()])))
    return None if found.units is None else told(float(found.units.mean()))


def _of_matrix(measure: Callable[[Array], float]) -> Callable[[Flow], Value]:
    """Of the recurrent matrix of the last layer."""

    def read(flow: Flow) -> Value:
        passage = _top(flow).passage
        own = passage.of_layer(_place(flow))
        return told(measure(passage.cell.recurrent_matrix(own)))

    return read


def spectral_norm_of(matrix: Array) -> float:
    """σ_max."""
    return float(np.linalg.svd(matrix, compute_uv=False)[0])


OF_FLOWS = (
    Number(
        name="arriving",
        label="what arrives at the first step",
        unit="decades",
        words="log₁₀ of ‖∂L_i/∂s_t‖ at the earliest step over what enters at step i, of the "
        "loss with the most steps to travel, in the last layer's whole state.",
        read=_arriving,
        pairs=True,
    ),
    Number(
        name="decay_per_step",
        label="factor per step",
        unit="",
        words="By how much one step back multiplies the norm of that gradient; none where it "
        "follows no rate.",
        read=_decay,
        pairs=True,
        low=0.0,
    ),
    Number(
        name="verdict",
        label="verdict",
        unit="",
        words="What happens to that gradient on its way back.",
        read=_verdict,
        pairs=True,
        names=("vanishing", "stable", "exploding", "blocked"),
    ),
    Number(
        name="log10_norm",
        label="‖g‖",
        unit="decades",
        words="log₁₀ of the norm of the gradient of all parameters, before clipping.",
        read=lambda flow: told(flow.clipping.log10_norm_before),
    ),
    Number(
        name="clipped",
        label="share clipped",
        unit="",
        words="In how many of the draws the clip rule changes the gradient: 0 or 1 of each.",
        read=lambda flow: float(flow.clipping.engaged),
        share=True,
        low=0.0,
        high=1.0,
    ),
    Number(
        name="lyapunov",
        label="leading Lyapunov exponent",
        unit="per step",
        words="λ₁ of the last layer's Jacobians along the first sample, in natural logarithms: "
        "below 0 neighbouring states come together, above 0 they part.",
        read=_lyapunov,
    ),
    Number(
        name="long_to_short",
        label="long over short",
        unit="decades",
        words="log₁₀ of what arrives from losses ten steps away and more over what arrives "
        "from nearer ones.",
        read=_long_to_short,
        pairs=True,
    ),
    Number(
        name="saturation",
        label="saturation",
        unit="",
        words="The share of units that are saturated, of cells with gates that of gates, over "
        "all steps and samples.",
        read=_saturation,
        low=0.0,
        high=1.0,
    ),
    Number(
        name="spectral_radius",
        label="spectral radius",
        unit="",
        words="ρ of the last layer's recurrent matrix, of cells with gates the candidate's block.",
        read=_of_matrix(spectral_radius_of),
        low=0.0,
    ),
    Number(
        name="spectral_norm",
        label="largest singular value",
        unit="",
        words="σ_max of the same matrix.",
        read=_of_matrix(spectral_norm_of),
        low=0.0,
    ),
)
"""In the order in which they are offered."""
