"""Drawing and giving the parameters and initial states of gated cells and stacked layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import (
    BLOCKS as LETTERS,
)
from tests.engine.reference.cases import (
    CELLS,
    GATED,
    PEEPHOLE,
    PROJECTED,
    SQUASHED,
    WITH_C,
    draws,
    shapes_of,
)
from unrolled.engine import (
    ACTIVATIONS,
    INITS,
    InvalidInput,
    Network,
    check_parameters,
    draw_parameters,
    explicit_sequence,
    gradient_flow,
    random_sequence,
)

ALL = (*CELLS, *GATED)
BLOCKS = {cell: len(letters) for cell, letters in LETTERS.items()}
NAMES = {"i": "input", "f": "forget", "g": "cell", "o": "output"}
NAMES |= {"r": "reset", "z": "update", "n": "new"}


def network(
    cell: str, layers: int = 1, sizes: tuple[int, int, int] = (2, 3, 2), f: str = "tanh"
) -> Network:
    return Network(cell, "many-to-many", f, *sizes, num_layers=layers)


def radius(matrix: Any) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def suffix(layer: int) -> str:
    return f"_{layer}" if layer else ""


@pytest.mark.parametrize("cell", ALL)
@pytest.mark.parametrize("layers", [1, 2, 4])
def test_shapes_and_their_order(cell: str, layers: int) -> None:
    wanted = shapes_of(cell, layers, 2, 3, 5)
    net = network(cell, layers, (2, 3, 5))
    assert list(net.parameter_shapes().items()) == list(wanted.items())
    drawn = draw_parameters(net, seed=1)
    assert {name: value.shape for name, value in drawn.items()} == wanted


# The first numbers of every block of seed 0. They may never change.
FROZEN = {
    ("lstm", "W_hh"): [
        1.2677315609301283,
        0.4290731170051881,
        0.10946320806115849,
        0.10230962100246914,
    ],
    ("gru", "W_hh"): [1.2677315609301283, 0.4290731170051881, 0.10946320806115849],
    ("lstm", "W_hh_1"): [
        -0.20960178488017475,
        -0.36720243498618865,
        0.48784964802703085,
        0.4446366325386658,
    ],
    ("lstm", "W_xh"): [
        1.2733861882326827,
        0.3300669507647112,
        0.395477943978347,
        -0.08134361767491116,
    ],
}


@pytest.mark.parametrize(("cell", "name"), FROZEN)
def test_seed_0_is_frozen(cell: str, name: str) -> None:
    drawn = draw_parameters(network(cell, 2), seed=0)[name]
    first = drawn.reshape(BLOCKS[cell], 3, -1)[:, 0, 0]
    assert first.tolist() == pytest.approx(FROZEN[cell, name], rel=1e-13)


@draws(60)
@given(
    cell=st.sampled_from(GATED),
    init=st.sampled_from(tuple(INITS)),
    wanted=st.floats(1e-3, 1e3),
    hidden=st.integers(1, 6),
    layers=st.integers(1, 4),
    seed=st.integers(0, 10_000),
)
def test_every_gates_block_has_the_spectral_radius(
    cell: str, init: str, wanted: float, hidden: int, layers: int, seed: int
) -> None:
    net = network(cell, layers, (2, hidden, 3))
    plain = draw_parameters(net, init=init, seed=seed)
    scaled = draw_parameters(net, init=init, spectral_radius=wanted, seed=seed)
    for layer in range(layers):
        name = f"W_hh{suffix(layer)}"
        shows = plain[f"W_hr{suffix(layer)}"] if cell in PROJECTED else np.eye(hidden)
        drawn = np.split(plain.pop(name), BLOCKS[cell])
        for before, block in zip(drawn, np.split(scaled.pop(name), BLOCKS[cell]), strict=True):
            assert radius(shows @ block) == pytest.approx(wanted, rel=1e-9)
            grown = wanted / radius(shows @ before)
            np.testing.assert_allclose(block, before * grown, rtol=1e-9)
    for name, value in plain.items():
        np.testing.assert_array_equal(scaled[name], value)


@pytest.mark.parametrize("cell", CELLS)
def test_every_layers_matrix_has_the_spectral_radius(cell: str) -> None:
    drawn = draw_parameters(network(cell, 3), spectral_radius=0.7, seed=8)
    for layer in range(3):
        name = f"W_yh{suffix(layer)}" if cell == "jordan" else f"W_hh{suffix(layer)}"
        matrix = drawn[name] @ drawn["W_hy"] if cell == "jordan" else drawn[name]
        assert radius(matrix) == pytest.approx(0.7, rel=1e-10)


@pytest.mark.parametrize("cell", GATED)
def test_spectral_radius_zero_silences_every_gate(cell: str) -> None:
    drawn = draw_parameters(network(cell, 2), spectral_radius=0.0)
    assert not drawn["W_hh"].any()
    assert not drawn["W_hh_1"].any()
    assert drawn["W_xh_1"].any()


@pytest.mark.parametrize("cell", GATED)
@pytest.mark.parametrize("layers", [1, 3])
def test_every_block_is_orthogonal_or_the_identity(cell: str, layers: int) -> None:
    for init in ("orthogonal", "identity"):
        drawn = draw_parameters(network(cell, layers, (2, 4, 3)), init=init, seed=3)
        for layer in range(layers):
            blocks = np.split(drawn[f"W_hh{suffix(layer)}"], BLOCKS[cell])
            for block in blocks:
                narrow = block.shape[1]
                np.testing.assert_allclose(block.T @ block, np.eye(narrow), atol=1e-14)
                assert init == "orthogonal" or np.array_equal(block, np.eye(4, narrow))
            assert init == "identity" or not np.allclose(blocks[0], blocks[1])


@pytest.mark.parametrize("cell", GATED)
def test_blocks_and_layers_are_drawn_apart(cell: str) -> None:
    drawn = draw_parameters(network(cell, 2, (3, 3, 2)), seed=2)
    blocks = np.split(drawn["W_hh"], BLOCKS[cell]) + np.split(drawn["W_hh_1"], BLOCKS[cell])
    blocks += np.split(drawn["W_xh"], BLOCKS[cell]) + np.split(drawn["W_xh_1"], BLOCKS[cell])
    assert len({block.tobytes() for block in blocks}) == len(blocks)


def test_normal_blocks_have_variance_one_over_fan_in() -> None:
    drawn = draw_parameters(network("lstm", 2, (25, 100, 5)), seed=1)
    for name, fan_in in (("W_xh", 25), ("W_hh", 100), ("W_xh_1", 100), ("W_hh_1", 100)):
        for block in np.split(drawn[name], 4):
            spread = block.std() * np.sqrt(fan_in)
            assert spread == pytest.approx(1.0, abs=5.0 / np.sqrt(2 * block.size)), name


@pytest.mark.parametrize("layers", [-1, 0, 5, 100])
def test_layers_have_bounds(layers: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        network("simple", layers)
    assert caught.value.pointer == ("network", "num_layers")
    assert caught.value.detail == f"received {layers}; allowed: a whole number 1 … 4"


@pytest.mark.parametrize("cell", GATED)
@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"tanh"}))
def test_a_gated_cell_takes_no_activation(cell: str, activation: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        network(cell, f=activation)
    assert caught.value.pointer == ("network", "activation")
    assert caught.value.detail.startswith(f"received '{activation}'; '{cell}' has activations of")


@pytest.mark.parametrize("cell", ALL)
@pytest.mark.parametrize("layers", [1, 3])
def test_given_weights_carry_their_layers_suffix(cell: str, layers: int) -> None:
    net = network(cell, layers)
    weights = {name: value.tolist() for name, value in draw_parameters(net, seed=6).items()}
    checked = check_parameters(net, weights)
    assert {name: value.tolist() for name, value in checked.items()} == weights
    for name in weights:
        without = {other: value for other, value in weights.items() if other != name}
        with pytest.raises(InvalidInput) as caught:
            check_parameters(net, without)
        assert caught.value.pointer == ("weights", name)
        assert caught.value.detail.startswith("missing; needed: numbers of shape")


@pytest.mark.parametrize(
    ("cell", "layers", "name"),
    [
        ("lstm", 1, "W_hh_1"),
        ("lstm", 2, "W_hh_2"),
        ("lstm", 2, "W_hh_0"),
        ("lstm", 2, "W_hy_1"),
        ("lstm", 1, "b_hn"),
        ("simple", 2, "b_hn_1"),
        ("jordan", 2, "W_hh_1"),
    ],
)
def test_a_weight_of_no_layer_is_refused(cell: str, layers: int, name: str) -> None:
    net = network(cell, layers)
    with pytest.raises(InvalidInput) as caught:
        check_parameters(net, {**draw_parameters(net), name: [[0.0]]})
    assert caught.value.pointer == ("weights", name)
    assert caught.value.detail.startswith("this cell has no such parameter; allowed: W_xh")


def test_a_layer_above_reads_the_layer_below() -> None:
    net = network("gru", 2)
    weights: dict[str, Any] = dict(draw_parameters(net))
    weights["W_xh_1"] = np.zeros((9, 2))
    with pytest.raises(InvalidInput) as caught:
        check_parameters(net, weights)
    assert caught.value.pointer == ("weights", "W_xh_1")
    assert caught.value.detail == "received shape (9, 2); needed: (9, 3)"


def sequence(cell: str, layers: int, **states: Any) -> Any:
    inputs, targets = np.zeros((4, 2, 2)), np.zeros((4, 2, 2))
    net = network(cell, layers)
    return explicit_sequence(net, "squared-error", inputs=inputs, targets=targets, **states)


@pytest.mark.parametrize("layers", [1, 3])
def test_initial_states_reach_their_own_layer(layers: int) -> None:
    random = np.random.default_rng(0)
    shape = (2, 3) if layers == 1 else (layers, 2, 3)
    h_0, c_0 = random.normal(size=shape), random.normal(size=shape)
    net = network("lstm", layers)
    made = sequence("lstm", layers, h_0=h_0.tolist(), c_0=c_0.tolist())
    trace = gradient_flow(net, draw_parameters(net), made, loss="squared-error").trace
    for layer, own in enumerate(trace.layers):
        np.testing.assert_array_equal(own.h_0, h_0[layer] if layers > 1 else h_0)
        np.testing.assert_array_equal(own.c_0, c_0[layer] if layers > 1 else c_0)


@pytest.mark.parametrize(
    ("layers", "shape", "needed"),
    [
        (1, (1, 2, 3), "(2, 3)"),
        (1, (2, 4), "(2, 3)"),
        (3, (2, 3), "(3, 2, 3)"),
        (3, (2, 2, 3), "(3, 2, 3)"),
    ],
)
@pytest.mark.parametrize("name", ["h_0", "c_0"])
def test_initial_states_of_another_shape(
    name: str, layers: int, shape: tuple[int, ...], needed: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        sequence("lstm", layers, **{name: np.zeros(shape)})
    assert caught.value.pointer == ("sequence", name)
    assert caught.value.detail == f"received shape {shape}; needed: {needed}"


@pytest.mark.parametrize("cell", [cell for cell in ALL if cell not in WITH_C])
def test_c_0_needs_a_c(cell: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sequence(cell, 1, c_0=np.zeros((2, 3)))
    assert caught.value.pointer == ("sequence", "c_0")
    assert caught.value.detail == f"{cell!r} has no cell state: leave c_0 out"


@pytest.mark.parametrize("cell", GATED)
def test_the_activity_of_every_gate(cell: str) -> None:
    """Means over samples and units, by the contract's names; of |g| and |n| for the candidates."""
    net = network(cell, 2)
    p, drawn = draw_parameters(net, seed=9), random_sequence(net, "squared-error", steps=5, seed=1)
    flow = gradient_flow(net, p, drawn, loss="squared-error")
    names = [NAMES[letter] for letter in LETTERS[cell]]
    candidate = names.index("cell" if cell in WITH_C else "new")
    for layer, own in enumerate(flow.layers):
        assert own.gates is not None
        assert list(own.gates) == names
        end, trace = suffix(layer), flow.trace.layers[layer]
        enters = trace.x @ p[f"W_xh{end}"].T + p[f"b_h{end}"]
        returns = trace.feedback @ p[f"W_hh{end}"].T
        if cell in PEEPHOLE:
            assert trace.c is not None
            assert trace.c_0 is not None
            before = np.concatenate((trace.c_0[np.newaxis], trace.c[:-1]))
            peeps = [before * p[f"p_i{end}"], before * p[f"p_f{end}"], before * 0.0]
            enters = enters + np.concatenate((*peeps, trace.c * p[f"p_o{end}"]), axis=-1)
        blocks = np.split(enters + returns, BLOCKS[cell], axis=-1)
        for n, name in enumerate(names):
            gate = 1.0 / (1.0 + np.exp(-blocks[n]))
            if n == candidate and cell in WITH_C:
                gate = ACTIVATIONS[SQUASHED[cell]].value(blocks[n])
            elif n == candidate:
                inside = np.split(enters, BLOCKS[cell], axis=-1)[n]
                first, width = 1.0 / (1.0 + np.exp(-blocks[0])), p[f"W_hh{end}"].shape[1]
                if cell == "gru":
                    inside = inside + first * (returns[..., 2 * width :] + p[f"b_hn{end}"])
                else:
                    inside = inside + first * trace.feedback @ p[f"W_hh{end}"][n * width :].T
                gate = np.tanh(inside)
            mean = np.abs(gate).mean(axis=(1, 2))
            np.testing.assert_allclose(own.gates[name], mean, rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_other_cells_have_no_gates(cell: str) -> None:
    net = network(cell)
    drawn = random_sequence(net, "squared-error", steps=3)
    assert gradient_flow(net, draw_parameters(net), drawn, loss="squared-error").top.gates is None
