"""What is said of a padded batch, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import explicit, make
from unrolled.engine import InvalidInput


def test_the_diagnosis_says_whose_loss_it_follows() -> None:
    case = make("simple", "many-to-one", steps=6, batch=3, seed=8)
    said = explicit(case, lengths=[3, 6, 6]).flow().diagnosis
    assert said is not None
    assert said.loss_step == 6
    assert "Of 3 samples it is that of 2: the others have no loss at this step." in said.summary
    fresh = np.zeros((6, 3), dtype=bool)
    fresh[2, 1] = True
    said = explicit(case, lengths=[3, 6, 6], resets=fresh).flow().diagnosis
    assert said is not None
    assert said.step == 1
    assert "In 1 of them the state starts anew on the way: their part ends." in said.summary
    everywhere = explicit(case, lengths=[6, 6, 6]).flow().diagnosis
    assert everywhere == explicit(case).flow().diagnosis
    fresh = np.zeros((6, 3), dtype=bool)
    fresh[3] = True
    said = explicit(case, resets=fresh).flow().diagnosis
    assert said is not None
    assert (said.loss_step, said.step) == (6, 4)
    assert "At step 4 the state starts anew." in said.summary
    fresh[5] = True
    said = explicit(case, resets=fresh).flow().diagnosis
    assert said is not None
    assert said.verdict == "blocked"
    assert said.summary == "Blocked: the state starts anew at step 6, where the loss enters."


def test_a_loss_that_weighs_nothing_is_none() -> None:
    case = make(steps=3, batch=2, seed=8)
    flow = explicit(case, loss_weights=np.zeros((3, 2))).flow(values=True)
    assert flow.diagnosis is not None
    assert flow.diagnosis.summary == "No loss counts: the weight of every one is zero."
    assert np.isnan(flow.loss)
    assert all(not one.value.any() for one in flow.parameter_gradients.values())


def test_a_saturated_unit_is_named_behind_an_end_too() -> None:
    """What lies behind a sample's end hides no unit that is off in the others."""
    case = make(activation="relu", steps=4, batch=2, seed=8)
    case.parameters["b_h"][:] = 0.0
    inputs = np.ones((4, 2, 2))
    case.parameters["W_xh"][:] = 1.0
    case.parameters["W_hh"][:] = np.eye(3)
    inputs[2] = -100.0
    fields = {"inputs": inputs, "targets": np.full((4, 2, 2), 1e3)}
    said = explicit(case, **fields, lengths=[2, 4]).flow().diagnosis
    assert said is not None
    assert "every relu unit is off at step 3" in said.summary


@pytest.mark.parametrize(
    ("fields", "pointer", "said"),
    [
        ({"lengths": [3]}, "lengths", "2 lengths"),
        ({"lengths": 3}, "lengths", "2 lengths"),
        ({"lengths": [3, 0]}, "lengths/1", "received 0; allowed: a whole number 1 … 3"),
        ({"lengths": [4, 1]}, "lengths/0", "received 4"),
        ({"loss_weights": [[1.0, 1.0]]}, "loss_weights", "needed: (3, 2)"),
        ({"loss_weights": [[1.0, 1.0], [1.0, -2.0], [0.0, 0.0]]}, "loss_weights/1/1", "-2"),
        ({"resets": [[True, False]]}, "resets", "(3, 2)"),
        ({"resets": [[0, 1]] * 3}, "resets", "true or false"),
        ({"resets": [[True], [True, False], []]}, "resets", "true or false"),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], pointer: str, said: str) -> None:
    case = make(steps=3, batch=2)
    with pytest.raises(InvalidInput) as refused:
        explicit(case, **fields)
    assert "/".join(map(str, refused.value.pointer)) == f"sequence/{pointer}"
    assert said in refused.value.detail


def test_factors_are_of_a_sample_that_is_there() -> None:
    case = make(steps=5, batch=2, seed=11)
    there = explicit(case, lengths=[3, 5])
    assert there.flow(chain=(3, 1)).factors is not None
    with pytest.raises(InvalidInput, match="the first sample's, which ends at step 3"):
        there.flow(chain=(5, 1))
