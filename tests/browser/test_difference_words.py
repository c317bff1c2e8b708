"""What Compare says of two experiments, against the numbers of both."""

import re
from typing import Any

import pytest

from tests.browser.answers import answered
from tests.browser.conftest import Modules
from tests.browser.numbers_said import NUMBER, says

SAY = """async ({read}, [a, b], load) =>
    (await load("difference.js")).differenceSentence(read(a), read(b))"""
RANDOM: dict[str, Any] = {"sequence": {"kind": "random", "steps": 15}, "follow": 15}


def test_the_same_gradient_of_one_loss_is_not_that_of_all(modules: Modules) -> None:
    """A window of 3 and chunks of 3 cut the last of 15 losses at one step, and others elsewhere."""
    a, b = (
        answered(RANDOM | {"truncation": {"kind": kind, "steps": 3}})
        for kind in ("chunk", "window")
    )
    text = modules("reading.js", SAY, [a, b])
    assert text.startswith("‖∂L₁₅/∂H‖ is the same at every step: B differs from A in window 3")
    found = re.search(rf"most at step (\d+), where .* is ({NUMBER}) in B, ({NUMBER}) in A", text)
    assert found is not None
    totals = [flow["hidden_gradient"]["log10_norm"] for flow in (b, a)]
    gaps = [abs(x - y) for x, y in zip(*totals, strict=True)]
    step = gaps.index(max(gaps))
    assert int(found[1]) == step + 1
    for size, total in zip((found[2], found[3]), totals, strict=True):
        assert says(size, total[step])


def test_where_nothing_but_the_clipping_differs_all_losses_are_the_same(modules: Modules) -> None:
    clip = {"clip": {"rule": "norm", "max_norm": 0.5}}
    text = modules("reading.js", SAY, [answered(RANDOM), answered(RANDOM | clip)])
    assert "at every step: B differs from A in norm clip 0.5 against no clipping; clipping" in text


def test_of_an_lstm_the_cell_counts_too(modules: Modules) -> None:
    """The same ∂L/∂h at every step, and another ∂L/∂c."""
    a = answered(RANDOM | {"network": {"cell": "lstm"}})
    b = answered(RANDOM | {"network": {"cell": "lstm"}, "truncation": {"kind": "window",
                                                                       "steps": 99}})  # fmt: skip
    assert "is the same at every step" in modules("reading.js", SAY, [a, b])
    b["itemized"]["state_log10_norm"][-1][0] += 0.1
    assert "is the same at every step" not in modules("reading.js", SAY, [a, b])


NAMES = """async ({read}, [a, b], load) =>
    (await load("difference.js")).namesOf(read(a), read(b))"""
GIVEN = {"kind": "explicit", "W_xh": [[1.0]], "W_hh": [[0.5]], "b_h": [0.0], "W_hy": [[1.0]],
         "b_y": [0.0]}  # fmt: skip
ONE = {"input_size": 1, "hidden_size": 1, "output_size": 1}


@pytest.mark.parametrize(("a", "b", "names"), [
    ({"network": {"cell": "simple"}},
     {"network": {"cell": "gru"}, "weights": {"update_bias": 3}},
     {"a": "simple, tanh", "b": "GRU, update bias 3"}),
    ({"network": {"cell": "lstm", "num_layers": 2}, "weights": {"forget_bias": [3, 0]}},
     {"network": {"cell": "lstm", "num_layers": 2}},
     {"a": "LSTM, forget bias 3, 0", "b": "LSTM, forget bias 0"}),
    ({"network": {"cell": "lstm"}, "weights": {"forget_bias": 3}},
     {"network": {"cell": "gru"}, "weights": {"update_bias": 1}},
     {"a": "LSTM, forget bias 3", "b": "GRU, update bias 1"}),
    ({"network": ONE, "weights": GIVEN}, {"network": ONE, "weights": {"spectral_radius": 0.9}},
     {"a": "simple, w 0.5", "b": "simple, drawn weights, ρ 0.9, normal weights, 1 more"}),
])  # fmt: skip
def test_a_name_says_nothing_that_a_network_has_not(modules: Modules, a, b, names) -> None:
    """No update gate in a simple cell or an LSTM, no radius where the weights are given."""
    sequence = {"sequence": RANDOM["sequence"]}
    assert modules("reading.js", NAMES, [answered(a | sequence), answered(b | sequence)]) == names
