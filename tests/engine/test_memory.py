"""Memory that is used again: never while somebody looks at it, and never without end."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine.memory import LEAST, MOST, Pool, empty, full
from tests.engine.reference.cases import draws, make


def where(array: Any) -> int:
    """The address of an array's first number."""
    address: int = array.__array_interface__["data"][0]
    return address


def test_what_nobody_looks_at_any_more_is_handed_out_again() -> None:
    pool = Pool()
    first = pool.empty((LEAST,))
    at = where(first)
    assert where(pool.empty((LEAST,))) != at
    del first
    assert where(pool.empty((2, LEAST // 2))) == at


@pytest.mark.parametrize(
    "look",
    [
        lambda array: array[3:5],
        lambda array: array.reshape(4, -1).T,
        lambda array: array[7:].reshape(-1)[::2],
        memoryview,
        lambda array: np.asarray(memoryview(array)),
        lambda array: list(array.reshape(8, -1)),
        lambda array: np.lib.stride_tricks.as_strided(array, (2, 3)),
    ],
    ids=["slice", "transposed", "step", "buffer", "of a buffer", "rows", "strides"],
)
def test_a_view_keeps_its_memory(look: Any) -> None:
    pool = Pool()
    array = pool.empty((LEAST,))
    at, view = where(array), look(array)
    del array
    assert where(pool.empty((LEAST,))) != at
    del view
    assert where(pool.empty((LEAST,))) == at


@draws(50)
@given(
    sizes=st.lists(st.tuples(st.integers(LEAST, 3 * LEAST), st.booleans()), min_size=1, max_size=40)
)
def test_arrays_in_use_never_overlap(sizes: list[tuple[int, bool]]) -> None:
    pool, held = Pool(12 * LEAST), []
    for number, (size, keep) in enumerate(sizes):
        array = pool.empty((size,))
        array.fill(number)
        assert pool.size <= 12 * LEAST
        if keep:
            held.append((number, size, array))
    for number, size, array in held:
        assert array.shape == (size,)
        assert (array == number).all()


def test_beyond_its_limit_a_pool_keeps_nothing_more() -> None:
    pool = Pool(4 * LEAST)
    held = [pool.empty((LEAST,)) for _ in range(3)]
    assert pool.size == 3 * LEAST
    large = pool.empty((2 * LEAST,))
    assert pool.size == 3 * LEAST
    del held[1:], large
    again = pool.empty((2 * LEAST,))  # for which the two free blocks had to go
    assert pool.size == 3 * LEAST
    at = where(again)
    del again
    assert where(pool.empty((2 * LEAST,))) == at


@pytest.mark.parametrize("size", [0, 1, LEAST - 1, MOST, MOST + 1])
def test_the_smallest_and_the_largest_are_not_kept(size: int) -> None:
    pool = Pool()
    assert pool.empty((size,)).shape == (size,)
    assert pool.size == 0


def test_every_thread_has_its_own() -> None:
    seen: list[int] = []
    array = empty((LEAST,))
    at = where(array)
    del array
    other = threading.Thread(target=lambda: seen.append(where(empty((LEAST,)))))
    other.start()
    other.join()
    assert seen != [at]
    assert where(empty((LEAST,))) == at


@pytest.mark.parametrize("cell", ["simple", "jordan", "lstm", "gru"])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_result_stays_as_it_is_while_others_are_made(cell: str, batch: int) -> None:
    def numbers(flow: engine.GradientFlow) -> list[Any]:
        layer, own = flow.trace.top, flow.backward.top
        assert flow.itemized is not None
        arrays = [layer.h, *layer.saved.values(), flow.trace.o, *own.state, own.dz]
        arrays += [flow.step_losses, flow.itemized.log10_norm, flow.hidden_gradient.norm]
        arrays += [one.value for one in flow.parameter_gradients.values()]
        return [factor for pair in flow.backward.factors.values() for factor in pair] + arrays

    case = make(cell, steps=70, batch=batch, sizes=(70, 65, 66))
    flow = case.flow(graph=False)
    before = [None if one is None else one.copy() for one in numbers(flow)]
    assert max(one.size for one in before if one is not None) >= LEAST
    for scale in (0.5, 2.0):
        make(cell, steps=70, batch=batch, sizes=(70, 65, 66), scale=scale).flow()
    for kept, now in zip(before, numbers(flow), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_full_is_full() -> None:
    assert (full((3, LEAST), -2.5) == -2.5).all()
    assert np.isnan(full((2,), np.nan)).all()
