"""gradient_flow(…): the one call that ties the rooms together."""

from __future__ import annotations

import numpy as np

from unrolled.engine.analysis.factors import factors
from unrolled.engine.analysis.graph import build_graph
from unrolled.engine.analysis.lyapunov import LEADING
from unrolled.engine.analysis.trajectory import trajectory
from unrolled.engine.analysis.values import signed_values
from unrolled.engine.choices.losses import LOSSES
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.clip.ceiling import clip_backward
from unrolled.engine.clip.clipping import Clip, Clipping, clip_gradients
from unrolled.engine.clip.rules import RULES
from unrolled.engine.clip.samples import clip_each_sample
from unrolled.engine.diagnosis.arriving import Arriving, read_back
from unrolled.engine.diagnosis.directions import carried_by
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Mask, Parameters
from unrolled.engine.numbers.errors import ForwardOverflow, InvalidInput, one_of
from unrolled.engine.passes.bptt import Backward, backward
from unrolled.engine.passes.directions import backward_both_ways, unroll_both_ways
from unrolled.engine.passes.itemize import itemize
from unrolled.engine.passes.itemize_directions import itemize_both_ways, last_reached
from unrolled.engine.passes.passage import Entering, Passage, named_steps
from unrolled.engine.passes.unroll import Trace, losses, unroll
from unrolled.engine.results import (
    BidirectionalFlow,
    DirectionFlow,
    GradientFlow,
    LayerFlow,
    ParameterGradient,
)


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
    lyapunov: bool = True,
    exponents: int | None = LEADING,
    graph: bool = True,
    values: bool = False,
    window: tuple[int, int] | None = None,
    chain: tuple[int, int] | None = None,
) -> GradientFlow:
    """Run one sequence (or batch) forward and back.

    L = Σ_t L_t;   ∂L/∂h_t = Σ_{i≥t} ∂L_i/∂h_t;   ∂L/∂W = Σ_t (∂L/∂W)_t

    A state that overflows on the way forward ends the sequence at the step before.

    Args:
        network: cell, topology, activation, sizes and layers.
        parameters: from ``draw_parameters`` or ``check_parameters``.
        sequence: from ``random_sequence``, ``explicit_sequence`` or ``encode_text``.
        loss: a key of ``LOSSES``.
        truncation: None takes the cell's own.
        clip: None clips nothing.
        follow: None, or the step i (from 1) whose loss alone the graph shows.
        itemized: whether to compute ‖∂L_i/∂h_t‖ for every pair (above 512 steps, on a grid).
        spectral: whether to compute the spectrum and the Jacobians' norms.
        lyapunov: whether to compute the Lyapunov exponents beside the spectrum.
        exponents: how many of the leading ones; None: all.
        graph: whether to build the graph.
        values: whether to write down the signed numbers behind the norms.
        window: the first and last step that graph and values hold, from 1; None holds all.
        chain: a step with a loss and one before it, from 1, whose factors are wanted, or None.
    Raises:
        InvalidInput: for an unknown loss, a step that emits none, or a chain that is none.
        ForwardOverflow: where already step 1 leaves the range of a double.
    Source: notes, "Learning in RNNs: BPTT" and "Problem of BPTT".
    """
    one_of(("loss",), loss, LOSSES)
    whole_sequence = sequence
    trace, sequence, overflow = _unroll(network, parameters, sequence)
    if overflow is not None and follow is not None:
        _followed(whole_sequence.emitting(TOPOLOGIES[network.topology]), follow)
        follow = _last_before(trace, follow)
    followed = _followed(trace.emits, follow)
    passage = Passage.of(network, parameters, trace, truncation)

    step_losses, given = losses(trace, sequence, loss)
    entering = passage.enter(given)
    pairs = itemize(passage, entering, follow) if itemized else None
    whole = backward(passage, entering)
    terms = whole.step_log10_norms()
    parameter_gradients, clipping = _parameter_gradients(
        passage, entering, whole, terms, clip or Clip()
    )
    drawn = alone = alone_cell = written = None
    if graph or values:
        path = whole
        if follow is not None:
            path = backward(passage, entering.only(followed))
            terms = path.step_log10_norms()
            alone, alone_cell = path.hidden(), path.cell()
        drawn = build_graph(passage, path, terms, followed, window) if graph else None
        if values:
            judged = not LOSSES[loss].given
            written = signed_values(passage, path, sequence.targets, window, judged=judged)
    every = exponents if lyapunov else 0
    layers = tuple(
        LayerFlow(
            layer=number,
            itemized=own,
            trajectory=trajectory(passage, number, whole.layers[number], own, every)
            if spectral
            else None,
            passage=passage,
            backward=whole,
        )
        for number, own in enumerate(pairs or [None] * len(trace.layers))
    )
    return GradientFlow(
        steps=trace.steps,
        loss=float(np.add.reduce(step_losses[trace.emits])) if trace.emits.any() else np.nan,
        step_losses=step_losses,
        layers=layers,
        followed_gradient=alone,
        followed_cell_gradient=alone_cell,
        parameter_gradients=parameter_gradients,
        clipping=clipping,
        graph=drawn,
        values=written,
        factors=factors(passage, entering, *chain) if chain else None,
        network=network,
        follow=follow,
        overflow=overflow,
        given=LOSSES[loss].given,
        trace=trace,
        entering=entering,
        backward=whole,
    )


