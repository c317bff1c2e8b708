"""The factors between a loss and an earlier step, and the numbers that travel between them."""

import pytest

pytestmark = pytest.mark.anyio

CHAIN = {
    "network": {"cell": "simple", "topology": "many-to-one", "activation": "linear",
                "input_size": 1, "hidden_size": 1, "output_size": 1},
    "loss": "squared-error",
    "sequence": {"kind": "random", "steps": 115},
}  # fmt: skip


def weights(w: float) -> dict[str, object]:
    return {"kind": "explicit", "W_xh": [[1]], "W_hh": [[w]], "b_h": [0], "W_hy": [[1]], "b_y": [0]}


@pytest.mark.parametrize(
    ("w", "fifty", "sixty_five"), [(1.1, 117.39, 490.4), (0.9, 5.154e-3, 1.061e-3)]
)
async def test_the_notes_chain(flow, w: float, fifty: float, sixty_five: float) -> None:
    asked = CHAIN | {"weights": weights(w), "chain": {"loss_step": 115, "step": 50}}
    chain = (await flow(**asked))["chain"]
    assert chain["count"] == 65
    assert 10 ** chain["product_log10_norm"][49] == pytest.approx(fifty, rel=1e-3)
    assert 10 ** chain["product_log10_norm"][64] == pytest.approx(sixty_five, rel=1e-3)
    assert chain["jacobian"] == pytest.approx([w] * 65)
    assert chain["slope"] == [1.0] * 65


async def test_without_being_asked_for_there_is_none(flow) -> None:
    assert (await flow())["chain"] is None


async def test_several_units_have_norms_alone(flow) -> None:
    answer = await flow(chain={"loss_step": 20, "step": 1})
    chain, spectrum = answer["chain"], answer["spectrum"]
    assert chain["jacobian"] is chain["slope"] is chain["sign"] is None
    assert chain["jacobian_log10_norm"][::-1] == pytest.approx(spectrum["jacobian_log10_norm"])
    assert chain["product_log10_norm"][::-1] == pytest.approx(spectrum["product_log10_norm"])
    row = answer["itemized"]["log10_norm"][-1]
    assert chain["gradient_log10_norm"][::-1] == pytest.approx(row[:-1])
    assert chain["entering_log10_norm"] == pytest.approx(row[-1])


@pytest.mark.parametrize(
    ("chain", "pointer"),
    [
        ({"loss_step": 21, "step": 1}, "/chain/loss_step"),
        ({"loss_step": 5, "step": 6}, "/chain/step"),
        ({"loss_step": 5, "step": 0}, "/chain/step"),
        ({"loss_step": 5}, "/chain/step"),
    ],
)
async def test_a_chain_that_is_none(refused, chain: dict[str, int], pointer: str) -> None:
    errors = await refused({"chain": chain})
    assert pointer in errors
