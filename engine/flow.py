"""gradient_flow(…): the one call that ties the rooms together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, Mask, Parameters
from engine.bptt import Backward, backward
from engine.cells import CELLS
from engine.clipping import Clip, Clipping, clip_gradients
from engine.diagnosis import Circumstances, Diagnosis, diagnose
from engine.errors import InvalidInput, choose
from engine.graph import Graph, build_graph
from engine.itemize import Itemized, itemize
from engine.losses import LOSSES
from engine.magnitude import Magnitudes, plain_norms
from engine.network import Network
from engine.passage import Passage
from engine.sequences import Sequence
from engine.spectrum import Spectrum, spectrum
from engine.truncation import Truncation
from engine.unroll import Trace, unroll


@dataclass(frozen=True, slots=True)
class ParameterGradient:
    """∂L/∂(parameter), and what every step added to it.

    Attributes:
        value: before clipping, the parameter's shape; what a double cannot hold is ±inf or 0.
        norm: ‖value‖; NaN where a double cannot hold it.
        log10_norm: NaN only where exactly zero.
        clipped_norm: after clipping.
        step_log10_norm: of the term that step t adds to the sum, (T,); NaN where exactly zero.
    """

    value: Array
    norm: float
    log10_norm: float
    clipped_norm: float
    step_log10_norm: Array


@dataclass(frozen=True, slots=True)
class Activity:
    """What the forward pass did, for reading the backward pass.

    Attributes:
        hidden_norm: ‖h_t‖, (T,).
        mean_derivative: mean of f′(a_t) over samples and units, (T,).
        output_norm: ‖o_t‖, (T,); NaN where no output is used.
    """

    hidden_norm: Array
    mean_derivative: Array
    output_norm: Array


@dataclass(frozen=True, slots=True)
class GradientFlow:
    """Everything the page draws and the API answers; NaN stands for "there is no such number".

    Attributes:
        steps: T.
        loss: L = Σ_t L_t.
        step_losses: L_t, NaN where none is emitted, (T,).
        hidden_gradient: ‖∂L/∂h_t‖, every later loss included, (T,).
        cell_gradient: ‖∂L/∂c_t‖ for cells that have a c_t.
        itemized: ‖∂L_i/∂h_t‖ for every pair, or None where not asked for.
        parameter_gradients: parameter → its gradient.
        clipping: what the clip rule did.
        spectrum: of the recurrent matrix and along the trajectory.
        diagnosis: None where the itemized matrix was not asked for.
        graph: None where not asked for.
        activity: norms of the forward pass.
        trace: the forward pass itself.
        backward: the backward pass itself: every per-step term before it is summed.
    """

    steps: int
    loss: float
    step_losses: Array
    hidden_gradient: Magnitudes
    cell_gradient: Magnitudes | None
    itemized: Itemized | None
    parameter_gradients: dict[str, ParameterGradient]
    clipping: Clipping
    spectrum: Spectrum | None
    diagnosis: Diagnosis | None
    graph: Graph | None
    activity: Activity
    trace: Trace
    backward: Backward


def gradient_flow(
    network: Network,
    parameters: Parameters,
    sequence: Sequence,
    *,
    loss: str,
    truncation: Truncation | None = None,
    clip: Clip | None = None,
    follow: int | None = None,
    itemized: bool = True,
    spectral: bool = True,
    graph: bool = True,
) -> GradientFlow:
    """Run one sequence (or batch) forward and back.

    L = Σ_t L_t;   ∂L/∂h_t = Σ_{i≥t} ∂L_i/∂h_t;   ∂L/∂W = Σ_t (∂L/∂W)_t

    Args:
        network: cell, topology, activation and sizes.
        parameters: from ``draw_parameters`` or ``check_parameters``.
        sequence: from ``random_sequence``, ``explicit_sequence`` or ``encode_text``.
        loss: a key of ``LOSSES``.
        truncation: None takes the cell's own.
        clip: None clips nothing.
        follow: None, or the step i (from 1) whose loss alone the graph shows.
        itemized: whether to compute ‖∂L_i/∂h_t‖ for every pair (memory grows with T²).
        spectral: whether to compute the spectrum and the Jacobians' norms.
        graph: whether to build the graph.
    Raises:
        InvalidInput: for an unknown loss or a step that emits none.
        ForwardOverflow: where a state leaves the range of a double.
    Source: notes, "Learning in RNNs: BPTT" and "Problem of BPTT".
    """
    if loss not in LOSSES:
        raise choose(("loss",), loss, LOSSES)
    cell = CELLS[network.cell]
    trace = unroll(network, parameters, sequence)
    followed = _followed(trace, follow)
    passage = Passage.of(cell, parameters, trace, truncation or cell.default_truncation)

    step_losses, do = np.full(trace.steps, np.nan), np.zeros_like(trace.o)
    with np.errstate(over="ignore"):
        values, gradients = LOSSES[loss].evaluate(trace.o[trace.emits], sequence.targets)
    if not np.isfinite(gradients).all():
        raise InvalidInput(
            ("sequence", "targets"), "o − y overflows the range of a double; use smaller numbers"
        )
    step_losses[trace.emits], do[trace.emits] = values, gradients

    entering = passage.enter(do)
    whole = backward(passage, entering)
    terms = whole.step_log10_norms()
    parameter_gradients, clipping = _parameter_gradients(whole, terms, clip or Clip())
    pairs = itemize(passage, entering) if itemized else None
    seen = spectrum(passage.recurrent, trace.derivative) if spectral else None
    drawn = None
    if graph:
        path = whole
        if follow is not None:
            alone = np.where(followed[:, np.newaxis, np.newaxis], do, 0.0)
            path = backward(passage, passage.enter(alone))
            terms = path.step_log10_norms()
        drawn = build_graph(passage, path, terms, followed)
    return GradientFlow(
        steps=trace.steps,
        loss=float(values.sum()),
        step_losses=step_losses,
        hidden_gradient=whole.hidden(),
        cell_gradient=None,
        itemized=pairs,
        parameter_gradients=parameter_gradients,
        clipping=clipping,
        spectrum=seen,
        diagnosis=_diagnose(network, passage, pairs, seen),
        graph=drawn,
        activity=_activity(trace, every_output=cell.feeds_outputs),
        trace=trace,
        backward=whole,
    )


def _followed(trace: Trace, follow: int | None) -> Mask:
    """Which steps' losses are followed, (T,)."""
    if follow is None:
        return trace.emits
    if not (1 <= follow <= trace.steps and trace.emits[follow - 1]):
        emitting = np.flatnonzero(trace.emits) + 1
        allowed = f"{emitting[0]}" if len(emitting) == 1 else f"{emitting[0]} … {emitting[-1]}"
        raise InvalidInput(
            ("follow",), f"received {follow}; allowed: null or a step with a loss, {allowed}"
        )
    followed = np.zeros_like(trace.emits)
    followed[follow - 1] = True
    return followed


