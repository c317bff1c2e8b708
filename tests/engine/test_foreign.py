"""Other frameworks' layouts, by arrays made by hand and by formulas written from their manuals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.compare import close
from unrolled import engine
from unrolled.engine import (
    MODULES,
    InvalidInput,
    Network,
    export_gradients,
    import_module,
    torch_layers,
    torch_names,
)

HIGH, WIDE = 3, 2
SHOWN = 2
"""The width of a projected h."""
GATES = {"simple": 1, "lstm": 4, "lstm-relu": 4, "gru": 3, "gru-reset-before": 3}
GATES |= {"lstm-projected": 4}


def shown(kind: str) -> int:
    """The width of h_t."""
    return SHOWN if MODULES[kind].projection else HIGH


def arrays(kind: str, layers: int = 1, *, seed: int = 0, bias: bool = True) -> list[dict[str, Any]]:
    """A module's arrays in its framework's shapes."""
    module, random = MODULES[kind], np.random.default_rng(seed)
    high, found = GATES[module.cell] * HIGH, []
    for n in range(layers):
        reads = shown(kind) if n else WIDE
        shapes: dict[str, tuple[int, ...]] = {
            module.inward: (high, reads),
            module.recurrent: (high, shown(kind)),
        }
        if module.projection:
            shapes[module.projection] = (SHOWN, HIGH)
        if kind.startswith("keras"):
            shapes = {name: shape[::-1] for name, shape in shapes.items()}
        if bias:
            shapes |= dict.fromkeys(module.biases, (2, high) if kind == "keras.GRU" else (high,))
        found.append({name: random.normal(size=shape) for name, shape in shapes.items()})
    return found


def sigmoid(a: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-a))


def manual(kind: str, own: dict[str, Any], x: Any, h: Any, c: Any) -> tuple[Any, Any]:
    """One step as the framework's manual writes it."""
    if kind.startswith("torch"):
        of_x = x @ own["weight_ih"].T + own["bias_ih"]
        of_h = h @ own["weight_hh"].T + own["bias_hh"]
        if kind.endswith("RNN"):
            return np.tanh(of_x + of_h), c
        if "LSTM" in kind:
            i, f, g, o = np.split(of_x + of_h, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            return h @ own["weight_hr"].T if "weight_hr" in own else h, c
        (r, z, n), (r_h, z_h, n_h) = np.split(of_x, 3, axis=1), np.split(of_h, 3, axis=1)
        n = np.tanh(n + sigmoid(r + r_h) * n_h)
        z = sigmoid(z + z_h)
        return (1.0 - z) * n + z * h, c
    kernel, recurrent, bias = (own[name] for name in ("kernel", "recurrent_kernel", "bias"))
    if kind == "keras.SimpleRNN":
        return np.tanh(x @ kernel + bias + h @ recurrent), c
    if kind.startswith("keras.LSTM"):
        squash = (lambda a: np.maximum(a, 0.0)) if "relu" in kind else np.tanh
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * squash(g)
        return sigmoid(o) * squash(c), c
    if kind == "keras.GRU":
        z, r, n = np.split(x @ kernel + bias[0], 3, axis=1)
        z_h, r_h, n_h = np.split(h @ recurrent + bias[1], 3, axis=1)
        z = sigmoid(z + z_h)
        return z * h + (1.0 - z) * np.tanh(n + sigmoid(r + r_h) * n_h), c
    z, r, n = np.split(x @ kernel + bias, 3, axis=1)
    of_z, of_r, of_n = np.split(recurrent, 3, axis=1)
    z, r = sigmoid(z + h @ of_z), sigmoid(r + h @ of_r)
    return z * h + (1.0 - z) * np.tanh(n + (r * h) @ of_n), c


def run(kind: str, layers: list[dict[str, Any]], x: Any) -> Any:
    """The states of the last layer, (T, B, H)."""
    for own in layers:
        h, c = (np.zeros((x.shape[1], width)) for width in (shown(kind), HIGH))
        states = []
        for now in x:
            h, c = manual(kind, own, now, h, c)
            states.append(h)
        x = np.array(states)
    return x


def loss(kind: str, layers: list[dict[str, Any]], x: Any, weights: Any) -> Any:
    return (run(kind, layers, x) * weights).sum()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", MODULES)
def test_a_module_computes_the_same_and_gets_its_gradients_back(kind: str, layers: int) -> None:
    """Forward against the manual's formulas, back against their complex steps, entry by entry."""
    own, random = arrays(kind, layers, seed=layers), np.random.default_rng(9)
    x, weights = random.normal(size=(4, 2, WIDE)), random.normal(size=(4, 2, shown(kind)))
    taken = import_module(kind, own)
    assert (taken.input_size, taken.hidden_size, taken.num_layers) == (WIDE, HIGH, layers)
    assert taken.projection_size == (SHOWN if MODULES[kind].projection else None)
    assert taken.note == ""
    net = Network(
        taken.cell,
        *("many-to-many", "tanh", WIDE, HIGH, 0, layers),
        projection_size=taken.projection_size,
    )
    assert list(taken.parameters) == list(net.parameter_shapes())
    sequence = engine.explicit_sequence(
        net, "given", inputs=x, entering={"at": "hidden", "value": weights}
    )
    parameters = engine.check_parameters(net, taken.parameters)
    flow = engine.gradient_flow(net, parameters, sequence, loss="given", graph=False)
    close("h_t", flow.trace.h, run(kind, own, x), 1e-14)
    gradients = {name: one.value for name, one in flow.parameter_gradients.items()}
    back = export_gradients(kind, gradients, own)
    for n, layer in enumerate(own):
        assert list(back[n]) == list(layer)
        for name, value in layer.items():
            exact = np.empty_like(value)
            for at in np.ndindex(value.shape):
                moved = [{k: v.astype(complex) for k, v in each.items()} for each in own]
                moved[n][name][at] += 1e-20j
                exact[at] = loss(kind, moved, x, weights).imag / 1e-20
            close(f"∂L/∂{name} of layer {n}", back[n][name], exact, 1e-12)


@pytest.mark.parametrize("kind", MODULES)
def test_without_biases_they_are_zero(kind: str) -> None:
    bare, full = arrays(kind, 2, bias=False), arrays(kind, 2)
    for layer, own in zip(full, bare, strict=True):
        layer.update(own | {name: np.zeros_like(layer[name]) for name in MODULES[kind].biases})
    one, other = import_module(kind, bare), import_module(kind, full)
    for name, value in one.parameters.items():
        np.testing.assert_array_equal(value, other.parameters[name])
    back = export_gradients(kind, one.parameters, bare)
    assert [list(layer) for layer in back] == [list(layer) for layer in bare]


def test_two_biases_by_hand() -> None:
    """They are added, but for the rows that the reset gate multiplies."""
    own = arrays("torch.nn.GRU")[0]
    own["bias_ih"], own["bias_hh"] = np.arange(9.0), 100.0 * np.arange(1.0, 10.0)
    taken = import_module("torch.nn.GRU", [own]).parameters
    assert taken["b_h"].tolist() == [100.0, 201.0, 302.0, 403.0, 504.0, 605.0, 6.0, 7.0, 8.0]
    assert taken["b_hn"].tolist() == [700.0, 800.0, 900.0]
    both = import_module("torch.nn.LSTM", [one := arrays("torch.nn.LSTM")[0]]).parameters
    np.testing.assert_array_equal(both["b_h"], one["bias_ih"] + one["bias_hh"])


def test_keras_writes_z_before_r() -> None:
    own = arrays("keras.GRU")[0]
    own["kernel"] = np.tile(np.arange(9.0), (WIDE, 1))
    taken = import_module("keras.GRU", [own]).parameters
    assert taken["W_xh"][:, 0].tolist() == [3.0, 4.0, 5.0, 0.0, 1.0, 2.0, 6.0, 7.0, 8.0]


def test_single_precision_is_taken_exactly_and_said() -> None:
    own = [{k: v.astype(np.float32) for k, v in arrays("torch.nn.LSTM")[0].items()}]
    taken = import_module("torch.nn.LSTM", own)
    assert taken.dtype == "float32"
    assert taken.note == "The weights came as float32; everything is computed in float64."
    assert all(value.dtype == np.float64 for value in taken.parameters.values())
    np.testing.assert_array_equal(taken.parameters["W_hh"], own[0]["weight_hh"])


def test_names_with_layers_and_back() -> None:
    layers = arrays("torch.nn.LSTM", 3)
    named = torch_names(layers)
    assert list(named)[4:6] == ["weight_ih_l1", "weight_hh_l1"]
    assert torch_layers(named) == layers


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        ({"weight_hh": None}, "layers/0/weight_hh", "missing"),
        ({"bias_hh": None}, "layers/0/bias_hh", "all biases, or none"),
        ({"weight_hr": np.zeros(2)}, "layers/0/weight_hr", "allowed: weight_ih"),
        ({"weight_ih": np.zeros((12, 5, 1))}, "layers/0/weight_ih", "needed: (12, 0)"),
        ({"weight_ih": np.zeros((11, 5))}, "layers/0/weight_ih", "needed: (12, 5)"),
        ({"weight_hh": np.zeros((12, 2))}, "layers/0/weight_hh", "needed: (8, 2)"),
        ({"bias_ih": np.zeros(3)}, "layers/0/bias_ih", "needed: (12,)"),
        ({"bias_ih": np.full(12, np.nan)}, "layers/0/bias_ih", "finite"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], pointer: str, said: str) -> None:
    own = arrays("torch.nn.LSTM")[0] | change
    own = {name: value for name, value in own.items() if value is not None}
    with pytest.raises(InvalidInput) as refused:
        import_module("torch.nn.LSTM", [own])
    assert "/".join(map(str, refused.value.pointer)) == pointer
    assert said in refused.value.detail


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["weight"], "not known"),
        (["weight_ih_l1"], r"received layers \[1\]"),
    ],
)
def test_names_that_are_none_are_refused(names: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        torch_layers(dict.fromkeys(names, 0))
    with pytest.raises(InvalidInput, match=r"received 'torch\.nn\.Linear'"):
        import_module("torch.nn.Linear", arrays("torch.nn.RNN"))
    with pytest.raises(InvalidInput, match="received none"):
        import_module("torch.nn.RNN", [])


@pytest.mark.parametrize("kind", MODULES)
def test_a_second_direction_stands_beside_the_first(kind: str) -> None:
    """The layer above reads both; every array comes back where it was."""
    first, second = arrays(kind), arrays(kind, seed=1)
    upper = [dict(own) for own in (arrays(kind, 2)[1], arrays(kind, 2, seed=1)[1])]
    module = MODULES[kind]
    for own in upper:
        axis = 0 if module.transposed else 1
        own[module.inward] = np.concatenate([own[module.inward]] * 2, axis=axis)
    layers = [
        pair[0] | {f"{name}_reverse": value for name, value in pair[1].items()}
        for pair in ((first[0], second[0]), upper)
    ]
    taken = import_module(kind, layers)
    assert taken.bidirectional
    network = Network(
        taken.cell, "many-to-many", "tanh", WIDE, HIGH, 0, num_layers=2, bidirectional=True
    )
    shapes = {name: value.shape for name, value in taken.parameters.items()}
    assert shapes == network.parameter_shapes()
    alone = import_module(kind, second).parameters
    for name, value in alone.items():
        np.testing.assert_array_equal(taken.parameters[f"{name}_reverse"], value)
    back = export_gradients(kind, taken.parameters, layers)
    assert [list(own) for own in back] == [list(own) for own in layers]
    for name in (module.inward, module.recurrent):
        for end in ("", "_reverse"):
            np.testing.assert_array_equal(back[1][name + end], layers[1][name + end])


def test_half_of_a_second_direction_is_refused() -> None:
    own = arrays("torch.nn.LSTM")[0]
    own["weight_ih_reverse"] = own["weight_ih"]
    with pytest.raises(InvalidInput) as refused:
        import_module("torch.nn.LSTM", [own])
    assert refused.value.pointer == ("layers", 0, "weight_hh_reverse")
    names = {f"weight_ih_l1{end}": np.zeros(1) for end in ("", "_reverse")}
    layers = torch_layers({"weight_hh_l0": np.zeros(1)} | names)
    assert list(layers[1]) == ["weight_ih", "weight_ih_reverse"]
    assert list(torch_names(layers)) == ["weight_hh_l0", *names]
