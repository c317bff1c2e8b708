"""Every number and every step of the summary, recomputed from the gradients of the same answer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import (
    ACTIVATIONS,
    CELLS,
    GATED,
    KEEPING,
    TOPOLOGIES,
    WITH_C,
    Case,
    draws,
    make,
)
from tests.engine.reference.inside import alone
from tests.engine.reference.rules import first_reached, reaches
from unrolled import engine
from unrolled.engine import Truncation
from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.sentences import thousandth, travels
from unrolled.engine.diagnosis.shape import shape
from unrolled.engine.diagnosis.verdict import verdict_of
from unrolled.engine.diagnosis.words import percent, plain, power, share, times

SHARE = r"([\d.]+) %|([\d.]+) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
BACK = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def decades(words: str) -> float:
    """log₁₀ of '4.2 %', '3.1 × 10⁻⁹', '6.80'."""
    if match := re.fullmatch(r"([\d.]+) %", words):
        return float(np.log10(float(match[1]) / 100.0))
    if match := re.fullmatch(r"([\d.]+) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", words):
        return float(np.log10(float(match[1]))) + int(match[2].translate(BACK))
    return float(np.log10(float(words)))


def row_of(case: Case, i: int) -> dict[int, float]:
    """t → log₁₀ of ‖∂L_i/∂(h_t, c_t)‖, by a backward pass of that loss alone."""
    state = alone(case, case.flow(), i).top
    logs = state.whole().log10_norms()
    return {t: float(logs[t - 1]) for t in range(1, i + 1) if reaches(case.rule, i, t)}


@pytest.mark.parametrize("cell", CELLS + GATED)
@draws(25)
@given(
    seed=st.integers(0, 10_000),
    topology=st.sampled_from(TOPOLOGIES[1:]),
    activation=st.sampled_from(ACTIVATIONS),
    rule=st.sampled_from(
        [None, Truncation(), Truncation(), Truncation("window", 3), Truncation("chunk", 4)]
    ),
    steps=st.integers(1, 24),
    scale=st.sampled_from([0.05, 0.4, 1.0, 3.0]),
    layers=st.integers(1, 2),
    batch=st.integers(1, 2),
)
def test_every_number_of_the_summary(
    cell: str,
    seed: int,
    topology: str,
    activation: str,
    rule: Truncation | None,
    steps: int,
    scale: float,
    layers: int,
    batch: int,
) -> None:
    case = make(
        cell,
        topology,
        activation="tanh" if cell in GATED else activation,
        truncation=rule,
        steps=steps,
        scale=scale,
        layers=layers,
        batch=batch,
        seed=seed,
        sizes=(2, 3, 2),
    )
    found = case.flow().diagnosis
    assert found is not None
    said = found.summary
    assert not re.search(r"nan|inf|e[-+]\d|\b1 steps|None", said), said
    named = [int(n) for n in re.findall(r"\bsteps? (\d+)", said)]
    named += [int(n) for n in re.findall(r"steps \d+ to (\d+)", said)]
    assert all(1 <= n <= steps for n in named), said
    if found.loss_step is None or found.verdict == "blocked":
        return
    own = said.split(" In the ")[0].split(" No loss is heard")[0]
    row = row_of(case, found.loss_step)
    assert found.step == max(1, first_reached(case.rule, found.loss_step))
    enters, last = row[found.loss_step], row[found.step]
    if np.isnan(last):
        assert found.verdict == "vanishing"
        assert np.isnan(found.log10_arriving)
        match = re.search(r"nothing arrives at steps? (\d+)(?: to (\d+))?", own)
        assert match, said
        empty = [t for t in row if np.isnan(row[t])]
        assert int(match[1]) == found.step
        assert int(match[2] or match[1]) == max(empty)
        return
    assert found.log10_arriving == pytest.approx(last - enters, abs=1e-9)
    if found.verdict == "vanishing":
        assert last < enters
    if found.verdict == "exploding":
        assert last > enters
    if match := re.search(rf"({SHARE}) of what entered arrives at step (\d+)", own):
        assert int(match[5]) == found.step
        assert decades(match[1]) == pytest.approx(last - enters, abs=0.03)
    more = r"([\d. ×⁰¹²³⁴⁵⁶⁷⁸⁹]+) times as much as entered arrives at step (\d+)"
    if match := re.search(more, own):
        assert int(match[2]) == found.step
        assert decades(match[1].strip()) == pytest.approx(last - enters, abs=0.03)
    if match := re.search(r"after (\d+) steps? (less|it is more)", own):
        sign, at = (-1 if match[2] == "less" else 1), found.loss_step - int(match[1])
        assert sign * (row[at] - enters) > 3.0
        assert sign * (row[at + 1] - enters) <= 3.0 + 1e-9
    if match := re.search(rf"one step back keeps about ({SHARE}) of", own):
        assert decades(match[1]) == pytest.approx(np.log10(found.decay_per_step), abs=0.03)
    if "keeps about" not in own and "by about" not in own and len(row) > 3:
        assert np.isnan(found.decay_per_step) or found.decay_per_step == pytest.approx(1.0)


def row(*values: float) -> Row:
    return Row(len(values), 1, np.array(values))


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        ([-0.3 * k for k in range(10)], "rate", "one step back keeps about 50 % of the gradient"),
        (
            [0.0, *(-1.0 - 0.001 * k for k in range(10))],
            "rate",
            (
                "the step where the loss enters keeps 10 % of the gradient, each one behind it "
                "keeps about 99.8 % of what is there"
            ),
        ),
        (
            [*(-k / 12 for k in range(13)), *[-1.0] * 30],
            "bend",
            "it falls to 10 % in the first 12 steps back, then holds",
        ),
        (
            [*[0.0] * 30, *(-k / 12 for k in range(1, 25))],
            "bend",
            "it holds in the first 29 steps back, then falls",
        ),
        (
            [*(k / 10 for k in range(11)), *(1.0 - k / 10 for k in range(1, 21))],
            "hump",
            "it grows 10.0 times in the first 10 steps back, then falls",
        ),
        (
            [*(-k / 10 for k in range(11)), *(-1.0 + k / 10 for k in range(1, 11))],
            "dip",
            "it falls to 10 % in the first 10 steps back, then grows again",
        ),
        (
            [0.0, -0.5, *[-0.5] * 3, *(-0.5 - 0.2 * k for k in range(1, 6))],
            "uneven",
            (
                "the step where the loss enters keeps 32 % of the gradient; behind it what is "
                "there holds in the first 3 steps back, then falls"
            ),
        ),
        (
            [0.0, 0.6, -0.4, 0.9, 0.3, -0.5, -0.1],
            "hump",
            "it goes up and down, at its most 7.94 times (3 steps back)",
        ),
        (
            [0.0, -0.3, -0.2, -0.9, -0.2, -0.6, -0.1],
            "dip",
            "it goes up and down, at its least 13 % (3 steps back)",
        ),
        (
            [0.0, -0.6, *(-0.6 - 0.25 * k + 0.012 * k * k for k in range(1, 22))],
            "dip",
            (
                "the step where the loss enters keeps 25 % of the gradient; behind it what is "
                "there falls to 5.0 % in the first 10 steps back, then grows again"
            ),
        ),
        (
            [*(-0.01 * k for k in range(10)), *(-3.0 - 0.01 * k for k in range(10))],
            "wall",
            "in one step, from step 11 to step 10, it falls to 0.12 % of what was there",
        ),
    ],
)
def test_a_row_is_said_to_do_what_it_does(values: list[float], kind: str, words: str) -> None:
    one = row(*values)
    found = shape(one)
    assert found.kind == kind
    assert travels(one, found) == words


def test_growth_before_decay_has_no_rate() -> None:
    powers = [np.linalg.matrix_power(np.array([[0.9, 4.0], [0.0, 0.9]]), k)[0] for k in range(60)]
    one = row(*np.log10(np.linalg.norm(powers, axis=1)))
    assert shape(one).kind == "hump"
    assert verdict_of(one) == "stable"


def test_a_thousandth_is_left_for_good() -> None:
    assert thousandth(row(0.0, -4.0, -1.0, -3.5)) == "after 3 steps less than a thousandth is left"
    assert thousandth(row(0.0, -4.0, -1.0)) == ""
    assert thousandth(row(0.0, -2.0, -3.001)) == "after 2 steps less than a thousandth is left"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (percent(0.0), "100 %"),
        (percent(np.log10(0.9999)), "99.99 %"),
        (percent(np.log10(0.39)), "39 %"),
        (percent(np.log10(0.0042)), "0.42 %"),
        (percent(np.log10(0.000312)), "0.031 %"),
        (percent(-64.2), "6.3 × 10⁻⁶⁵"),
        (power(-0.0001, 2), "1.0 × 10⁰"),
        (times(0.0), "1"),
        (times(1e-15), "1"),
        (times(np.log10(6.8)), "6.80"),
        (times(np.log10(1.0003)), "1.0003"),
        (times(np.log10(140.2)), "140"),
        (times(5.5), "3.2 × 10⁵"),
        (plain(0.0), "0"),
        (plain(-4.5), "−4.50"),
        (plain(0.012345), "0.0123"),
        (plain(9.999), "10.0"),
        (plain(3.2e7), "3.20 × 10⁷"),
        (share(0.0), "100 %"),
        (share(float("nan")), "nothing"),
        (share(-4.77), "0.0017 %"),
        (share(-65.2), "a share of 6.3 × 10⁻⁶⁶"),
        (share(np.log10(1.2)), "1.20 times as much as entered"),
        (share(4.1, again=True), "1.3 × 10⁴ times as much"),
    ],
)
def test_numbers_in_words(said: str, words: str) -> None:
    assert said == words


KEPT = {
    "lstm": r"The forget gate lets (.*) % of ∂L/∂C through on average\.",
    "gru": r"The update gate keeps (.*) % of H on average, and the rest goes through the weights\.",
    "mgu": r"The forget gate keeps (.*) % of H \(1 − f\) on average, and the rest goes through",
}


@pytest.mark.parametrize("cell", GATED)
def test_the_share_that_a_gated_cell_keeps_is_said(cell: str) -> None:
    network = engine.Network(cell, "many-to-one", "tanh", 4, 16, 2)
    parameters = engine.draw_parameters(network, spectral_radius=0.5)
    sequence = engine.random_sequence(network, "squared-error", steps=100)
    found = engine.gradient_flow(network, parameters, sequence, loss="squared-error")
    letter, sign = KEEPING[cell]
    assert found.diagnosis is not None
    said = re.search(
        KEPT.get("lstm" if cell in WITH_C else cell, KEPT["gru"]), found.diagnosis.summary
    )
    assert said is not None, found.diagnosis.summary
    assert found.top.gates is not None
    open_ = found.top.gates[{"f": "forget", "z": "update"}[letter]][1:]
    share = open_.mean() if sign > 0 else 1.0 - open_.mean()
    assert float(said.group(1)) == pytest.approx(100.0 * share, abs=0.6)
