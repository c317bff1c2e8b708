"""The worker's side of the door: an experiment as JSON in, the answer as JSON out.

A worker process imports this module and the engine, nothing of the web.
"""

import signal
import traceback
from dataclasses import fields, replace
from typing import Any

import msgspec
import numpy as np

from unrolled.app import memory, sizes
from unrolled.app.advice import Advice, advise
from unrolled.app.attached_series import kept_said
from unrolled.app.came import NOTHING, Came, holding_all
from unrolled.app.check import check
from unrolled.app.encoding import gzip
from unrolled.app.errors import InputError
from unrolled.app.explicit import explicit_sequence, explicit_weights
from unrolled.app.landscape import map_loss
from unrolled.app.measured import measured
from unrolled.app.norms import all_norms, some_norms, sum_up
from unrolled.app.orphan import end_with_parent
from unrolled.app.outcome import Outcome
from unrolled.app.report import (
    Asked,
    DiagnosisReport,
    DirectionReport,
    ExplicitSequence,
    ExplicitWeights,
    Flow,
    LayerReport,
    ParameterFlow,
    SpectrumReport,
)
from unrolled.app.report_about import Cost, OverflowReport, TextReport
from unrolled.app.resolve import Prepared, Spec, prepare
from unrolled.app.sizes import UNLIMITED, Most
from unrolled.engine import (
    BidirectionalFlow,
    Diagnosis,
    ForwardOverflow,
    GradientFlow,
    InitialGradient,
    InvalidInput,
    LayerFlow,
    ParameterGradient,
    Saturation,
    Spectrum,
    Text,
    Trajectory,
    bidirectional_flow,
    gradient_flow,
)

LARGEST_VALUE = 65_536
"""The most numbers of a parameter's gradient that an answer holds."""


def work(
    experiment: bytes,
    packed: bool,
    memory_bytes: int,
    most: Most = UNLIMITED,
    came: Came = NOTHING,
) -> Outcome:
    """Answer what is asked in a worker process.

    Args:
        experiment: a validated experiment, or another task, in its canonical form.
        packed: whether the answer is to be compressed with gzip.
        memory_bytes: how much memory the job may take.
        most: what an experiment may ask for: no advice goes beyond it.
        came: what else the experiment names.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    end_with_parent()
    memory.keep()
    memory.limit(memory_bytes)
    try:
        with holding_all(came):
            body = answer(experiment, most)
        return Outcome("answer", gzip(body) if packed else body)
    except MemoryError:
        return Outcome("large")
    except InvalidInput as error:
        return Outcome("invalid", errors=(InputError(error.pointer, error.detail),))
    except Exception:  # noqa: BLE001  (whatever it is, it crosses as data)
        return Outcome("failed", detail=traceback.format_exc())


def answer(experiment: bytes, most: Most = UNLIMITED) -> bytes:
    """Answer one experiment, or what else its `task` says, in this process.

    NaN is the engine's "there is no such number", and JSON's word for that is null, which is
    what msgspec writes. It writes null for an infinity too: the contract's word for a norm that
    a double cannot hold. No `log10_norm` is ever infinite.

    Raises:
        InvalidInput: what the engine cannot do.
    """
    asked = msgspec.json.decode(experiment)
    task = _TASKS.get(asked.pop("task", ""))
    return encode(task(asked) if task else _flow(asked, most))


_TASKS = {
    "check": check,
    "landscape": map_loss,
    "norms": all_norms,
    "some-norms": some_norms,
    "norms-of-all": sum_up,
}
"""What a form may ask for beside a flow, which says no task."""


def _flow(asked: Spec, most: Most) -> Flow:
    prepared = prepare(asked)
    network, sequence = prepared.network, prepared.sequence
    blocks = sizes.blocks(network.cell, network.num_layers)
    batch = sequence.inputs.shape[1]
    effort = sizes.work(sequence.steps, batch, network.hidden_size, blocks)
    if effort <= sizes.LARGE:
        return _computed(prepared, most)
    with measured() as found:
        flow = _computed(prepared, most)
    return replace(flow, cost=Cost(found.seconds, found.peak_bytes, effort))


def _computed(prepared: Prepared, most: Most) -> Flow:
    wanted = prepared.include
    if prepared.network.bidirectional:
        return both_ways(
            prepared,
            bidirectional_flow(
                prepared.network,
                prepared.parameters,
                prepared.sequence,
                loss=prepared.loss,
                clip=prepared.clip,
                itemized="itemized" in wanted,
                spectral="spectrum" in wanted,
                lyapunov="lyapunov" in wanted,
                exponents=prepared.exponents,
            ),
        )
    flow = gradient_flow(
        prepared.network,
        prepared.parameters,
        prepared.sequence,
        loss=prepared.loss,
        truncation=prepared.truncation,
        clip=prepared.clip,
        follow=prepared.follow,
        window=prepared.window,
        values=prepared.values,
        chain=prepared.chain,
        itemized=bool(wanted & {"itemized", "advice"}),
        spectral="spectrum" in wanted,
        lyapunov="lyapunov" in wanted,
        exponents=prepared.exponents,
        graph="graph" in wanted,
    )
    said, clipping = report(prepared, flow), None if flow.overflow else flow.clipping
    if "advice" not in wanted:
        return said
    del flow  # what it holds makes room for the trials
    advice = advise(prepared, clipping, most)
    return replace(said, diagnosis=_advised(said.diagnosis, advice))


def encode(document: object) -> bytes:
    """A report as JSON; `benchmarks/bench_encoding.py` compares other ways."""
    return _ENCODER.encode(document)


def _listed(value: Any) -> Any:
    """NumPy's values as Python's."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"no JSON for {type(value).__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_listed)


