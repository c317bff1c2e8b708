"""Chains of Jacobians against complex steps of the cells' own equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import CELLS, GATED, WITH_C, Case, draws, make
from tests.engine.reference.chains import diagonal_chain, gru_chain, jacobians_of, lstm_chain
from tests.engine.reference.compare import close
from tests.engine.reference.inside import way_back
from tests.engine.reference.stacked import Nudged, Stacked
from unrolled.engine.numbers import jacobians
from unrolled.engine.numbers.jacobians import Chain

Step = Callable[[Any, Any], tuple[Any, tuple[Any, ...]]]
STEP = 1e-30


def sigmoid(a: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-a))


def lstm_step(W: Any) -> Step:
    """(h, c) and the input's share of a → the next (h, c), and i, f, g, o, c_previous, c."""

    def step(state: Any, a: Any) -> tuple[Any, tuple[Any, ...]]:
        h, c = np.split(state, 2)
        i, f, g, o = np.split(a + W @ h, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        after = f * c + i * g
        return np.concatenate((o * np.tanh(after), after)), (i, f, g, o, c, after)

    return step


def gru_step(W: Any, b: Any) -> Step:
    """h and the input's share of a → the next h, and r, z, n, hn, h_previous."""

    def step(h: Any, a: Any) -> tuple[Any, tuple[Any, ...]]:
        W_r, W_z, W_n = np.split(W, 3)
        a_r, a_z, a_n = np.split(a, 3)
        r, z, hn = sigmoid(a_r + W_r @ h), sigmoid(a_z + W_z @ h), W_n @ h + b
        n = np.tanh(a_n + r * hn)
        return (1.0 - z) * n + z * h, (r, z, n, hn, h)

    return step


def run(step: Step, state: Any, inputs: Any) -> tuple[list[Any], list[Any]]:
    """What every step kept, and every step's Jacobian by complex steps."""
    kept, jacobians = [], []
    for a in inputs:
        columns = [step(state + 1j * STEP * unit, a)[0].imag for unit in np.eye(len(state))]
        jacobians.append(np.array(columns).T / STEP)
        state, arrays = step(state, a)
        kept.append(arrays)
    return [np.array(each) for each in zip(*kept, strict=True)], jacobians


def whole(chain: Chain) -> Any:
    matrices, shifts = chain.block(0, chain.count)
    straight = chain.size == 2 * chain.width  # c enters unit by unit
    columns = chain.width if straight else chain.size
    assert matrices.shape == (chain.count, chain.size + 2 * straight, columns)
    assert shifts.dtype == np.int64
    peaks = np.abs(matrices).max(axis=(1, 2))
    assert (((peaks >= 0.5) & (peaks < 1.0)) | (peaks == 0.0)).all()
    return jacobians_of(chain)


@draws(25)
@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(1, 5),
    count=st.integers(1, 6),
    scale=st.sampled_from([0.1, 1.0, 4.0]),
)
def test_lstm_by_complex_steps(seed: int, width: int, count: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    W = scale * random.normal(size=(4 * width, width))
    kept, jacobians = run(
        lstm_step(W), random.normal(size=2 * width), random.normal(size=(count, 4 * width))
    )
    i, f, g, o, c_previous, c = kept
    chain = lstm_chain((i, f, g, o), c_previous, c, W)
    assert (chain.count, chain.size, chain.width) == (count, 2 * width, width)
    close("∂s_{t+1}/∂s_t", whole(chain), jacobians, 1e-12)


@draws(25)
@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(1, 5),
    count=st.integers(1, 6),
    scale=st.sampled_from([0.1, 1.0, 4.0]),
)
def test_gru_by_complex_steps(seed: int, width: int, count: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    W, b = scale * random.normal(size=(3 * width, width)), random.normal(size=width)
    kept, jacobians = run(
        gru_step(W, b), random.normal(size=width), random.normal(size=(count, 3 * width))
    )
    r, z, n, hn, h = kept
    chain = gru_chain((r, z, n), hn, h, W)
    assert (chain.count, chain.size, chain.width) == (count, width, width)
    close("∂h_{t+1}/∂h_t", whole(chain), jacobians, 1e-12)


def by_differences(case: Case, layer: int, step: complex) -> Any:
    """∂s_t/∂s_{t−1} of one layer and the first sample, t = 1 … T, by nudging every unit."""
    stacked, found = Stacked(case), []
    plain, end = Nudged(case, None, None), f"_{layer}" if layer else ""
    for t in range(1, case.sequence.steps + 1):
        h, c, _ = (np.array(state) for state in stacked.states[t])
        states = [part[layer, 0, :1] for part in (h, c)][: 1 + (case.network.cell in WITH_C)]
        below = stacked.states[t + 1][0][layer - 1][0, :1] if layer else stacked.x[t][:1]

        def after(states: list[Any], t: int = t, below: Any = below) -> Any:
            s = stacked.step(plain, t, end, below, states[0], states[-1])
            return np.concatenate([part[0] for part in s[: len(states)]])

        columns = []
        for part, k in ((n, k) for n, own in enumerate(states) for k in range(own.shape[1])):
            pair = []
            for sign in (1, -1):
                nudged = [state.astype(complex) for state in states]
                nudged[part][0, k] += sign * step
                pair.append(after(nudged))
            columns.append((pair[0] - pair[1]) / (2 * step))
        found.append(np.array(columns).T.real)
    return np.array(found)


@pytest.mark.parametrize("cell", [*GATED, *(cell for cell in CELLS if cell != "jordan")])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("step", "relative"), [(1e-20j, 1e-12), (1e-5, 1e-8)])
def test_jacobians_of_a_network_by_differences(
    cell: str, layers: int, step: complex, relative: float
) -> None:
    """The cell's own, and what the spectrum makes of them, from ∂s_1/∂s_0 on."""
    case = make(cell, steps=5, batch=2, layers=layers, h_0=True, sizes=(2, 4, 2), scale=2.0, seed=7)
    flow = case.flow(graph=False)
    for layer, own in enumerate(flow.layers):
        exact = by_differences(case, layer, step)
        chain = way_back(case, flow).lane(layer).chain(initial=True)
        close("∂s_t/∂s_{t−1}", whole(chain), exact, relative)
        assert own.trajectory is not None
        seen, width = own.trajectory.spectrum, chain.width
        single = [np.linalg.norm(one[:width, :width], 2) for one in exact[1:]]
        close("‖∂h_t/∂h_{t−1}‖", 10.0**seen.jacobian_log10_norm, single, relative)
        product = np.linalg.multi_dot(exact[::-1])[:width, :width]
        close("‖∂h_T/∂h_0‖", 10.0**seen.initial_log10_norm, np.linalg.norm(product, 2), relative)


