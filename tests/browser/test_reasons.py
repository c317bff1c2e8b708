"""Why nothing travels back along an edge, and what is red there."""

import pytest

from tests.browser.conftest import Modules
from tests.browser.test_equations import OPEN, shown


@pytest.mark.parametrize(("cell", "edge", "why"), [
    ("simple", "h_14>h_15", "WH is 0"), ("elman", "c_15>h_15", "WH is 0"),
    ("jordan", "c_15>h_15", "WY is 0"),
])  # fmt: skip
def test_weights_that_are_zero_are_the_reason(modules: Modules, cell, edge, why) -> None:
    source = edge.split(">")[0]
    printed = shown(
        modules, source, network={"cell": cell}, weights={"spectral_radius": 0}, follow=15
    )
    assert any(note.endswith(f": {why}.") for note in printed["notes"]), printed


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_units_that_are_saturated_are_the_reason(modules: Modules, activation: str) -> None:
    weights = {
        "kind": "explicit", "W_xh": [[0.0]], "W_hh": [[1.0]], "b_h": [-2000.0], "W_hy": [[1.0]],
        "b_y": [0.0],
    }  # fmt: skip
    network = {"activation": activation, "hidden_size": 1, "input_size": 1, "output_size": 1}
    printed = shown(modules, "h_8", network=network, weights=weights, follow=9)
    said = "every unit of H₉ is saturated"
    assert any(said in note for note in printed["notes"]), printed


def test_what_is_red_is_red_wherever_it_is_used(modules: Modules) -> None:
    """∂L/∂A^n stands under "Back", and again in the line of the reset gate."""
    red = """
        const [box] = equations.equationsOf("h_3>h_4", await ask(experiment));
        return ["backward", "gates"].map((part) =>
            [...box.querySelectorAll(`[data-part=${part}] .known mfrac`)]
                .some((one) => /A4n$/.test(one.textContent)));
    """
    network = {"cell": "gru", "hidden_size": 2, "input_size": 2, "output_size": 2}
    experiment = {"network": network, "sequence": {"kind": "random", "steps": 6},
                  "loss": "squared-error"}  # fmt: skip
    assert modules("equations.js", OPEN % red, experiment) == [True, True]
