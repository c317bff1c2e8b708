"""The lines that theory draws on a map, against points that are computed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from unrolled.app.sweeps.forms import form_of
from unrolled.engine import (
    THEORY,
    Clip,
    Network,
    Sweep,
    Trial,
    Truncation,
    draw_parameters,
    explicit_sequence,
    numbers_of,
    theory_of,
)

RADII = {"at": "/weights/spectral_radius", "from": 0.1, "to": 3.0, "points": 5}


def complete(spec: Any) -> Any:
    return json.loads(form_of(dict(spec)))


def lines(**said: Any) -> dict[tuple[str, int | None], list[float | None]]:
    sweep = Sweep.of({"axes": [RADII]} | said)
    return {(line.name, line.row): line.radii for line in theory_of(sweep, complete)}


def radius(name: str, **said: Any) -> float:
    (found,) = lines(**said)[name, None]
    assert found is not None
    return found


def trial(
    network: Network, radius: float, seed: int, steps: int, start: float = 0.0, **drawn: Any
) -> Trial:
    """Nothing enters but an initial state of that size."""
    h_0 = start * np.random.RandomState(seed).standard_normal((1, network.hidden_size))
    sequence = explicit_sequence(
        network,
        "squared-error",
        inputs=np.zeros((steps, 1, 1)).tolist(),
        targets=[[[1.0]]],
        h_0=h_0.tolist(),
    )
    weights = draw_parameters(network, spectral_radius=radius, seed=seed, **drawn)
    return Trial(network, weights, sequence, "squared-error", Truncation(), Clip())


def many_to_one(cell: str, hidden: int, activation: str = "tanh") -> Network:
    return Network(cell, "many-to-one", activation, 1, hidden, 1)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "gelu"])
def test_below_one_over_gamma_every_gradient_vanishes(activation: str) -> None:
    """σ_max is 1/γ on the line, and below it a step back leaves at most γ σ_max."""
    said = {"network": {"hidden_size": 6, "activation": activation}, "weights": {"seed": 3}}
    at = radius("sufficient", experiment=said)
    network = many_to_one("simple", 6, activation)
    (on,) = numbers_of([trial(network, at, 3, 8, start=1.0)], ["spectral_norm"])
    gamma = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0, "gelu": 1.1289041451851547}[activation]
    assert on.numbers["spectral_norm"] == pytest.approx(1.0 / gamma, rel=1e-12)
    share = 0.9
    below = [trial(network, share * at, 3, 60, start=size) for size in (0.1, 1.0, 10.0)]
    for found in numbers_of(below, ["arriving", "verdict"]):
        assert found.numbers["verdict"] == "vanishing"
        arriving = found.numbers["arriving"]
        assert arriving is None or float(arriving) <= 59 * np.log10(share) + 1e-9


@pytest.mark.parametrize("activation", ["linear", "tanh", "gelu"])
def test_where_states_are_small_powers_of_the_slope_decide(activation: str) -> None:
    said = {"network": {"activation": activation}}
    at = radius("linear", experiment=said)
    assert at == pytest.approx(2.0 if activation == "gelu" else 1.0)
    network = many_to_one("simple", 8, activation)
    for seed in range(4):
        some = [trial(network, share * at, seed, 400) for share in (0.95, 1.05)]
        below, above = (found.numbers["lyapunov"] for found in numbers_of(some, ["lyapunov"]))
        assert below == pytest.approx(np.log(0.95), abs=0.02)
        assert above == pytest.approx(np.log(1.05), abs=0.02)


def test_relu_and_sigmoid_have_no_such_line() -> None:
    for activation in ("relu", "sigmoid"):
        assert ("linear", None) not in lines(experiment={"network": {"activation": activation}})


def test_many_units_are_chaotic_above_g_1_and_at_rest_below() -> None:
    """From a state of order 1, without input: λ₁ < 0 below, > 0 above."""
    hidden = 120
    said = {"network": {"hidden_size": hidden}}
    at = radius("edge-of-chaos", experiment=said, seeds=4)
    assert at == pytest.approx(1.0, abs=0.1)
    network = many_to_one("simple", hidden)
    below, above = (
        [trial(network, share * at, seed, 400, start=1.0) for seed in range(4)]
        for share in (0.8, 2.5)
    )
    assert all(
        float(one.numbers["lyapunov"] or 0) < -0.05 for one in numbers_of(below, ["lyapunov"])
    )
    assert all(
        float(one.numbers["lyapunov"] or 0) > 0.05 for one in numbers_of(above, ["lyapunov"])
    )


@pytest.mark.parametrize("cell", ["gru", "gru-reset-before", "mgu"])
def test_a_gru_leaves_its_rest_where_an_eigenvalue_of_one_step_reaches_1(cell: str) -> None:
    """One step at h = 0 is ½ + ¼ W_n, whatever the kind of reset, and of an MGU."""
    said = {"network": {"cell": cell, "hidden_size": 6}, "weights": {"seed": 5}}
    at = radius("rest", experiment=said)
    network = many_to_one(cell, 6)
    on = trial(network, at, 5, 3)
    step = 0.5 * np.eye(6) + 0.25 * on.parameters["W_hh"][-6:]
    assert np.abs(np.linalg.eigvals(step)).max() == pytest.approx(1.0, rel=1e-12)
    some = [trial(network, share * at, 5, 600) for share in (0.9, 1.0, 1.1)]
    found = [float(one.numbers["lyapunov"] or 0) for one in numbers_of(some, ["lyapunov"])]
    assert found[0] < -0.01
    assert found[1] == pytest.approx(0.0, abs=0.005)
    assert found[2] > 0.01
    assert at >= 2.0


def test_below_two_a_gru_rests() -> None:
    """σ_max(W_n) < 2 is enough: ‖½ + ¼ W_n‖ < 1."""
    network = many_to_one("gru", 6)
    for seed in range(6):
        one = trial(network, 1.0, seed, 300, start=0.5)
        recurrent = one.parameters["W_hh"]
        recurrent *= 1.99 / np.linalg.norm(recurrent[-6:], 2)
        (found,) = numbers_of([one], ["lyapunov", "spectral_norm"])
        assert found.numbers["spectral_norm"] == pytest.approx(1.99)
        assert float(found.numbers["lyapunov"] or 0) < 0.0


def test_lines_follow_the_other_axis_and_the_small_maps() -> None:
    other = {"at": "/network/hidden_size", "values": [2, 4, 8]}
    rows = {"at": "/network/cell", "values": ["simple", "gru", "lstm", "elman"]}
    found = lines(axes=[other, RADII], rows=rows, seeds=3)
    assert {name for name, row in found if row == 0} == {"sufficient", "linear", "edge-of-chaos"}
    assert {name for name, row in found if row == 1} == {"rest"}
    assert not [name for name, row in found if row == 2]
    sizes = found["sufficient", 0]
    assert len(sizes) == 3
    assert len(set(sizes)) == 3
    assert found["linear", 0] == [1.0, 1.0, 1.0]


def test_a_map_without_radius_has_no_lines() -> None:
    assert not lines(axes=[{"at": "/sequence/steps", "values": [3, 4]}])
    plan = {"task": {"name": "adding"}}
    assert not lines(training=plan, axes=[{"at": "/weights/spectral_radius", "values": [1.0]}])


def test_where_a_line_does_not_apply_it_is_not_drawn() -> None:
    for cell, biases in (
        ("gru", {"update_bias": 1.0}),
        ("mgu", {"forget_bias": 1.0}),
        ("gru", {"init": "chrono", "spectral_radius": 1.0}),
    ):
        assert not lines(experiment={"network": {"cell": cell}, "weights": biases})
    assert ("edge-of-chaos", None) not in lines(experiment={"weights": {"init": "orthogonal"}})
    values = lines(
        axes=[RADII, {"at": "/network/activation", "values": ["tanh", "relu", "linear"]}]
    )
    assert values["edge-of-chaos", None][1:] == [None, None]
    for row in THEORY.values():
        assert row.words.endswith(".")
        assert any(year in row.source for year in ("1988", "2013", "2017"))