def _parameter_gradients(
    whole: Backward, terms: dict[str, Array], clip: Clip
) -> tuple[dict[str, ParameterGradient], Clipping]:
    """Sum every parameter's terms, clip the sums, and keep the norms of both."""
    total = whole.gradients()
    after, clipping = clip_gradients(total, clip)
    sizes = total.norms()
    clipped = after.norms().norm if clipping.engaged else sizes.norm
    gradients = {
        name: ParameterGradient(
            value=value,
            norm=float(sizes.norm[i]),
            log10_norm=float(sizes.log10_norm[i]),
            clipped_norm=float(clipped[i]),
            step_log10_norm=terms[name],
        )
        for i, (name, value) in enumerate(total.parts(total.plain()).items())
    }
    return gradients, clipping


def _diagnose(
    network: Network, passage: Passage, pairs: Itemized | None, seen: Spectrum | None
) -> Diagnosis | None:
    """The verdict, where both pictures that it is read off were asked for."""
    if pairs is None or seen is None:
        return None
    mean = float(passage.trace.derivative.mean())
    return diagnose(pairs, Circumstances(network, passage.truncation, seen.spectral_radius, mean))


def _activity(trace: Trace, *, every_output: bool) -> Activity:
    """Norms of the forward pass."""
    _, batch, width = trace.h.shape
    outputs = plain_norms(trace.o)
    return Activity(
        hidden_norm=plain_norms(trace.h),
        mean_derivative=np.add.reduce(trace.derivative, axis=(1, 2)) / (batch * width),
        output_norm=outputs if every_output else np.where(trace.emits, outputs, np.nan),
    )
