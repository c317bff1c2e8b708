"""The norms of many draws, and what the field's rules make of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from unrolled import engine
from unrolled.engine import gradient_log10_norms, thresholds


def network(cell="simple", topology="many-to-many", activation="tanh", layers=1):
    own = "tanh" if engine.CELLS[cell].gates else activation
    return engine.Network(cell, topology, own, 3, 4, 3, layers)


def draws(net, loss, count, **sizes):
    return [engine.random_sequence(net, loss, seed=seed, **sizes) for seed in range(count)]


def by_flow(net, parameters, sequences, loss):
    """log₁₀ ‖g‖ of each by itself."""
    return [
        engine.gradient_flow(
            net, parameters, one, loss=loss, spectral=False, graph=False
        ).clipping.log10_norm_before
        for one in sequences
    ]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("cell", engine.CELLS)
def test_draws_together_have_the_norms_of_draws_alone(cell, batch) -> None:
    net = network(cell)
    parameters = engine.draw_parameters(net, seed=1)
    sequences = draws(net, "cross-entropy", 7, steps=6, batch_size=batch)
    found = gradient_log10_norms(net, parameters, sequences, loss="cross-entropy")
    np.testing.assert_allclose(found, by_flow(net, parameters, sequences, "cross-entropy"))


def test_layers_and_wirings() -> None:
    net = network("lstm", "many-to-one", layers=2)
    parameters = engine.draw_parameters(net)
    sequences = draws(net, "squared-error", 5, steps=4)
    found = gradient_log10_norms(net, parameters, sequences, loss="squared-error")
    np.testing.assert_allclose(found, by_flow(net, parameters, sequences, "squared-error"))


def test_more_draws_than_go_together() -> None:
    net = network()
    parameters = engine.draw_parameters(net)
    sequences = draws(net, "squared-error", 9, steps=9_000)
    found = gradient_log10_norms(net, parameters, sequences, loss="squared-error")
    assert len(found) == 9
    last = gradient_log10_norms(net, parameters, sequences[8:], loss="squared-error")
    assert found[8] == pytest.approx(last[0], rel=1e-12)


def test_norms_past_a_double_and_a_state_that_is() -> None:
    net = network(activation="relu", topology="many-to-one")
    parameters = engine.draw_parameters(net, spectral_radius=40.0, seed=3)
    sequences = draws(net, "squared-error", 12, steps=150)
    found = gradient_log10_norms(net, parameters, sequences, loss="squared-error")
    np.testing.assert_allclose(found, by_flow(net, parameters, sequences, "squared-error"))
    assert np.nanmax(found) > 400.0
    beyond = draws(net, "squared-error", 12, steps=250)
    found = gradient_log10_norms(net, parameters, beyond, loss="squared-error")
    assert np.isnan(found).any()


def test_a_gradient_of_exactly_zero_is_below_every_other() -> None:
    net = engine.Network("simple", "many-to-one", "relu", 1, 1, 1)
    parameters = {
        "W_xh": np.zeros((1, 1)), "W_hh": np.zeros((1, 1)), "b_h": -np.ones(1),
        "W_hy": np.ones((1, 1)), "b_y": np.zeros(1),
    }  # fmt: skip
    still = engine.explicit_sequence(net, "squared-error", inputs=[[[1.0]]], targets=[[[0.0]]])
    moving = engine.explicit_sequence(net, "squared-error", inputs=[[[1.0]]], targets=[[[2.0]]])
    found = gradient_log10_norms(net, parameters, [still, moving], loss="squared-error")
    assert found.tolist() == [-math.inf, pytest.approx(math.log10(2.0))]


def test_pascanu_takes_half_to_ten_times_the_mean() -> None:
    norms = np.array([1.0, 2.0, 6.0])
    found = thresholds(np.log10(norms))
    assert 10.0 ** np.array(found.pascanu) == pytest.approx([1.5, 30.0])


@pytest.mark.parametrize("percentile", [0.0, 10.0, 37.5, 100.0])
def test_autoclip_is_a_percentile(percentile) -> None:
    norms = np.random.default_rng(0).lognormal(size=37)
    found = thresholds(np.log10(norms), percentile=percentile)
    assert 10.0**found.autoclip == pytest.approx(np.percentile(norms, percentile))
    assert 10.0 ** found.percentiles[50] == pytest.approx(np.median(norms))


def test_zclip_is_the_spike_after_a_warm_up() -> None:
    """Twenty-five norms give mean and variance; each later one counts 3 %, a spike less."""
    first = np.tile([1.0, 3.0], 13)[:25]
    mean, variance = first.mean(), first.var()
    assert 10.0 ** thresholds(np.log10(first)).zclip == pytest.approx(
        mean + 2.5 * math.sqrt(variance)
    )
    spike = 40.0
    z = (spike - mean) / math.sqrt(variance)
    counted = mean + 2.5 * math.sqrt(variance) * 2.5 / z
    later = 0.97 * mean + 0.03 * counted
    spread = math.sqrt(0.97 * variance + 0.03 * (counted - later) ** 2)
    found = thresholds(np.log10([*first, spike]))
    assert 10.0**found.zclip == pytest.approx(later + 2.5 * spread)


def test_rules_scale_with_norms_that_no_double_holds() -> None:
    logs = np.random.default_rng(1).normal(size=60)
    here, far = thresholds(logs, 2.0), thresholds(logs + 900.0)
    assert np.array(far.pascanu) == pytest.approx(np.array(here.pascanu) + 900.0)
    assert far.autoclip == pytest.approx(here.autoclip + 900.0)
    assert far.zclip == pytest.approx(here.zclip + 900.0)
    assert here.share == np.mean(logs > math.log10(2.0))
    assert math.isnan(far.share)


def test_zeros_count_and_nothing_but_zeros_chooses_nothing() -> None:
    half = thresholds(np.array([-math.inf, 0.0]), 0.5)
    assert 10.0 ** half.pascanu[1] == pytest.approx(5.0)
    assert half.share == 0.5
    assert math.isnan(half.percentiles[1]) is False
    none = thresholds(np.array([-math.inf] * 3), 0.5)
    assert none.share == 0.0
    assert all(map(math.isnan, (*none.pascanu, none.autoclip, none.zclip)))


@pytest.mark.parametrize(
    ("logs", "percentile", "pointer"), [([], 10.0, "draws"), ([1.0], 101.0, "percentile")]
)
def test_what_the_rules_refuse(logs, percentile, pointer) -> None:
    with pytest.raises(engine.InvalidInput) as refused:
        thresholds(np.array(logs), None, percentile)
    assert refused.value.pointer == (pointer,)