def bidirectional_flow(
    network: Network,
    parameters: Parameters,
    sequence: Sequence,
    *,
    loss: str,
    clip: Clip | None = None,
    itemized: bool = True,
    spectral: bool = True,
    lyapunov: bool = True,
    exponents: int | None = LEADING,
) -> BidirectionalFlow:
    """Run one sequence (or batch) through a network of two directions, forward and back.

    ∂L/∂h→_t takes in what h→_{t+1} hears, ∂L/∂h←_t what h←_{t−1} does; layer by layer both
    directions hand ∂L/∂x_t down together. Every loss travels as far as it can: no truncation.

    Args:
        network: with ``bidirectional``.
        parameters: from ``draw_parameters`` or ``check_parameters``.
        sequence: from ``random_sequence``, ``explicit_sequence`` or ``encode_text``.
        loss: a key of ``LOSSES``.
        clip: None clips nothing; no rule that acts on the way back.
        itemized: whether to compute ‖∂L_i/∂h_t‖ for every pair (above 512 steps, on a grid).
        spectral: whether to compute the spectrum and the Jacobians' norms of every direction.
        lyapunov: whether to compute the Lyapunov exponents beside the spectrum.
        exponents: how many of the leading ones; None: all.
    Raises:
        InvalidInput: for a network of one direction, an unknown loss, a clip on the way back,
            resets inside the sequence, or where a state leaves the range of a double.
    Source: Schuster & Paliwal 1997; with lengths as PyTorch's packed sequences.
    """
    if not network.bidirectional:
        raise InvalidInput(("network", "bidirectional"), "received false; allowed here: true")
    one_of(("loss",), loss, LOSSES)
    clip = clip or Clip()
    if RULES[clip.rule].on_the_way:
        allowed = ", ".join(repr(name) for name, rule in RULES.items() if not rule.on_the_way)
        raise InvalidInput(
            ("clip", "rule"),
            f"received {clip.rule!r}, which acts on one way back; bidirectional layers have two: "
            f"allowed {allowed}",
        )
    both = unroll_both_ways(network, parameters, sequence)
    step_losses, given = losses(both.top.trace, sequence, loss)
    entering = both.top.enter(given)
    pairs = itemize_both_ways(both, entering) if itemized else [None] * len(both.directions)
    whole, own = backward_both_ways(both, entering)
    terms = whole.step_log10_norms()
    gradients, clipping = _parameter_gradients(both.top, entering, whole, terms, clip)
    emits, every = both.top.trace.emits, exponents if lyapunov else 0
    ends = last_reached(both, entering)
    return BidirectionalFlow(
        steps=both.top.trace.steps,
        loss=float(np.add.reduce(step_losses[emits])) if emits.any() else np.nan,
        step_losses=step_losses,
        directions=tuple(
            DirectionFlow(
                layer=one.layer,
                reverse=one.reverse,
                itemized=rows,
                trajectory=trajectory(one.passage, 0, found, None, every) if spectral else None,
                passage=one.passage,
                backward=whole,
                direction=one,
                own=found,
                carries=carried_by(rows, ends, reverse=one.reverse)
                if rows is not None and one.layer == network.num_layers - 1
                else None,
            )
            for one, rows, found in zip(both.directions, pairs, own, strict=True)
        ),
        parameter_gradients=gradients,
        clipping=clipping,
        network=network,
        given=LOSSES[loss].given,
        trace=both.top.trace,
        backward=whole,
    )


