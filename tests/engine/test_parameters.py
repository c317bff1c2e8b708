"""Seeded draws that stay the same for ever, their distributions, and given weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import CELLS, draws
from unrolled.engine import INITS, InvalidInput, Network, check_parameters, draw_parameters


def network(cell: str = "simple", sizes: tuple[int, int, int] = (2, 3, 2)) -> Network:
    return Network(cell, "many-to-many", "tanh", *sizes)


def radius(cell: str, parameters: dict[str, Any]) -> float:
    w = parameters["W_yh"] @ parameters["W_hy"] if cell == "jordan" else parameters["W_hh"]
    return float(np.abs(np.linalg.eigvals(w)).max())


FREE = [name for name, row in INITS.items() if not row.gated]
"""The inits that every cell takes."""

# The first numbers of seed 0. They may never change: a link that somebody kept would show
# another network.
FROZEN = {
    ("simple", "normal", "W_xh"): [1.2733861882326827, -1.343538933734881, -1.0210795168874427],
    ("simple", "normal", "W_hh"): [1.2677315609301283, 0.012811313921815209, 0.3274430542404916],
    ("simple", "normal", "W_hy"): [1.0144453386017986, -0.6358464928486895, 0.0838341076908701],
    ("jordan", "normal", "W_yh"): [0.00468836707853705, -0.9089103862422337, -0.4639378568683157],
    ("simple", "uniform", "W_xh"): [0.16789680828502807, 0.5698850706014352, -0.07554028041371785],
    ("simple", "uniform", "W_hh"): [0.0017476320637443976, 0.17293529279065878, 0.3632751727547181],
    ("simple", "uniform", "W_hy"): [-0.10464527381414285, 0.16695367737559874, -0.5730547997955129],
    ("simple", "orthogonal", "W_hh"): [0.8925801879619601, -0.4508664716229338, -0.004475804293995],
    ("simple", "orthogonal", "W_xh"): [0.6773866214941031, -0.7259595791820472, -0.543170336393525],
    ("simple", "identity", "W_xh"): [1.2733861882326827, -1.343538933734881, -1.0210795168874427],
    ("simple", "identity", "W_hh"): [1.0, 0.0, 0.0],
}


@pytest.mark.parametrize(("cell", "init", "name"), FROZEN)
def test_seed_0_is_frozen(cell: str, init: str, name: str) -> None:
    drawn = draw_parameters(network(cell), init=init, seed=0)[name]
    assert drawn.ravel()[:3].tolist() == pytest.approx(FROZEN[cell, init, name], rel=1e-13)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("init", FREE)
def test_one_seed_one_network(cell: str, init: str) -> None:
    first = draw_parameters(network(cell), init=init, seed=5)
    again = draw_parameters(network(cell), init=init, seed=5)
    other = draw_parameters(network(cell), init=init, seed=6)
    assert list(first) == list(network(cell).parameter_shapes())
    for name, shape in network(cell).parameter_shapes().items():
        assert first[name].shape == shape
        assert first[name].dtype == np.float64
        np.testing.assert_array_equal(first[name], again[name])
        fixed = name[0] == "b" or (init == "identity" and name in ("W_hh", "W_yh"))
        assert np.array_equal(first[name], other[name]) == fixed
        assert not first[name].any() or name[0] != "b"


def test_order_of_the_parameters() -> None:
    assert list(network().parameter_shapes()) == ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]
    assert list(network("jordan").parameter_shapes()) == ["W_xh", "W_yh", "b_h", "W_hy", "b_y"]
    assert network("elman", (2, 3, 4)).parameter_shapes() == {
        "W_xh": (3, 2),
        "W_hh": (3, 3),
        "b_h": (3,),
        "W_hy": (4, 3),
        "b_y": (4,),
    }
    assert network("jordan", (2, 3, 4)).parameter_shapes()["W_yh"] == (3, 4)


def test_every_parameter_has_a_stream_of_its_own() -> None:
    """Another input size leaves the recurrent matrix and the outputs as they are."""
    small, large = (draw_parameters(network(sizes=(d, 3, 2)), seed=4) for d in (1, 9))
    np.testing.assert_array_equal(small["W_hh"], large["W_hh"])
    np.testing.assert_array_equal(small["W_hy"], large["W_hy"])
    drawn = draw_parameters(network(sizes=(3, 3, 3)), seed=4)
    assert not np.array_equal(drawn["W_xh"], drawn["W_hh"])


def test_normal_has_variance_one_over_fan_in() -> None:
    drawn = draw_parameters(network(sizes=(25, 200, 100)), seed=1)
    for name, fan_in in (("W_xh", 25), ("W_hh", 200), ("W_hy", 200)):
        spread = drawn[name].std() * np.sqrt(fan_in)
        assert spread == pytest.approx(1.0, abs=5.0 / np.sqrt(2 * drawn[name].size))
        assert abs(drawn[name].mean()) * np.sqrt(fan_in * drawn[name].size) < 5.0


@pytest.mark.parametrize("cell", CELLS)
def test_uniform_is_bounded_by_one_over_root_hidden(cell: str) -> None:
    drawn = draw_parameters(network(cell, (30, 64, 40)), init="uniform", seed=1)
    for name in ("W_xh", "W_yh" if cell == "jordan" else "W_hh", "W_hy"):
        assert np.abs(drawn[name]).max() <= 1 / 8
        assert np.abs(drawn[name]).max() > 0.99 / 8
        assert drawn[name].std() == pytest.approx(1 / 8 / np.sqrt(3), rel=0.1)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sizes", [(2, 5, 3), (7, 4, 6), (3, 3, 3), (1, 6, 1)])
def test_orthogonal(cell: str, sizes: tuple[int, int, int]) -> None:
    drawn = draw_parameters(network(cell, sizes), init="orthogonal", seed=3)
    for name, w in drawn.items():
        if w.ndim == 2:
            gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
            np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-14, err_msg=name)


def test_identity_concerns_the_recurrent_matrix_only() -> None:
    drawn = draw_parameters(network(sizes=(2, 4, 3)), init="identity", seed=2)
    np.testing.assert_array_equal(drawn["W_hh"], np.eye(4))
    normal = draw_parameters(network(sizes=(2, 4, 3)), init="normal", seed=2)
    np.testing.assert_array_equal(drawn["W_xh"], normal["W_xh"])
    np.testing.assert_array_equal(drawn["W_hy"], normal["W_hy"])
    jordan = draw_parameters(network("jordan", (2, 4, 3)), init="identity", seed=2)
    np.testing.assert_array_equal(jordan["W_yh"], np.eye(4, 3))


@draws(60)
@given(
    cell=st.sampled_from(CELLS),
    init=st.sampled_from(FREE),
    wanted=st.floats(1e-3, 1e3),
    hidden=st.integers(1, 8),
    seed=st.integers(0, 10_000),
)
def test_spectral_radius(cell: str, init: str, wanted: float, hidden: int, seed: int) -> None:
    net = network(cell, (2, hidden, 3))
    scaled = draw_parameters(net, init=init, spectral_radius=wanted, seed=seed)
    plain = draw_parameters(net, init=init, seed=seed)
    assert radius(cell, scaled) == pytest.approx(wanted, rel=1e-10)
    name = "W_yh" if cell == "jordan" else "W_hh"
    factor = wanted / radius(cell, plain)
    np.testing.assert_allclose(scaled[name], plain[name] * factor, rtol=1e-10)
    for other in set(scaled) - {name}:
        np.testing.assert_array_equal(scaled[other], plain[other])


@pytest.mark.parametrize("cell", CELLS)
def test_spectral_radius_zero_silences_the_recurrence(cell: str) -> None:
    drawn = draw_parameters(network(cell), spectral_radius=0.0)
    assert not drawn["W_yh" if cell == "jordan" else "W_hh"].any()


@pytest.mark.parametrize(
    ("options", "pointer", "words"),
    [
        ({"init": "lecun"}, ("weights", "init"), "received 'lecun'; allowed: 'normal', 'uni"),
        ({"seed": -1}, ("weights", "seed"), "received -1; allowed: a whole number from 0"),
        ({"spectral_radius": -0.5}, ("weights", "spectral_radius"), "received -0.5; allowed: a"),
        ({"spectral_radius": np.inf}, ("weights", "spectral_radius"), "received inf; allowed: a"),
        ({"spectral_radius": np.nan}, ("weights", "spectral_radius"), "received nan; allowed: a"),
    ],
)
def test_errors_of_a_draw(options: dict[str, Any], pointer: tuple[str, ...], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_parameters(network(), **options)
    assert caught.value.pointer == pointer
    assert caught.value.detail.startswith(words)
    assert caught.value.detail in str(caught.value)


def given_weights(**changes: Any) -> dict[str, Any]:
    weights: dict[str, Any] = {
        "W_xh": [[1, 2], [3, 4], [5, 6]],
        "W_hh": [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]],
        "b_h": [0, 0, 0],
        "W_hy": [[1, 1, 1], [2, 2, 2]],
        "b_y": [0.1, 0.2],
    }
    return {**weights, **changes}


def test_given_weights_are_taken_as_they_are() -> None:
    weights = given_weights()
    checked = check_parameters(network(), weights)
    assert list(checked) == list(weights)
    assert all(checked[name].tolist() == weights[name] for name in weights)
    checked["W_hh"][0, 0] = 9.0
    assert weights["W_hh"][0][0] == 0.5


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"W_hh": [[1.0]]}, "W_hh", "received shape (1, 1); needed: (3, 3)"),
        ({"b_h": [0, 0]}, "b_h", "received shape (2,); needed: (3,)"),
        ({"W_xh": [[1, 2], [3], [5, 6]]}, "W_xh", "not numbers in rows of one length"),
        ({"W_hy": [[1, 1, "x"], [2, 2, 2]]}, "W_hy", "not numbers in rows of one length"),
        ({"b_y": [0.1, float("nan")]}, "b_y", "holds a number that is not finite"),
        ({"b_y": [0.1, float("inf")]}, "b_y", "holds a number that is not finite"),
        ({"W_yh": [[1, 1]]}, "W_yh", "this cell has no such parameter; allowed: W_xh, W_hh, b_h"),
    ],
)
def test_errors_of_given_weights(change: dict[str, Any], name: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_parameters(network(), given_weights(**change))
    assert caught.value.pointer == ("weights", name)
    assert caught.value.detail.startswith(words)


def test_a_missing_weight_is_named() -> None:
    weights = given_weights()
    del weights["b_h"]
    with pytest.raises(
        InvalidInput, match=r"weights/b_h: missing; needed: numbers of shape \(3,\)"
    ):
        check_parameters(network(), weights)


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        (("gru2", "many-to-many", "tanh", 1, 1, 1), ("network", "cell")),
        (("simple", "some-to-some", "tanh", 1, 1, 1), ("network", "topology")),
        (("simple", "many-to-many", "softplus", 1, 1, 1), ("network", "activation")),
        (("simple", "many-to-many", "tanh", 0, 1, 1), ("network", "input_size")),
        (("simple", "many-to-many", "tanh", 1, -3, 1), ("network", "hidden_size")),
        (("simple", "many-to-many", "tanh", 1, 1, -1), ("network", "output_size")),
        (("jordan", "many-to-many", "tanh", 1, 1, 0), ("network", "output_size")),
    ],
)
def test_errors_of_a_network(arguments: tuple[Any, ...], pointer: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Network(*arguments)
    assert caught.value.pointer == pointer
    assert caught.value.detail.startswith("received ")
    assert "allowed: " in caught.value.detail
