"""The numbers of one answer agree with each other."""

import math

import numpy as np
import pytest

from unrolled.engine import CELLS, TOPOLOGIES

pytestmark = pytest.mark.anyio

WIRINGS = [(cell, topology) for cell in CELLS for topology in TOPOLOGIES]


def size(value):
    return 0.0 if value is None else 10.0**value


@pytest.fixture(params=WIRINGS, ids="/".join)
async def answer(flow, request):
    cell, topology = request.param
    return await flow(
        network={"cell": cell, "topology": topology},
        sequence={"batch_size": 3},
        truncation={"kind": "none"},
        clip={"rule": "norm", "max_norm": 0.5},
    )


async def test_the_total_is_at_most_the_sum_of_the_items(answer):
    items = np.array(answer["itemized"]["log10_norm"], dtype=float)
    sums = np.nansum(10.0**items, axis=0)
    totals = np.array(answer["hidden_gradient"]["norm"])
    assert np.all(totals <= sums * (1 + 1e-12))
    last = answer["itemized"]["loss_steps"][-1]
    assert totals[last - 1] == pytest.approx(size(answer["itemized"]["log10_norm"][-1][last - 1]))


async def test_a_parameters_norm_is_that_of_its_value_and_at_most_the_sum_of_its_terms(answer):
    for gradient in answer["parameter_gradients"].values():
        value = np.array(gradient["value"])
        assert gradient["norm"] == pytest.approx(np.linalg.norm(value))
        assert size(gradient["log10_norm"]) == pytest.approx(gradient["norm"])
        terms = sum(size(term) for term in gradient["step_log10_norm"])
        assert gradient["norm"] <= terms * (1 + 1e-12)


async def test_clipping_measures_all_parameters_together(answer):
    clipping, gradients = answer["clipping"], answer["parameter_gradients"]
    together = math.hypot(*(gradient["norm"] for gradient in gradients.values()))
    assert clipping["norm_before"] == pytest.approx(together)
    assert clipping["engaged"] == (together > 0.5)
    after = math.hypot(*(gradient["clipped_norm"] for gradient in gradients.values()))
    assert clipping["norm_after"] == pytest.approx(after)
    assert clipping["scale"] == pytest.approx(after / together)


async def test_the_graph_carries_the_same_numbers(answer):
    nodes = {node["id"]: node for node in answer["graph"]["nodes"]}
    for t, value in enumerate(answer["hidden_gradient"]["log10_norm"], start=1):
        assert nodes[f"h_{t}"]["log10_norm"] == pytest.approx(value)
    for edge in answer["graph"]["edges"]:
        assert edge["source"] in nodes
        assert edge["target"] in nodes
        if edge["parameter"]:
            step = nodes[edge["target"]]["step"]
            terms = answer["parameter_gradients"][edge["parameter"]]["step_log10_norm"]
            assert edge["parameter_log10_norm"] == pytest.approx(terms[step - 1])


async def test_no_number_is_infinite(answer):
    def walk(value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, float):
            assert math.isfinite(value)

    walk(answer)


async def test_following_one_loss_shows_its_row(flow):
    whole = await flow()
    followed = await flow(follow=12)
    row = whole["itemized"]["log10_norm"][11]
    nodes = {node["id"]: node["log10_norm"] for node in followed["graph"]["nodes"]}
    for t in range(1, 21):
        assert nodes[f"h_{t}"] == (pytest.approx(row[t - 1]) if t <= 12 else None)
    assert followed["hidden_gradient"] == whole["hidden_gradient"]
    assert followed["parameter_gradients"] == whole["parameter_gradients"]
    assert followed["experiment"]["follow"] == 12


async def test_the_jacobians_multiply_to_at_least_their_product(flow):
    spectrum = (await flow())["spectrum"]
    single, product = spectrum["jacobian_log10_norm"], spectrum["product_log10_norm"]
    assert product[-1] == pytest.approx(single[-1])
    for t, value in enumerate(product):
        assert value <= sum(single[t:]) + 1e-9


async def test_a_window_cuts_the_items(flow):
    answer = await flow(truncation={"kind": "window", "steps": 3})
    for i, row in enumerate(answer["itemized"]["log10_norm"]):
        assert [t for t, value in enumerate(row) if value is not None] == [
            t for t in range(20) if 0 <= i - t < 3
        ]
