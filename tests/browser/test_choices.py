"""What is chosen by name: static/js/choices.js says what the engine's rows say."""

import pytest

from tests.browser.conftest import Modules
from unrolled.engine import ACTIVATIONS, LOSSES


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_page_writes_an_activation_as_the_engine_does(modules: Modules, name: str) -> None:
    said = modules(
        "choices.js",
        "({activationSymbol, activationLabel, activationState}, name) =>"
        " [activationSymbol(name), activationLabel(name), activationState(name)]",
        name,
    )
    row = ACTIVATIONS[name]
    assert said == [row.symbol, row.label, row.state]


@pytest.mark.parametrize("name", LOSSES)
def test_the_page_writes_a_loss_as_the_engine_does(modules: Modules, name: str) -> None:
    assert modules("choices.js", "({lossLabel}, name) => lossLabel(name)", name) == (
        LOSSES[name].label
    )


def test_every_slope_is_a_term_of_the_glossary(modules: Modules) -> None:
    function = "({piecesOf}, words) => piecesOf(words).map(({term}) => term)"
    for row in ACTIVATIONS.values():
        if row.prime:
            assert "slope" in modules("glossary.js", function, f"by {row.prime}(A) each")
