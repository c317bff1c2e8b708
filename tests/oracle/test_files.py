"""Weights that PyTorch, Keras and ONNX wrote into files give here what they give there.

Outputs, and the gradients of Σ u ⊙ h for a drawn u.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.engine.reference.compare import close
from tests.oracle.kinds import KINDS, projected
from unrolled import engine
from unrolled.app.files.content import Module, Work, readable
from unrolled.app.files.formats import read
from unrolled.app.files.found import find
from unrolled.app.files.supported import taken

os.environ["KERAS_BACKEND"] = "torch"

DTYPES = {"float64": (1e-9, 1e-13), "float32": (1e-4, 1e-5)}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Any]:
    """`found(path)`: the one module of a file, and its arrays layer by layer."""
    with ExitStack() as held:

        def one(path: Path) -> tuple[Module, list[dict[str, Any]]]:
            [module], _ = find(read(path, Work(tmp_path, held)))
            assert module.why_not is None
            return module, [{n: readable(one) for n, one in own.items()} for own in module.layers]

        yield one


def here(module: Module, layers: Any, inputs: Any, entering: Any, activation: str) -> Any:
    """h_t, and ∂L/∂(every array) layer by layer in the layout of the file."""
    own = taken(module.kind, layers)
    network = engine.Network(
        own.cell,
        "many-to-many",
        activation,
        own.input_size,
        own.hidden_size,
        0,
        own.num_layers,
        bidirectional=own.bidirectional,
        projection_size=own.projection_size,
    )
    value = {"at": "hidden", "value": entering}
    sequence = engine.explicit_sequence(network, "given", inputs=inputs, entering=value)
    flow: Any
    if own.bidirectional:
        flow = engine.bidirectional_flow(
            network, own.parameters, sequence, loss="given", spectral=False
        )
    else:
        flow = engine.gradient_flow(
            network, own.parameters, sequence, loss="given", graph=False, spectral=False
        )
    gradients = {name: one.value for name, one in flow.parameter_gradients.items()}
    return flow.trace.h, engine.export_gradients(module.kind, gradients, layers)


def sizes(random: np.random.Generator) -> tuple[int, int, int, int]:
    """T, B, D and H; D is another than H, so that nothing lies the wrong way unseen."""
    steps, batch, width, units = (int(random.integers(1, 9)) for _ in range(4))
    return steps, batch, width + (width == units), units


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("write", ["safetensors", "npz"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("kind", "activation"), KINDS)
def test_pytorch(
    random: np.random.Generator,
    found: Any,
    tmp_path: Path,
    kind: str,
    activation: str,
    layers: int,
    write: str,
    dtype: str,
) -> None:
    import safetensors.torch

    steps, batch, width, units = sizes(random)
    torch.manual_seed(int(random.integers(2**32)))
    name, units, shown, options = projected(random, kind, units)
    options |= {"nonlinearity": activation} if kind == "RNN" else {}
    theirs = getattr(torch.nn, name)(width, units, layers, **options).to(getattr(torch, dtype))
    inputs = torch.tensor(random.normal(size=(steps, batch, width))).to(theirs.weight_ih_l0.dtype)
    weights = torch.tensor(random.normal(size=(steps, batch, shown))).to(inputs.dtype)
    states, _ = theirs(inputs)
    (states * weights).sum().backward()
    path = tmp_path / "file"
    named = {f"encoder.{name}": one for name, one in theirs.state_dict().items()}
    if write == "npz":
        with path.open("wb") as file:
            np.savez(file, **{name: one.numpy() for name, one in named.items()})
    else:
        safetensors.torch.save_file(named, path)
    module, arrays = found(path)
    assert (module.kind, module.name) == (f"torch.nn.{kind}", "encoder")
    h, gradients = here(module, arrays, inputs.numpy(), weights.numpy(), activation)
    close("h_t", h, states.detach().numpy(), *DTYPES[dtype])
    back = engine.torch_names(gradients)
    for name, leaf in theirs.named_parameters():
        close(f"∂L/∂{name}", back[name], leaf.grad.numpy(), *DTYPES[dtype])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "LSTM(proj_size)"])
def test_pytorch_in_both_directions(
    random: np.random.Generator, found: Any, tmp_path: Path, kind: str, layers: int
) -> None:
    import safetensors.torch

    steps, batch, width, units = sizes(random)
    torch.manual_seed(int(random.integers(2**32)))
    kind, units, shown, options = projected(random, kind, units)
    theirs = getattr(torch.nn, kind)(width, units, layers, bidirectional=True, **options).double()
    inputs = torch.tensor(random.normal(size=(steps, batch, width)))
    weights = torch.tensor(random.normal(size=(steps, batch, 2 * shown)))
    states, _ = theirs(inputs)
    (states * weights).sum().backward()
    path = tmp_path / "file"
    safetensors.torch.save_file(theirs.state_dict(), path)
    module, arrays = found(path)
    assert module.bidirectional
    h, gradients = here(module, arrays, inputs.numpy(), weights.numpy(), "tanh")
    close("h_t", h, states.detach().numpy(), *DTYPES["float64"])
    back = engine.torch_names(gradients)
    for name, leaf in theirs.named_parameters():
        close(f"∂L/∂{name}", back[name], leaf.grad.numpy(), *DTYPES["float64"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("end", [".keras", ".weights.h5", ".h5"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("SimpleRNN", {}),
        ("SimpleRNN", {"activation": "relu"}),
        ("LSTM", {}),
        ("LSTM", {"activation": "relu"}),
        ("GRU", {}),
        ("GRU", {"reset_after": False}),
    ],
    ids=str,
)
def test_keras(
    random: np.random.Generator,
    found: Any,
    tmp_path: Path,
    kind: str,
    options: dict[str, Any],
    end: str,
    dtype: str,
) -> None:
    import keras

    steps, batch, width, units = sizes(random)
    keras.utils.set_random_seed(int(random.integers(2**31)))
    layer = getattr(keras.layers, kind)(units, return_sequences=True, dtype=dtype, **options)
    model = keras.Sequential([keras.Input((None, width), dtype=dtype), layer])
    layer.cell.bias.assign(random.normal(size=layer.cell.bias.shape))
    inputs = random.normal(size=(steps, batch, width)).astype(dtype)
    weights = random.normal(size=(steps, batch, units)).astype(dtype)
    states = layer(torch.tensor(inputs.swapaxes(0, 1)))  # a model casts what it reads to float32
    (states * torch.tensor(weights.swapaxes(0, 1))).sum().backward()
    path = tmp_path / f"model{end}"
    (model.save_weights if end == ".weights.h5" else model.save)(path)
    module, [arrays] = found(path)
    activation = str(options.get("activation", "tanh"))
    if kind == "LSTM" and options:  # the function belongs to the module's kind
        if end == ".weights.h5":
            assert "tanh and sigmoid" in module.assumed[0]
            return
        assert module.kind == "keras.LSTM(activation='relu')"
        activation = "tanh"
    if end != ".weights.h5":
        assert module.activation in (None, activation)
    fused = kind in ("LSTM", "GRU") and not options
    precision = DTYPES[dtype if fused else "float32"]  # else Keras multiplies in float32 itself
    h, [gradients] = here(module, [arrays], inputs, weights, activation)
    close("h_t", h, states.detach().numpy().swapaxes(0, 1), *precision)
    cell = layer.cell
    for name, leaf in (
        ("kernel", cell.kernel),
        ("recurrent_kernel", cell.recurrent_kernel),
        ("bias", cell.bias),
    ):
        close(f"∂L/∂{name}", gradients[name], leaf.value.grad.numpy(), *precision)


# --- ONNX -----------------------------------------------------------------------------------------


def onnx_model(operator: str, arrays: dict[str, Any], **said: Any) -> bytes:
    """One node."""
    from onnx import helper, numpy_helper

    node = helper.make_node(operator, ["X", *arrays], ["Y"], **said)
    given = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    kind = helper.np_dtype_to_tensor_dtype(arrays["W"].dtype)
    ends = [helper.make_tensor_value_info(name, kind, None) for name in "XY"]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], given)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString())


def of_the_operator(operator: str, arrays: dict[str, Any], x: Any, before: int, f: Any) -> Any:
    """The states by the operator's own equations, after onnx.ai."""
    (w,), (r,) = arrays["W"], arrays["R"]
    (b,) = arrays["B"]
    blocks, hidden = len(r) // r.shape[1], r.shape[1]
    w, r = w.reshape(blocks, hidden, -1), r.reshape(blocks, hidden, hidden)
    outside, inside = b.reshape(2, blocks, hidden)
    h = c = torch.zeros(x.shape[1], hidden, dtype=x.dtype)
    states = []
    for step in x:
        a = [step @ w[n].T + outside[n] for n in range(blocks)]
        u = [h @ r[n].T + inside[n] for n in range(blocks)]
        if operator == "RNN":
            h = f(a[0] + u[0])
        elif operator == "LSTM":
            i, o, forget = (torch.sigmoid(a[n] + u[n]) for n in range(3))
            c = forget * c + i * torch.tanh(a[3] + u[3])
            h = o * torch.tanh(c)
        else:
            z, reset = (torch.sigmoid(a[n] + u[n]) for n in range(2))
            past = reset * u[2] if before else (reset * h) @ r[2].T + inside[2]
            h = (1 - z) * torch.tanh(a[2] + past) + z * h
        states.append(h)
    return torch.stack(states)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("operator", "blocks", "said"),
    [
        ("RNN", 1, {}),
        ("RNN", 1, {"activations": ["Relu"]}),
        ("LSTM", 4, {}),
        ("GRU", 3, {"linear_before_reset": 1}),
        ("GRU", 3, {"linear_before_reset": 0}),
    ],
    ids=str,
)
def test_onnx(
    random: np.random.Generator,
    found: Any,
    tmp_path: Path,
    operator: str,
    blocks: int,
    said: dict[str, Any],
    dtype: str,
) -> None:
    import onnxruntime

    steps, batch, width, units = sizes(random)
    arrays = {
        "W": 0.5 * random.normal(size=(1, blocks * units, width)),
        "R": 0.5 * random.normal(size=(1, blocks * units, units)),
        "B": 0.5 * random.normal(size=(1, 2 * blocks * units)),
    }
    arrays = {name: one.astype(dtype) for name, one in arrays.items()}
    inputs = random.normal(size=(steps, batch, width)).astype(dtype)
    weights = random.normal(size=(steps, batch, units)).astype(dtype)
    body = onnx_model(operator, arrays, hidden_size=units, **said)
    path = tmp_path / "model.onnx"
    path.write_bytes(body)
    module, layers = found(path)
    activation = module.activation or "tanh"
    h, [gradients] = here(module, layers, inputs, weights, activation)

    leaves = {name: torch.tensor(one, requires_grad=True) for name, one in arrays.items()}
    f = torch.relu if said.get("activations") else torch.tanh
    before = said.get("linear_before_reset", 0)
    states = of_the_operator(operator, leaves, torch.tensor(inputs), before, f)
    (states * torch.tensor(weights)).sum().backward()
    close("h_t", h, states.detach().numpy(), *DTYPES[dtype])
    if dtype == "float32":  # the runtime has no other
        session = onnxruntime.InferenceSession(body)
        [ran] = session.run(None, {"X": inputs})
        close("h_t", h, ran[:, 0], *DTYPES[dtype])
    theirs = in_its_blocks(operator, module.kind, leaves, units)
    for name, gradient in theirs.items():
        close(f"∂L/∂{name}", gradients[name], gradient, *DTYPES[dtype])


