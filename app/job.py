"""The worker's side of the door: an experiment as JSON in, the answer as JSON out.

A worker process imports this module and the engine, nothing of the web.
"""

import signal
import traceback
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np

from unrolled.app import memory
from unrolled.app.advice import Advice, advise
from unrolled.app.check import check
from unrolled.app.encoding import gzip
from unrolled.app.errors import InputError
from unrolled.app.orphan import end_with_parent
from unrolled.app.outcome import Outcome
from unrolled.app.resolve import Prepared, Spec, prepare
from unrolled.app.sizes import UNLIMITED, Most
from unrolled.engine import (
    Diagnosis,
    GradientFlow,
    InvalidInput,
    LayerFlow,
    Trajectory,
    gradient_flow,
)

LARGEST_VALUE = 65_536
"""The most numbers of a parameter's gradient that an answer holds."""


def work(experiment: bytes, packed: bool, memory_bytes: int, most: Most = UNLIMITED) -> Outcome:
    """Answer what is asked in a worker process.

    Args:
        experiment: a validated experiment, or another task, in its canonical form.
        packed: whether the answer is to be compressed with gzip.
        memory_bytes: how much memory the job may take.
        most: what an experiment may ask for: no advice goes beyond it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    end_with_parent()
    memory.limit(memory_bytes)
    try:
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
    if asked.pop("task", "flow") == "check":
        return encode(check(asked))
    return encode(_flow(asked, most))


def _flow(asked: Spec, most: Most) -> dict[str, Any]:
    prepared = prepare(asked)
    wanted = prepared.include
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
        itemized=bool(wanted & {"itemized", "advice"}),
        spectral="spectrum" in wanted,
        lyapunov="lyapunov" in wanted,
        exponents=prepared.exponents,
        graph="graph" in wanted,
    )
    advice = advise(prepared, flow, most) if "advice" in wanted else None
    return report(prepared, flow, advice)


def encode(document: dict[str, Any]) -> bytes:
    """A report as JSON; `benchmarks/bench_encoding.py` compares other ways."""
    return _ENCODER.encode(document)


def _listed(value: Any) -> Any:
    """NumPy's values as Python's."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"no JSON for {type(value).__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_listed)


def report(prepared: Prepared, flow: GradientFlow, advice: Advice | None = None) -> dict[str, Any]:
    """The fields of the contract; dataclasses and arrays are left to the encoder."""
    text = prepared.text
    pairs = "itemized" in prepared.include
    return {
        "experiment": prepared.resolved | {"follow": flow.follow},
        "steps": flow.steps,
        "overflow": flow.overflow
        and {
            name: getattr(flow.overflow, name) for name in ("quantity", "step", "steps", "detail")
        },
        "loss": flow.loss,
        "step_losses": flow.step_losses,
        "hidden_gradient": flow.hidden_gradient,
        "cell_gradient": flow.cell_gradient,
        "followed_gradient": flow.followed_gradient,
        "itemized": flow.itemized if pairs else None,
        "initial_gradient": _initial(flow.top),
        "gates": flow.top.gates,
        "saturation": flow.top.saturation,
        "layers": [_layer(layer, pairs) for layer in flow.layers] if len(flow.layers) > 1 else None,
        "parameter_gradients": {
            name: {
                "value": gradient.value if gradient.value.size <= LARGEST_VALUE else None,
                "norm": gradient.norm,
                "log10_norm": gradient.log10_norm,
                "clipped_norm": gradient.clipped_norm,
                "step_log10_norm": gradient.step_log10_norm,
            }
            for name, gradient in flow.parameter_gradients.items()
        },
        "clipping": flow.clipping,
        "spectrum": _spectrum(flow.top.trajectory),
        "diagnosis": flow.diagnosis and _diagnosis(flow.diagnosis, advice),
        "graph": flow.graph,
        "values": flow.values,
        "activity": flow.activity,
        "text": text
        and {
            "tokens": text.tokens,
            "vocabulary": text.vocabulary,
            "inputs": text.inputs,
            "targets": text.targets,
        },
    }


def _diagnosis(found: Diagnosis, advice: Advice | None) -> dict[str, Any]:
    """The verdict, and what was tried where it was asked for."""
    return {
        **{field.name: getattr(found, field.name) for field in fields(found)},
        "advice": advice and advice.entries,
        "advice_tried": advice and advice.tried,
        "advice_left_out": advice and advice.left_out,
    }


def _layer(layer: LayerFlow, pairs: bool) -> dict[str, Any]:
    """One of several layers."""
    return {
        "layer": layer.layer,
        "hidden_gradient": layer.hidden_gradient,
        "cell_gradient": layer.cell_gradient,
        "itemized": layer.itemized if pairs else None,
        "spectrum": _spectrum(layer.trajectory),
        "initial_gradient": _initial(layer),
        "gates": layer.gates,
        "saturation": layer.saturation,
    }


def _initial(layer: LayerFlow) -> dict[str, Any]:
    """What reaches a layer's h_0 and c_0, each one norm."""
    found = layer.initial_gradient
    return {
        name: part and {"norm": part.norm.item(), "log10_norm": part.log10_norm.item()}
        for name, part in (("hidden", found.hidden), ("cell", found.cell))
    }


def _spectrum(seen: Trajectory | None) -> dict[str, Any] | None:
    """A layer's matrix and Jacobians."""
    if seen is None:
        return None
    known = seen.conditions
    return {
        **{field.name: getattr(seen.spectrum, field.name) for field in fields(seen.spectrum)},
        "blocks": seen.blocks,
        "gamma": known and known.gamma,
        "bound": known and known.bound,
        "sufficient": known and known.sufficient,
        "lyapunov_exponents": seen.lyapunov_exponents,
        "directions": seen.directions,
        "omega": seen.omega,
        "long_to_short": seen.long_to_short,
    }
