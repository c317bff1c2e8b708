"""The equations of every activation and loss: those of its row, in the names that it has there."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Modules
from tests.browser.test_equations import shown
from unrolled.engine import ACTIVATIONS


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_what_the_activation_is(modules: Modules, activation: str) -> None:
    """f and its slope, from the engine's row, beside a state that is made with it."""
    lines = shown(modules, "h_4", network={"activation": activation})["activation"]
    symbol = ACTIVATIONS[activation].symbol
    assert [line.partition("=")[0] for line in lines] == (
        [f"{symbol}(a)", f"{symbol}′(a)"] if symbol else []
    )
    assert shown(modules, "h_4", network={"cell": "gru"})["activation"] == []


@pytest.mark.parametrize(("activation", "forward", "slope"), [
    ("sigmoid", "σ(A4)", "(σ′(A4)⊙∂L∂H4)"),
    ("relu", "relu(A4)", "(relu′(A4)⊙∂L∂H4)"),
    ("linear", "A4", "∂L∂H4"),
    ("softsign", "softsign(A4)", "(softsign′(A4)⊙∂L∂H4)"),
    ("leaky-relu", "lrelu(A4)", "(lrelu′(A4)⊙∂L∂H4)"),
    ("gelu", "gelu(A4)", "(gelu′(A4)⊙∂L∂H4)"),
])  # fmt: skip
def test_the_activation_has_its_own_name(modules, activation, forward, slope) -> None:
    printed = shown(modules, "h_3>h_4", network={"activation": activation})
    assert printed["forward"][0] == f"H4={forward}"
    assert printed["backward"] == [f"∂L∂H4∂H4∂H3=WH⊤{slope}"]
    assert printed["parameter"] == [f"∂L∂WH|4={slope}H3⊤"]


@pytest.mark.parametrize(("loss", "head", "own"), [
    ("squared-error", "", "12‖O4−Y4‖2"),
    ("cross-entropy", "−", "logsoftmax(O4)Y4"),
    ("huber", "", "∑khuber(O4,k−Y4,k)"),
    ("binary-cross-entropy", "−", "(Y4⊤logp+(1−Y4)⊤log(1−p))"),
])  # fmt: skip
def test_of_several_samples_a_loss_is_the_mean(modules, loss, head, own) -> None:
    assert shown(modules, "L_4", loss=loss)["forward"][1] == f"L4={head}{own}"
    sequence = {"kind": "random", "steps": 4, "batch_size": 3}
    printed = shown(modules, "L_4", loss=loss, sequence=sequence)
    assert printed["forward"][1] == f"L4={head}13∑samples{own}"


@pytest.mark.parametrize(("loss", "residual"), [
    ("huber", "clip(O4−Y4,−1,1)"),
    ("binary-cross-entropy", "σ(O4)−Y4"),
])  # fmt: skip
def test_the_gradient_of_a_loss_is_that_of_its_row(modules, loss, residual) -> None:
    assert shown(modules, "o_4", loss=loss)["backward"] == [f"∂L∂O4={residual}"]
    sequence = {"kind": "random", "steps": 4, "batch_size": 3}
    printed = shown(modules, "o_4", loss=loss, sequence=sequence)
    assert printed["backward"] == [f"∂L∂O4=13({residual})"]


def test_what_a_loss_names_is_said_below_it(modules: Modules) -> None:
    assert shown(modules, "L_4", loss="huber")["forward"][2:] == ["huber(e)={12e2|e|≤1|e|−12|e|>1"]
    assert shown(modules, "L_4", loss="binary-cross-entropy")["forward"][2:] == ["p=σ(O4)"]
    assert len(shown(modules, "L_4", loss="cross-entropy")["forward"]) == 2
