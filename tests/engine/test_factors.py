"""The factors between a loss and an earlier step: norms, signs, and what they multiply to."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import (
    CELLS,
    GATED,
    WITH_C,
    Case,
    make,
)
from tests.engine.reference.chains import jacobians_of
from unrolled.engine import Factors, InvalidInput, Truncation
from unrolled.engine.analysis.spectrum import log10_spectral_norms

ALL = (*CELLS, *GATED)


def between(case: Case, loss_step: int, step: int, **options: Any) -> Factors:
    found = case.flow(chain=(loss_step, step), **options).factors
    assert found is not None
    return found


@pytest.mark.parametrize("w", [1.1, 0.9, -0.9])
def test_the_notes_chain(w: float) -> None:
    """From step 115 to 50 there are 65 factors; after 50 of them step 65 is reached."""
    case = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=115)
    case.parameters["W_hh"][:] = w
    found = between(case, 115, 50)
    assert found.count == 65
    assert found.jacobian is not None
    assert found.slope is not None
    assert found.sign is not None
    np.testing.assert_allclose(found.jacobian, w, rtol=1e-14)
    np.testing.assert_array_equal(found.slope, 1.0)
    products = found.sign * 10.0**found.product_log10_norm
    np.testing.assert_allclose(products, w ** np.arange(1.0, 66.0), rtol=1e-11)
    arriving = found.gradient_log10_norm - found.entering_log10_norm
    np.testing.assert_allclose(arriving, found.product_log10_norm, atol=1e-11)


@pytest.mark.parametrize(("cell", "units", "layers"), list(product(ALL, (1, 3), (1, 2))))
def test_norms_of_any_stretch(cell: str, units: int, layers: int) -> None:
    case = make(cell, truncation=Truncation(), sizes=(2, units, 2), steps=7, layers=layers)
    chain = case.flow().top.passage.lanes[0].chain()
    jacobians = jacobians_of(chain)
    for loss_step, step in ((7, 1), (5, 2), (4, 3), (6, 6)):
        found = between(case, loss_step, step)
        count = loss_step - step
        assert (found.count, len(found.jacobian_log10_norm)) == (count, count)
        running, width = np.eye(chain.size), chain.width
        for n in range(count):
            own = jacobians[loss_step - 2 - n]
            running = running @ own
            blocks = np.stack((own[:width, :width], running[:width, :width]))
            single, whole = log10_spectral_norms(blocks)
            assert found.jacobian_log10_norm[n] == pytest.approx(single, abs=1e-11, nan_ok=True)
            assert found.product_log10_norm[n] == pytest.approx(whole, abs=1e-11, nan_ok=True)
        assert (found.jacobian is None) == (chain.size > 1)
        assert (found.cell_product_log10_norm is None) == (cell not in WITH_C)


@pytest.mark.parametrize("rule", [Truncation("window", 2), Truncation("chunk", 3)])
def test_a_truncation_stops_the_gradient_and_leaves_the_factors(rule: Truncation) -> None:
    whole = between(make("simple", truncation=Truncation(), steps=6), 5, 1)
    cut = between(make("simple", truncation=rule, steps=6), 5, 1)
    np.testing.assert_array_equal(cut.product_log10_norm, whole.product_log10_norm)
    assert np.isfinite(whole.gradient_log10_norm).all()
    assert np.isnan(cut.gradient_log10_norm).tolist() == [False, True, True, True]


def test_products_far_outside_a_double() -> None:
    case = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=60)
    case.parameters["W_hh"][:] = -1e-7
    found = between(case, 60, 1)
    assert found.sign is not None
    np.testing.assert_allclose(found.product_log10_norm, -7.0 * np.arange(1, 60), rtol=1e-12)
    assert found.sign.tolist() == [(-1.0) ** n for n in range(1, 60)]


def test_a_product_that_dies_stays_dead() -> None:
    case = make("simple", "many-to-one", "relu", sizes=(1, 1, 1), steps=5)
    case.parameters["b_h"][:] = -100.0
    found = between(case, 5, 1)
    assert found.sign is not None
    assert not found.sign.any()
    assert np.isnan(found.product_log10_norm).all()


@pytest.mark.parametrize(
    ("chain", "pointer"),
    [((3, 1), "loss_step"), ((9, 1), "loss_step"), ((6, 0), "step"), ((6, 7), "step")],
)
def test_a_chain_that_is_none(chain: tuple[int, int], pointer: str) -> None:
    case = make("simple", "many-to-one", steps=6)
    with pytest.raises(InvalidInput, match="allowed") as refused:
        case.flow(chain=chain)
    assert refused.value.pointer == ("chain", pointer)
