"""A parameter whose rows come from several products: the same sums and norms as from one."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import CELLS, GATED, make
from tests.engine.reference.compare import close
from unrolled import engine
from unrolled.engine.clip.samples import clip_each_sample
from unrolled.engine.numbers import arrays
from unrolled.engine.numbers.products import Product, Terms, whole
from unrolled.engine.passes.terms import formed, joined, term_log10_norms
from unrolled.engine.passes.vector import summed

STEPS, ROWS, COLUMNS = 6, 5, 3


def factors(batch: int, seed: int = 0) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    return random.normal(size=(STEPS, batch, ROWS)), random.normal(size=(STEPS, batch, COLUMNS))


def cut(left: Any, right: Any | None, *at: int) -> tuple[Product, ...]:
    """The rows between these, each a product of its own."""
    ends = zip((0, *at), (*at, ROWS), strict=True)
    return tuple(Product(slice(a, b), left[..., a:b], right) for a, b in ends)


EXPONENTS = [None, np.array([0, 3, -4, 1, 0, 2]), np.array([0, 2000, -2000, 5, 1999, -3])]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("exponent", EXPONENTS, ids=["none", "near", "far"])
@pytest.mark.parametrize("small", [1.0, 1e-200, 0.0])
def test_products_of_some_rows_make_the_whole(batch: int, exponent: Any, small: float) -> None:
    """Also where one of them is far smaller than the others, or nothing."""
    left, right = factors(batch)
    left[..., 2:4] *= small
    exponents = None if exponent is None else dict.fromkeys(("W", "b"), exponent)
    one: Terms = {"W": whole(left, right), "b": whole(left)}
    several: Terms = {"W": cut(left, right, 2, 4), "b": cut(left, None, 2, 4)}
    mine, other = summed(several, exponents), summed(one, exponents)
    for (name, part), (_, wanted) in zip(mine.parts().items(), other.parts().items(), strict=True):
        assert part.shape == wanted.shape
        close(f"Σ {name}", np.ldexp(part, mine.exponent - other.exponent), wanted, 1e-14)
    close("‖Σ‖", mine.norms().log10_norm, other.norms().log10_norm, 0.0, 1e-13)
    found, expected = term_log10_norms(several, exponents), term_log10_norms(one, exponents)
    for name in one:
        close(f"‖{name}_t‖", found[name], expected[name], 0.0, 1e-13)
        parts = [formed(product, exponent, slice(1, 5)) for product in several[name]]
        (as_one,) = (formed(product, exponent, slice(1, 5)) for product in one[name])
        together = joined(parts)
        apart = together.exponent - as_one.exponent
        shifted = np.ldexp(together.value, apart.reshape(-1, *[1] * (together.value.ndim - 1)))
        close(f"{name}_t", shifted, as_one.value, 1e-14)


def test_rows_far_apart_keep_their_digits_in_the_norm() -> None:
    left, right = factors(1)
    left[..., :2] *= 1e-170
    found = term_log10_norms({"W": cut(left, right, 2)}, None)["W"]
    close("‖W_t‖", found, term_log10_norms({"W": whole(left, right)}, None)["W"], 0.0, 1e-13)
    dead = term_log10_norms({"W": cut(0.0 * left, right, 2)}, None)["W"]
    assert np.isnan(dead).all()


def test_a_vector_that_multiplies_unit_by_unit_is_a_product_too() -> None:
    """A peephole p ⊙ c_{t−1} adds Σ_B dz ⊙ c_{t−1}; two gates of it, dz of each its own."""
    random = np.random.default_rng(1)
    dz, c = random.normal(size=(STEPS, 3, 4)), random.normal(size=(STEPS, 3, 2))
    rows = slice(0, 2), slice(2, 4)
    own = {"p": tuple(Product(at, dz[..., at] * c) for at in rows)}
    expected = np.concatenate([(dz[..., at] * c).sum(axis=1) for at in rows], axis=1)
    close("Σ p", summed(own, None).plain(), expected.sum(axis=0), 1e-14)
    norms = np.log10(np.linalg.norm(expected, axis=1))
    close("‖p_t‖", term_log10_norms(own, None)["p"], norms, 0.0, 1e-13)


def test_a_sample_has_its_share_of_every_product() -> None:
    left, right = factors(4)
    several: Terms = {"W": cut(left, right, 3)}
    clip = engine.Clip("norm", 1e9, per_sample=True)
    _, report = clip_each_sample(several, None, clip, summed(several, None))
    assert report.per_sample is not None
    each = [np.linalg.norm(4.0 * np.einsum("tm,tn->mn", left[:, b], right[:, b])) for b in range(4)]
    close("‖g_b‖", report.per_sample.norm, each, 1e-13)


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
def test_the_products_of_a_cell_cover_every_row_once(cell: str) -> None:
    case = make(cell, steps=3, batch=2)
    back = case.flow().backward
    for name, value in case.parameters.items():
        covered: list[int] = []
        for one in back.factors[name]:
            rows = range(one.rows.start, one.rows.stop)
            assert one.left.shape[2] == len(rows), name
            covered += rows
        assert covered == list(range(len(value))), name


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
def test_the_way_back_writes_nothing_into_the_trace(cell: str) -> None:
    case = make(cell, steps=4, batch=2, layers=2, h_0=True)
    trace = engine.unroll(case.network, case.parameters, case.sequence)
    for layer in trace.layers:
        assert "derivative" not in layer.saved
        for array in (layer.x, layer.h, layer.feedback, layer.c, *layer.saved.values()):
            if array is not None:
                array.flags.writeable = False
    names = [list(layer.saved) for layer in trace.layers]
    flow = case.flow()
    passage = engine.Passage.of(case.network, case.parameters, trace, case.rule)
    back = engine.backward(passage, passage.enter(flow.backward.do_local))
    close("∂L/∂θ", back.gradients().plain(), flow.backward.gradients().plain(), 0.0)
    assert [list(layer.saved) for layer in trace.layers] == names


@pytest.mark.parametrize("far", [False, True], ids=["ordinary", "far"])
@pytest.mark.parametrize("batch", [2, 3, 40])
def test_terms_are_as_large_by_either_way(
    batch: int, far: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block of steps at a time, or all at once."""
    left, right = factors(batch)
    if far:
        left[1] *= 1e-200
        right[2] *= 1e200
        left[3] = 0.0
        left[4:, 2:], left[4:, 0], left[4:, 1], right[4:] = 0.0, 0.7, -0.7 - 2.0**-25, 1.0
    several: Terms = {"W": whole(left, right), "b": whole(left)}
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        wanted = {
            "W": [_log10(left[t].T, right[t]) for t in range(STEPS)],
            "b": [_log10(left[t].T, np.ones((batch, 1))) for t in range(STEPS)],
        }
    for block in (1, 2_000_000):
        monkeypatch.setattr(arrays, "_AT_ONCE", block)
        for name, found in term_log10_norms(several, None).items():
            close(f"‖{name}_t‖", found, wanted[name], 0.0, 1e-12)


def _log10(left: Any, right: Any) -> float:
    """log₁₀ ‖left right‖, each near 1 before they meet."""
    powers = [np.frexp(np.abs(one).max())[1] for one in (left, right)]
    norm = np.linalg.norm(np.ldexp(left, -powers[0]) @ np.ldexp(right, -powers[1]))
    return float(np.log10(norm) + sum(powers) * np.log10(2.0)) if norm else np.nan


@pytest.mark.parametrize(("batch", "units"), [(256, 4), (64, 128)])
def test_terms_of_a_large_batch_take_little_memory(
    batch: int, units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not rows × columns numbers of every step are held, but a block of them."""
    monkeypatch.setattr(arrays, "_AT_ONCE", 50_000)
    random = np.random.default_rng(2)
    left, right = (random.normal(size=(200, batch, units)) for _ in range(2))
    tracemalloc.start()
    term_log10_norms({"W": whole(left, right), "b": whole(left)}, None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