def arriving(
    network: Network,
    parameters: Parameters,
    sequence: Sequence,
    *,
    loss: str,
    truncation: Truncation | None = None,
) -> Arriving:
    """How much arrives of the loss that the verdict reads: forward, and one row back.

    Raises:
        ForwardOverflow: where already step 1 leaves the range of a double.
    """
    trace, sequence, overflow = _unroll(network, parameters, sequence)
    passage = Passage.of(network, parameters, trace, truncation)
    return read_back(passage, losses(trace, sequence, loss)[1], overflow)


def _unroll(
    network: Network, parameters: Parameters, sequence: Sequence
) -> tuple[Trace, Sequence, ForwardOverflow | None]:
    """The forward pass, up to the step before an overflow."""
    try:
        return unroll(network, parameters, sequence), sequence, None
    except ForwardOverflow as overflow:
        if overflow.step == 1:
            raise
        before = sequence.first(overflow.step - 1)
        return unroll(network, parameters, before), before, overflow


def _last_before(trace: Trace, follow: int) -> int | None:
    """The followed step, or the last one with a loss before an overflow."""
    emitting = np.flatnonzero(trace.emits) + 1
    if not len(emitting):
        return None
    return follow if follow in emitting else int(emitting[-1])


def _followed(emits: Mask, follow: int | None) -> Mask:
    """Which steps' losses are followed, (T,)."""
    if follow is None:
        return emits
    if not (1 <= follow <= len(emits) and emits[follow - 1]):
        emitting = np.flatnonzero(emits) + 1
        allowed = named_steps(emitting)
        raise InvalidInput(
            ("follow",), f"received {follow}; allowed: null or a step with a loss, {allowed}"
        )
    followed = np.zeros_like(emits)
    followed[follow - 1] = True
    return followed


def _parameter_gradients(
    passage: Passage, entering: Entering, whole: Backward, terms: dict[str, Array], clip: Clip
) -> tuple[dict[str, ParameterGradient], Clipping]:
    """Sum every parameter's terms, clip the sums, and keep the norms of both."""
    total = whole.gradients()
    if RULES[clip.rule].on_the_way:
        after, clipping = clip_backward(passage, entering, clip, total)
    elif clip.per_sample:
        after, clipping = clip_each_sample(whole.factors, whole.term_exponents, clip, total)
    else:
        after, clipping = clip_gradients(total, clip)
    sizes = total.norms()
    clipped = after.norms().norm if clipping.engaged else sizes.norm
    measured = zip(
        total.parts(total.plain()).items(),
        sizes.norm.tolist(),
        sizes.log10_norm.tolist(),
        clipped.tolist(),
        strict=True,
    )
    gradients = {
        name: ParameterGradient(value, norm, log10_norm, clipped_norm, terms[name])
        for (name, value), norm, log10_norm, clipped_norm in measured
    }
    return gradients, clipping
