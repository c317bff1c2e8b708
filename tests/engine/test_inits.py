"""Initialisations by scale and kind: what PyTorch and Keras set, chrono's biases, input scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import WITH_C
from unrolled.app.notation import math
from unrolled.engine import (
    CELLS,
    INITS,
    MAX_LENGTH,
    MIN_LENGTH,
    InvalidInput,
    Network,
    draw_parameters,
    spectral_radius_of,
)

BLOCKS = {name: len(cell.gates) or 1 for name, cell in CELLS.items()}


def network(cell: str, sizes: tuple[int, int, int] = (5, 40, 7), layers: int = 1) -> Network:
    return Network(cell, "many-to-many", "tanh", *sizes, num_layers=layers)


def length(init: str, steps: int = 9) -> int | None:
    """A T_max where the init takes one."""
    return steps if INITS[init].takes_length else None


def matrices(drawn: dict[str, Any]) -> dict[str, Any]:
    return {name: w for name, w in drawn.items() if w.ndim == 2}


@pytest.mark.parametrize("cell", CELLS)
def test_xavier_is_bounded_by_both_fans_of_every_matrix(cell: str) -> None:
    for name, w in matrices(draw_parameters(network(cell), init="xavier", seed=1)).items():
        bound = np.sqrt(6.0 / (w.shape[0] + w.shape[1]))
        assert np.abs(w).max() <= bound, name
        assert np.abs(w).max() > 0.95 * bound, name
        assert w.std() == pytest.approx(bound / np.sqrt(3.0), rel=0.12), name


@pytest.mark.parametrize("cell", CELLS)
def test_he_has_variance_two_over_fan_in(cell: str) -> None:
    for name, w in matrices(draw_parameters(network(cell), init="he", seed=1)).items():
        spread = w.std() * np.sqrt(w.shape[1] / 2.0)
        assert spread == pytest.approx(1.0, abs=5.0 / np.sqrt(2 * w.size)), name


@pytest.mark.parametrize("cell", CELLS)
def test_keras_draws_the_recurrent_weights_as_one_orthogonal_matrix(cell: str) -> None:
    drawn = draw_parameters(network(cell), init="keras", seed=3)
    recurrent = "W_yh" if cell == "jordan" else "W_hh"
    gram = drawn[recurrent].T @ drawn[recurrent]
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-13)
    like = draw_parameters(network(cell), init="xavier", seed=3)
    for name in ("W_xh", "W_hy"):
        np.testing.assert_array_equal(drawn[name], like[name])
    biases = drawn["b_h"].reshape(BLOCKS[cell], -1)
    for n, own in enumerate(biases):
        opened = cell in WITH_C and CELLS[cell].gates[n].name == "forget"
        assert set(own) == {1.0 if opened else 0.0}


def test_a_forget_bias_comes_on_top_of_what_the_init_puts_there() -> None:
    drawn = draw_parameters(network("lstm", layers=2), init="keras", forget_bias=[0.5, -1.0])
    assert set(drawn["b_h"][40:80]) == {1.5}
    assert set(drawn["b_h_1"][40:80]) == {0.0}


@pytest.mark.parametrize("t_max", [2, 3, 50, 784])
def test_chrono_lets_an_lstm_remember_up_to_t_max(t_max: int) -> None:
    """Tallec & Ollivier 2018, eq. 16: b_f = log U(1, T_max − 1), b_i = −b_f."""
    net = network("lstm", (2, 500, 2), layers=2)
    drawn = draw_parameters(net, init="chrono", seed=4, t_max=t_max)
    plain = draw_parameters(net, init="normal", seed=4)
    for end in ("", "_1"):
        written, forget, *others = drawn[f"b_h{end}"].reshape(4, 500)
        np.testing.assert_array_equal(written, -forget)
        assert not np.any(others)
        times = np.exp(forget)
        assert times.min() >= 1.0 - 1e-12
        assert times.max() <= t_max - 1 + 1e-9
        assert times.mean() == pytest.approx(t_max / 2, rel=0.1)
    assert t_max == 2 or not np.array_equal(drawn["b_h"], drawn["b_h_1"])
    for name, w in matrices(plain).items():
        np.testing.assert_array_equal(drawn[name], w)


def test_chrono_opens_the_update_gate_of_a_gru() -> None:
    """Its z keeps h: h_t = (1 − z) n + z h_{t−1}; there is no gate that writes beside it."""
    biases = draw_parameters(network("gru"), init="chrono", t_max=100)["b_h"].reshape(3, 40)
    assert not biases[[0, 2]].any()
    assert (biases[1] > 0.0).all()
    assert np.exp(biases[1]).max() <= 99.0


@pytest.mark.parametrize("cell", ["simple", "elman", "jordan"])
def test_chrono_needs_a_gate_that_keeps(cell: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_parameters(network(cell), init="chrono", t_max=9)
    assert caught.value.pointer == ("weights", "init")
    assert caught.value.detail == (
        "received 'chrono', which sets the bias of a gate that keeps the state; "
        f"{cell!r} has none: allowed with 'lstm', 'gru', 'mgu', 'gru-reset-before', "
        "'lstm-peephole', 'lstm-relu' and 'lstm-projected'"
    )


@pytest.mark.parametrize("init", [name for name, row in INITS.items() if not row.takes_length])
def test_a_t_max_that_means_nothing_is_refused(init: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_parameters(network("lstm"), init=init, t_max=9)
    assert caught.value.pointer == ("weights", "t_max")
    assert caught.value.detail == (
        f"received 9; {init!r} draws nothing by how long a unit shall remember: allowed with "
        "'chrono', or leave it out"
    )


@pytest.mark.parametrize("t_max", [MIN_LENGTH - 1, MAX_LENGTH + 1])
def test_t_max_has_a_range(t_max: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_parameters(network("lstm"), init="chrono", t_max=t_max)
    assert caught.value.pointer == ("weights", "t_max")
    assert caught.value.detail == f"received {t_max}; allowed: a whole number 2 … 9999999"


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("scale", [0.001, [2.0, -0.5]])
def test_the_input_scale_multiplies_the_weights_of_the_inputs_alone(
    cell: str, init: str, scale: Any
) -> None:
    if INITS[init].gated and not CELLS[cell].gates:
        return
    net = network(cell, (3, 6, 2), layers=2)
    options: dict[str, Any] = {
        "init": init,
        "seed": 8,
        "spectral_radius": 0.8,
        "t_max": length(init),
    }
    plain, scaled = (
        draw_parameters(net, **options),
        draw_parameters(net, input_scale=scale, **options),
    )
    each = scale if isinstance(scale, list) else [scale, scale]
    for name, value in plain.items():
        layer = ("W_xh", "W_xh_1").index(name) if name.startswith("W_xh") else None
        factor = 1.0 if layer is None else each[layer]
        np.testing.assert_array_equal(scaled[name], value * factor)


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        ([1.0], "received 1 number; allowed: a number, or a list with one for each of 2 layers"),
        (np.nan, "received nan; allowed: a finite number"),
    ],
)
def test_errors_of_an_input_scale(scale: Any, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_parameters(network("simple", layers=2), input_scale=scale)
    assert caught.value.pointer[:2] == ("weights", "input_scale")
    assert caught.value.detail == words


@pytest.mark.parametrize("init", [name for name, row in INITS.items() if row.scaled])
def test_a_radius_that_is_asked_for_comes_after_the_inits_own_scale(init: str) -> None:
    plain = draw_parameters(network("simple"), init=init)
    scaled = draw_parameters(network("simple"), init=init, spectral_radius=0.7)
    radius = spectral_radius_of(plain["W_hh"])
    assert radius != pytest.approx(0.7, abs=0.05)
    np.testing.assert_allclose(scaled["W_hh"], plain["W_hh"] * 0.7 / radius, rtol=1e-12)


FROZEN = {
    ("simple", "xavier", "W_xh"): [0.3185617956319904, 1.0812808965758385, -0.14332760471709283],
    ("simple", "xavier", "W_hh"): [0.0030269875273416513, 0.2995327135352208, 0.6292110563395328],
    ("lstm", "xavier", "W_hh"): [0.0019144350070641192, 0.18944112170040872, 0.39794801339869046],
    ("simple", "he", "W_hh"): [1.7928431669158011, 0.01811793390005031, 0.4630744082117722],
    ("gru", "he", "W_hh"): [1.7928431669158011, 0.01811793390005031, 0.4630744082117722],
    ("lstm", "keras", "W_hh"): [0.6786574323124404, 0.039219951655099936, 0.24637779740309998],
    ("lstm", "chrono", "b_h"): [-1.7093394653700207, -2.3374394165812533, -2.916299336797567],
    ("gru", "chrono", "b_h"): [1.7093394653700207, 2.3374394165812533, 2.916299336797567],
}
"""The first numbers of seed 0, which may never change."""


@pytest.mark.parametrize(("cell", "init", "name"), FROZEN)
def test_seed_0_is_frozen(cell: str, init: str, name: str) -> None:
    drawn = draw_parameters(network(cell, (2, 3, 2)), init=init, seed=0, t_max=length(init, 20))[
        name
    ]
    found = drawn[drawn != 0.0].ravel()[:3].tolist()
    assert found == pytest.approx(FROZEN[cell, init, name], rel=1e-13)


@pytest.mark.parametrize("init", INITS)
def test_a_row_says_everything(init: str) -> None:
    row = INITS[init]
    assert row.label
    assert str(math(row.formula)).startswith("<math")
    assert row.takes_length == row.gated == (init == "chrono")