def in_its_blocks(operator: str, kind: str, leaves: Any, units: int) -> dict[str, Any]:
    """∂L/∂W, ∂L/∂R and ∂L/∂B as the module has its blocks."""
    turned = kind.startswith("keras")
    order = {"RNN": [0], "LSTM": [0, 2, 3, 1], "GRU": [0, 1, 2] if turned else [1, 0, 2]}[operator]
    rows = np.concatenate([np.arange(n * units, (n + 1) * units) for n in order])
    w, r, b = (leaves[name].grad.numpy()[0] for name in "WRB")
    outside, inside = b.reshape(2, -1)
    if turned:
        return {"kernel": w[rows].T, "recurrent_kernel": r[rows].T, "bias": outside[rows]}
    return {
        "weight_ih": w[rows], "weight_hh": r[rows], "bias_ih": outside[rows],
        "bias_hh": inside[rows],
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "activation"), KINDS[:-1])  # ONNX knows no projection
def test_what_pytorch_exports_to_onnx(
    random: np.random.Generator, found: Any, tmp_path: Path, kind: str, activation: str
) -> None:
    """Two layers, which the exporter writes as two nodes."""
    steps, batch, width, units = sizes(random)
    options: dict[str, Any] = {"nonlinearity": activation} if kind == "RNN" else {}
    theirs = getattr(torch.nn, kind)(width, units, 2, **options)
    inputs = torch.tensor(random.normal(size=(steps, batch, width))).float()
    states, _ = theirs(inputs)
    weights = torch.tensor(random.normal(size=(steps, batch, units))).float()
    (states * weights).sum().backward()
    file = io.BytesIO()
    torch.onnx.export(theirs, (inputs,), file, dynamo=False)
    path = tmp_path / "model.onnx"
    path.write_bytes(file.getvalue())
    module, layers = found(path)
    assert len(module.layers) == 2
    h, gradients = here(module, layers, inputs.numpy(), weights.numpy(), activation)
    close("h_t", h, states.detach().numpy(), *DTYPES["float32"])
    back = engine.torch_names(gradients)
    for name, leaf in theirs.named_parameters():
        close(f"∂L/∂{name}", back[name], leaf.grad.numpy(), *DTYPES["float32"])
