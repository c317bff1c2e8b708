"""Where all rows would take too long some are chosen, and are the ones that all would have."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.reference.cases import CELLS, GATED, make, shown
from tests.engine.reference.compare import close
from unrolled.engine import CELLS as CELL_RECORDS
from unrolled.engine import GradientFlow, Truncation
from unrolled.engine.analysis import trajectory
from unrolled.engine.numbers import arrays
from unrolled.engine.passes import itemize as room

STEPS, BATCH, HIDDEN = 30, 2, 5


def sampled(monkeypatch: pytest.MonkeyPatch, flow: GradientFlow, rows: float) -> None:
    """Afford so many rows of what this flow has."""
    every = room.effort(flow.layers[0].passage, flow.trace.emits)
    monkeypatch.setattr(room, "AFFORDED", every * rows / STEPS)


def read(flow: GradientFlow) -> tuple[str, int | None, int | None]:
    """What the diagnosis says, and of which loss."""
    assert flow.diagnosis is not None
    return flow.diagnosis.summary, flow.diagnosis.loss_step, flow.diagnosis.step


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
@pytest.mark.parametrize("rule", [Truncation(), Truncation("window", 20)], ids=str)
@pytest.mark.parametrize("layers", [1, 2])
def test_rows_of_a_sample_are_those_of_all(
    cell: str, rule: Truncation, layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = (2, HIDDEN, 3)
    case = make(cell, truncation=rule, steps=STEPS, batch=BATCH, sizes=sizes, layers=layers)
    every = case.flow(follow=17)
    sampled(monkeypatch, every, 9.5)
    some = case.flow(follow=17)
    assert read(some) == read(every)
    for n, (own, there) in enumerate(zip(some.layers, every.layers, strict=True)):
        assert own.itemized is not None
        assert there.itemized is not None
        rows = own.itemized.loss_steps
        assert len(rows) == 9
        assert {1, 17, STEPS} <= set(rows.tolist())
        assert own.itemized.emitting is not None
        assert own.itemized.emitting.tolist() == list(range(1, STEPS + 1))
        assert own.itemized.note == (
            f"{len(rows)} of 30 losses have a row, at equal distances: the first, the last and a "
            "followed one are among them. The rows of all would take too long."
        )
        at = rows - 1
        close(f"layer {n}", own.itemized.log10_norm, there.itemized.log10_norm[at], 1e-12)
        close("state", own.itemized.of_state, there.itemized.of_state[at], 1e-12)
        assert own.itemized.steps.tolist() == there.itemized.steps.tolist()


def test_rows_are_at_equal_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    case = make("simple", steps=STEPS, batch=BATCH, sizes=(2, HIDDEN, 3))
    sampled(monkeypatch, case.flow(), 10.5)
    pairs = case.flow().itemized
    assert pairs is not None
    assert len(pairs.loss_steps) == 10
    assert set(np.diff(pairs.loss_steps).tolist()) == {3, 4}


def test_nothing_is_said_where_every_row_is_there() -> None:
    pairs = make("lstm", steps=STEPS).flow().itemized
    assert pairs is not None
    assert pairs.emitting is None
    assert pairs.note is None


def test_a_loss_without_a_row_is_diagnosed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a window the loss that is read may be any."""
    case = make("gru", truncation=Truncation("chunk", 7), steps=STEPS, sizes=(2, HIDDEN, 3))
    every = case.flow()
    sampled(monkeypatch, every, 1)
    some = case.flow()
    assert some.itemized is not None
    assert len(some.itemized.loss_steps) == 8
    assert read(every)[1] not in some.itemized.loss_steps
    assert read(some) == read(every)


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
def test_of_a_long_wide_chain_the_last_jacobians_are_multiplied(
    cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make(cell, steps=STEPS, batch=BATCH, sizes=(2, HIDDEN, 3), layers=2, h_0=True)
    every = case.flow()
    wide = shown(cell, HIDDEN)
    size = wide + (HIDDEN if CELL_RECORDS[cell].has_c else 0)
    monkeypatch.setattr(trajectory, "_PRODUCTS", 2 * size**2 * wide * 7.5)
    some = case.flow()
    for own, there in zip(some.layers, every.layers, strict=True):
        assert own.trajectory is not None
        assert there.trajectory is not None
        seen, whole = own.trajectory.spectrum, there.trajectory.spectrum
        assert (whole.first_step, seen.first_step) == (1, STEPS - 7)
        for name in ("jacobian_log10_norm", "product_log10_norm"):
            series = getattr(seen, name)
            close(name, series[-7:], getattr(whole, name)[-7:], 1e-12)
            assert np.isnan(series[:-7]).all()
            assert len(series) == STEPS - 1
        assert np.isnan(seen.initial_log10_norm)
        assert own.trajectory.exponents_over == STEPS - 1
        exponents = own.trajectory.lyapunov_exponents
        assert exponents is not None
        close("λ", exponents, there.trajectory.lyapunov_exponents, 1e-12)


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
def test_what_arrives_is_the_same_in_blocks_of_steps(
    cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make(cell, steps=STEPS, batch=BATCH, layers=2)
    every = case.flow()
    monkeypatch.setattr(arrays, "_AT_ONCE", 1)
    some = case.flow()
    assert some.graph == every.graph
    for own, there in zip(some.layers, every.layers, strict=True):
        assert own.trajectory is not None
        assert there.trajectory is not None
        close("Ω", own.trajectory.omega, there.trajectory.omega, 1e-13)
