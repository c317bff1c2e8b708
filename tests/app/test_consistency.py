"""Any request made of the schema's own types gives an answer whose numbers agree, or a problem."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.app import facts, written
from tests.app.experiments import experiments
from unrolled.app.resolve import prepare
from unrolled.app.schemas import Experiment, Problem
from unrolled.engine import Passage, Scaled, backward, gradient_flow

pytestmark = pytest.mark.anyio

DRAWN = max(250, settings().max_examples)
"""250, and 1000 where HYPOTHESIS_PROFILE=explore looks for new ones."""


def check(answer: Any) -> None:
    """Every fact about an answer."""
    facts.check(answer)
    written.check(answer)


@given(experiment=experiments())
@settings(max_examples=DRAWN, suppress_health_check=[HealthCheck.too_slow])
async def test_a_request_gives_numbers_that_agree_or_a_problem(client, experiment):
    answer = await client.post("/api/v1/flow", json=experiment)
    if answer.status_code == 200:
        check(answer.json())
    else:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        Problem.model_validate_json(answer.content)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (("loss",), lambda x: x * (1 + 1e-6)),
        (("hidden_gradient", "norm", 3), lambda x: x * (1 + 1e-6)),
        (("hidden_gradient", "log10_norm", 3), lambda x: x + 1e-6),
        (("hidden_gradient", "log10_norm", 3), lambda x: None),
        (("followed_gradient", "log10_norm", 3), lambda x: x + 1e-6),
        (("itemized", "log10_norm", 2, 3), lambda x: -1.0),
        (("itemized", "log10_norm", 5, 2), lambda x: 3.0),
        (("layers", 0, "itemized", "log10_norm", 5, 2), lambda x: 3.0),
        (("layers", 1, "hidden_gradient", "norm", 0), lambda x: x + 1e-6),
        (("parameter_gradients", "W_hh", "norm"), lambda x: x * (1 + 1e-6)),
        (("parameter_gradients", "W_hh", "value", 0, 0), lambda x: x + 1e-3),
        (("parameter_gradients", "W_hh_1", "step_log10_norm", 4), lambda x: 3.0),
        (("clipping", "norm_before"), lambda x: x * (1 + 1e-6)),
        (("clipping", "norm_after"), lambda x: x * (1 + 1e-6)),
        (("clipping", "scale"), lambda x: x * (1 + 1e-6)),
        (("clipping", "engaged"), lambda x: not x),
        (("clipping", "cosine"), lambda x: 0.9),
        (("parameter_gradients", "b_y", "clipped_norm"), lambda x: x * (1 + 1e-3)),
        (("graph", "nodes", 7, "log10_norm"), lambda x: 3.0),
        (("graph", "edges", 7, "target"), lambda x: "h_99"),
        (("graph", "edges", 7, "log10_norm"), lambda x: 3.0),
        (("spectrum", "spectral_radius"), lambda x: x * (1 + 1e-6)),
        (("spectrum", "jacobian_log10_norm", -1), lambda x: x + 1e-6),
        (("experiment", "sequence", "steps"), lambda x: x + 1),
        (("layers", 1, "saturation", "units", 2), lambda x: 1.5),
        (("values", "layers", 1, "dh", 3, 0, 2), lambda x: x + 1e-6),
        (("values", "layers", 0, "dh", 0, 1, 2), lambda x: None),
        (("values", "dx", 3, 1, 0), lambda x: x + 1e-6),
        (("values", "do", 5, 0, 1), lambda x: x + 1e-6),
        (("values", "terms", "W_hh_1", 4, 0, 1), lambda x: x + 1e-6),
    ],
)
async def test_a_number_that_is_off_is_found(flow, path, change):
    """The facts of the test above are facts: each breaks where its number is another."""
    answer: Any = await flow(
        network={"num_layers": 2},
        sequence={"steps": 6, "batch_size": 2},
        clip={"rule": "norm", "max_norm": 0.1},
        follow=6,
        values=True,
    )
    check(answer)
    answer = copy.deepcopy(answer)
    *parents, last = path
    place = answer
    for key in parents:
        place = place[key]
    place[last] = change(place[last])
    with pytest.raises(AssertionError):
        check(answer)


@given(experiment=experiments())
@settings(max_examples=DRAWN, suppress_health_check=[HealthCheck.too_slow])
def test_terms_and_items_are_parts_of_a_whole(experiment):
    """Σ_t of a parameter's terms is its gradient, and Σ_i ∂L_i/∂h_t is ∂L/∂h_t, as vectors."""
    try:
        ready = prepare(Experiment.model_validate(experiment).model_dump())
        flow = gradient_flow(
            ready.network,
            ready.parameters,
            ready.sequence,
            loss=ready.loss,
            truncation=ready.truncation,
            spectral=False,
            graph=False,
        )
    except ValueError:  # what the service answers with 422
        return
    for name, gradient in flow.parameter_gradients.items():
        terms = flow.backward.steps(name).unscaled()
        if np.isfinite(gradient.value).all() and np.isfinite(terms).all():
            assert_sums(terms, gradient.value)
    passage = Passage.of(ready.network, ready.parameters, flow.trace, ready.truncation)
    own = [
        backward(passage, passage.enter(alone(flow.backward.do_local, i)))
        for i in np.flatnonzero(flow.trace.emits)
    ]
    for number, layer in enumerate(flow.layers):
        for part in range(passage.parts):
            rows = [each.layers[number].part(part) for each in own]
            assert_adds_up(rows, flow.backward.layers[number].part(part))
        assert layer.itemized is not None
        for each, row in zip(own, layer.itemized.log10_norm, strict=True):
            np.testing.assert_allclose(each.hidden(number).log10_norm, row, rtol=1e-9, atol=1e-9)


def alone(do, i):
    """∂L_i/∂o_i at its own step, zeros elsewhere."""
    kept = np.zeros_like(do)
    kept[i] = do[i]
    return kept


def assert_adds_up(rows: list[Scaled], whole: Scaled) -> None:
    """Σ of the rows is the whole at every step, where all have exponents of their own."""
    for t in range(len(whole.value)):
        parts = [row.value[t] for row in rows]
        exponents = np.array([row.exponent[t] for row in rows] + [whole.exponent[t]])
        live = [e for e, v in zip(exponents, [*parts, whole.value[t]], strict=True) if v.any()]
        shifts = np.maximum(exponents - max(live, default=0), -2000).tolist()
        *scaled, total = (
            np.ldexp(value, shift)
            for value, shift in zip([*parts, whole.value[t]], shifts, strict=True)
        )
        assert_sums(np.array(scaled).reshape(len(scaled), *total.shape), total)


def assert_sums(parts: Any, total: Any) -> None:
    """Σ of the parts over their first axis is the total, up to rounding."""
    largest = np.abs(parts).max(initial=0.0) * max(1, len(parts))
    np.testing.assert_allclose(parts.sum(axis=0), total, rtol=1e-9, atol=1e-9 * largest)