def report(prepared: Prepared, flow: GradientFlow) -> Flow:
    """What the contract says of a flow; arrays are left to the encoder."""
    wanted, top = prepared.include, flow.top
    pairs = "itemized" in wanted
    return Flow(
        experiment=Asked(prepared.resolved | {"follow": flow.follow}),
        steps=flow.steps,
        overflow=_overflow(flow.overflow),
        loss=flow.loss,
        step_losses=flow.step_losses,
        hidden_gradient=flow.hidden_gradient,
        cell_gradient=flow.cell_gradient,
        followed_gradient=flow.followed_gradient,
        followed_cell_gradient=flow.followed_cell_gradient,
        itemized=flow.itemized if pairs else None,
        initial_gradient=top.initial_gradient,
        gates=top.gates,
        saturation=top.saturation,
        layers=[_layer(layer, pairs) for layer in flow.layers] if len(flow.layers) > 1 else None,
        directions=None,
        parameter_gradients=_gradients(flow.parameter_gradients),
        clipping=flow.clipping,
        spectrum=_spectrum(top.trajectory),
        diagnosis=None if flow.diagnosis is None else DiagnosisReport(**_own(flow.diagnosis)),
        graph=flow.graph,
        values=flow.values,
        chain=flow.factors,
        activity=flow.activity,
        text=_text(prepared.text),
        **kept_said(prepared.resolved),
        cost=None,
        weights=ExplicitWeights(explicit_weights(prepared)) if "weights" in wanted else None,
        sequence=ExplicitSequence(explicit_sequence(prepared)) if "sequence" in wanted else None,
    )


def both_ways(prepared: Prepared, flow: BidirectionalFlow) -> Flow:
    """What the contract says of bidirectional layers: what has one way back in mind is null."""
    wanted = prepared.include
    return Flow(
        experiment=Asked(prepared.resolved),
        steps=flow.steps,
        overflow=None,
        loss=flow.loss,
        step_losses=flow.step_losses,
        hidden_gradient=flow.hidden_gradient,
        cell_gradient=flow.cell_gradient,
        followed_gradient=None,
        followed_cell_gradient=None,
        itemized=None,
        initial_gradient=InitialGradient(None),
        gates=None,
        saturation=Saturation(None, None),
        layers=None,
        directions=[
            DirectionReport(
                **_own(_layer(one, one.itemized is not None)),
                reverse=one.reverse,
                carries=one.carries,
            )
            for one in flow.directions
        ],
        parameter_gradients=_gradients(flow.parameter_gradients),
        clipping=flow.clipping,
        spectrum=None,
        diagnosis=None,
        graph=None,
        values=None,
        chain=None,
        activity=flow.activity,
        text=_text(prepared.text),
        **kept_said(prepared.resolved),
        cost=None,
        weights=ExplicitWeights(explicit_weights(prepared)) if "weights" in wanted else None,
        sequence=ExplicitSequence(explicit_sequence(prepared)) if "sequence" in wanted else None,
    )


def _gradients(found: dict[str, ParameterGradient]) -> dict[str, ParameterFlow]:
    """Every parameter's."""
    return {
        name: ParameterFlow(
            value=gradient.value if gradient.value.size <= LARGEST_VALUE else None,
            norm=gradient.norm,
            log10_norm=gradient.log10_norm,
            clipped_norm=gradient.clipped_norm,
            step_log10_norm=gradient.step_log10_norm,
        )
        for name, gradient in found.items()
    }


def _overflow(met: ForwardOverflow | None) -> OverflowReport | None:
    """Where the forward pass ended."""
    return None if met is None else OverflowReport(met.quantity, met.step, met.steps, met.detail)


def _text(read: Text | None) -> TextReport | None:
    """What is read and should be said."""
    if read is None:
        return None
    return TextReport(read.tokens, read.vocabulary, read.inputs, read.targets)


def _advised(found: DiagnosisReport | None, advice: Advice) -> DiagnosisReport | None:
    """The verdict with what was tried."""
    if found is None:
        return None
    return replace(
        found,
        advice=advice.entries,
        advice_tried=advice.tried,
        advice_left_out=advice.left_out,
    )


def _layer(layer: LayerFlow, pairs: bool) -> LayerReport:
    """One of several layers."""
    return LayerReport(
        layer=layer.layer,
        hidden_gradient=layer.hidden_gradient,
        cell_gradient=layer.cell_gradient,
        itemized=layer.itemized if pairs else None,
        spectrum=_spectrum(layer.trajectory),
        initial_gradient=layer.initial_gradient,
        gates=layer.gates,
        saturation=layer.saturation,
    )


def _spectrum(seen: Trajectory | None) -> SpectrumReport | None:
    """A layer's matrix and Jacobians."""
    if seen is None:
        return None
    known = seen.conditions
    return SpectrumReport(
        **_own(seen.spectrum),
        blocks=seen.blocks,
        gamma=None if known is None else known.gamma,
        bound=None if known is None else known.bound,
        sufficient=None if known is None else known.sufficient,
        lyapunov_exponents=seen.lyapunov_exponents,
        exponents_over=seen.exponents_over,
        directions=seen.directions,
        omega=seen.omega,
        long_to_short=seen.long_to_short,
    )


def _own(record: Diagnosis | Spectrum | LayerReport) -> dict[str, Any]:
    """The fields of a record of the engine, which its report begins with."""
    return {field.name: getattr(record, field.name) for field in fields(record)}