@pytest.mark.parametrize("cell", [*GATED, *CELLS])
def test_a_cell_is_asked_for_each_jacobian_once(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Norms, products and Lyapunov exponents read the same ones."""
    case = make(cell, steps=12)
    kind, asked = type(way_back(case, case.flow()).lane(0)), []
    plain = kind.jacobians

    def counted(self: Any, factors: Any, out: Any) -> None:
        asked.append(len(out))
        plain(self, factors, out)

    monkeypatch.setattr(kind, "jacobians", counted)
    case.flow()
    assert asked == [11 if cell == "jordan" else 12]


def test_slopes_that_are_given_are_taken() -> None:
    """A gate of exactly 1 has a slope that the gate itself no longer tells."""
    one, W = np.ones((1, 1)), np.ones((4, 1))
    zero, slope = np.zeros((1, 1)), np.full((1, 1), 1e-20)
    gates = (one, one, one, one)
    assert whole(lstm_chain(gates, one, one, W))[0, 1].tolist() == [0.0, 1.0]
    found = whole(lstm_chain(gates, one, one, W, slopes=(slope, 2 * slope, 4 * slope, slope)))
    assert found[0, 1] == pytest.approx([7e-20, 1.0], rel=1e-14)
    chosen = whole(gru_chain((one, zero, one), one, one, W[:3], slopes=(slope, zero, 3 * slope)))
    assert chosen[0, 0] == pytest.approx([3e-20], rel=1e-14)


def test_large_weights_and_small_slopes_meet_inside_a_double() -> None:
    """2^700 · 2^700 overflows on the way to 1e-300 · 2^1400, which the shift holds."""
    huge, W = np.full((1, 1), 2.0**700), np.full((4, 1), 2.0**700)
    slope, zero = np.full((1, 1), 2.0**-600), np.zeros((1, 1))
    chain = lstm_chain((zero, zero, zero, zero), huge, zero, W, slopes=(zero, slope, zero, zero))
    matrices, shifts = chain.block(0, 1)
    assert (matrices[0, 1, 0], shifts[0]) == (0.5, 801)


def test_a_state_that_nothing_passes_is_zero() -> None:
    zero = np.zeros((2, 2))
    for chain in (
        lstm_chain((zero, zero, zero, zero), zero, zero, np.zeros((8, 2))),
        gru_chain((zero, zero, zero), zero, zero, np.zeros((6, 2))),
        diagonal_chain(zero, np.ones((2, 2))),
    ):
        assert not whole(chain).any()


def test_diagonal_chain_scales_the_rows() -> None:
    slopes, R = np.array([[1.0, 0.5], [1e-300, 0.25]]), np.array([[1.0, 2.0], [3.0, 1e200]])
    close("J", whole(diagonal_chain(slopes, R)), slopes[:, :, np.newaxis] * R, 1e-15)


@pytest.mark.parametrize("length", [1, 2, 3, 7, 100])
def test_blocks_are_parts_of_the_whole(length: int) -> None:
    random = np.random.default_rng(0)
    i, f, g, o, before, after = random.uniform(0.1, 0.9, (6, 7, 3))
    chain = lstm_chain((i, f, g, o), before, after, random.normal(size=(12, 3)))
    matrices, shifts = chain.block(0, 7)
    seen = 0
    for begin, end, part, own in chain.backwards(length):
        close("J", part, matrices[begin:end], 1e-14)  # a product of blocks rounds by its size
        np.testing.assert_array_equal(own, shifts[begin:end])
        seen += end - begin
    assert seen == 7


def test_memory_does_not_grow_with_the_sequence() -> None:
    chain = diagonal_chain(np.ones((200_000, 32)), np.eye(32))
    assert chain.length * 32 * 32 <= 4_000_000
    begin, end, matrices, _ = next(chain.backwards())
    assert (end, end - begin) == (200_000, chain.length) == (200_000, len(matrices))


def test_a_held_chain_is_the_same_and_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, int]] = []
    plain = diagonal_chain(np.random.default_rng(0).uniform(0.1, 1.0, (50, 3)), np.eye(3))

    def counted(begin: int, end: int) -> Any:
        made.append((begin, end))
        return plain.block(begin, end)

    chain = Chain(plain.count, plain.size, plain.width, counted, initial=True)
    held = chain.held()
    number = len(made)
    assert np.array_equal(whole(held), whole(plain))
    assert np.array_equal(whole(held.later()), whole(plain)[1:])
    assert len(made) == number
    monkeypatch.setattr(jacobians, "_HELD", 50 * 9 - 1)
    assert chain.held() is chain
