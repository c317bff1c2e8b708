"""Ten thousand steps: memory grows with T, and a grid of pairs says what all pairs would."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.reference.cases import Case, make
from tests.engine.reference.compare import close
from tests.engine.reference.rules import reaches
from unrolled.engine import Truncation
from unrolled.engine.passes.itemize import GRID, WHOLE, grid

LONG = 10_000


def long(cell: str, rule: Truncation, steps: int = LONG, layers: int = 1) -> Case:
    return make(cell, truncation=rule, sizes=(1, 2, 1), steps=steps, layers=layers, scale=0.8)


def peak(case: Case) -> int:
    """The most bytes that a flow without pairs holds at once."""
    spectral = case.rule.kind == "none"
    tracemalloc.start()
    try:
        case.flow(itemized=False, graph=False, spectral=spectral)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("cell", "layers", "rule"),
    [
        ("simple", 1, Truncation()),
        ("simple", 1, Truncation("window", 3)),
        ("lstm", 2, Truncation("chunk", 100)),
        ("gru", 1, Truncation()),
        ("gru-reset-before", 2, Truncation()),
    ],
    ids=str,
)
def test_memory_grows_with_the_steps_and_not_with_their_square(
    cell: str, layers: int, rule: Truncation
) -> None:
    short, four_times = (peak(long(cell, rule, steps, layers)) for steps in (500, 2_000))
    assert four_times < 6 * short, f"{short} bytes for 500 steps, {four_times} for 2000"


def test_pairs_of_a_long_sequence_take_no_square_either() -> None:
    steps = LONG // 2
    case = long("simple", Truncation(), steps)
    tracemalloc.start()
    try:
        case.flow(graph=False, spectral=False)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 8 * steps * steps / 10, f"{most} bytes; every pair would be {8 * steps * steps}"


def cut_to(case: Case, steps: int) -> Case:
    """The first steps alone, and only the last one's loss."""
    seq, net = case.sequence, replace(case.network, topology="many-to-one")
    shorter = replace(
        seq, inputs=seq.inputs[:steps], targets=seq.targets[steps - 1 : steps], steps=steps
    )
    return case.with_(network=net, sequence=shorter)


@pytest.mark.parametrize(
    ("cell", "layers", "rule", "steps"),
    [
        ("simple", 1, Truncation(), 1_500),
        ("lstm", 1, Truncation(), LONG),
        ("gru", 2, Truncation("chunk", 300), 1_500),
        ("lstm", 2, Truncation("window", 40), 1_500),
        ("mgu", 2, Truncation("window", 40), 1_500),
        ("jordan", 1, Truncation(), 1_500),
    ],
    ids=str,
)
def test_a_value_of_the_grid_is_that_of_the_loss_alone(
    cell: str, layers: int, rule: Truncation, steps: int
) -> None:
    follow = steps // 3 + 1
    case = long(cell, rule, steps, layers)
    flow = case.flow(graph=False, spectral=False, follow=follow)
    for layer, own in enumerate(flow.layers):
        assert own.itemized is not None
        losses, seen = own.itemized.loss_steps.tolist(), own.itemized.steps.tolist()
        assert len(losses) <= GRID
        assert len(seen) <= GRID
        assert {1, follow, steps} <= set(losses) <= set(seen)
        for i in (1, losses[40], follow, steps):
            one = cut_to(case, i).flow(graph=False, spectral=False, itemized=False)
            exact = one.layers[layer].hidden_gradient.log10_norm
            wanted = [exact[t - 1] if t <= i and reaches(rule, i, t) else np.nan for t in seen]
            row = own.itemized.log10_norm[losses.index(i)]
            close(f"∂L_{i}/∂h of layer {layer}", row, wanted, 1e-12, 1e-9)


@pytest.mark.parametrize("steps", [1, 2, WHOLE - 1, WHOLE])
def test_up_to_a_length_every_pair_is_there(steps: int) -> None:
    losses, seen = grid(np.ones(steps, dtype=bool))
    assert losses.all()
    assert seen.all()


@pytest.mark.parametrize("steps", [WHOLE + 1, 1_000, 9_999])
@pytest.mark.parametrize("follow", [None, 1, 2, 300, -1, 0])
def test_a_grid_is_even_and_holds_its_ends(steps: int, follow: int | None) -> None:
    follow = follow if follow is None or follow > 0 else steps + follow
    losses, seen = grid(np.ones(steps, dtype=bool), follow)
    at = np.flatnonzero(seen)
    assert (losses == seen).all()
    assert len(at) == GRID
    assert (at[0], at[-1]) == (0, steps - 1)
    assert follow is None or follow - 1 in at
    even = (steps - 1) / (GRID - 1)
    gaps = np.diff(at)
    assert gaps.max() <= 2 * even + 2
    assert np.median(gaps) == pytest.approx(even, abs=1.0)


def test_a_grid_of_one_loss() -> None:
    emits = np.zeros(2_000, dtype=bool)
    emits[-1] = True
    losses, seen = grid(emits)
    assert np.flatnonzero(losses).tolist() == [1999]
    assert seen.sum() == GRID
