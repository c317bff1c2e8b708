"""What happens around a sampled step: right, or a clear no."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from tests.oracle.watched import Model, only, proof, reports, sgd, squared, x_of
from unrolled.watch.watching import TRIES

# --- what cannot be trusted ---------------------------------------------------------------------


def test_dropout_between_layers_is_not_trusted() -> None:
    model = Model(num_layers=2, dropout=0.5)
    module = only(model, lambda: sgd(model, squared(model)))
    assert not module["trusted"]
    assert "dropout of 0.5" in module["why_not"]
    model.eval()
    assert only(model, lambda: sgd(model, squared(model)))["trusted"]


def test_weights_that_are_tied_elsewhere_are_not_trusted() -> None:
    model = Model()
    model.other = nn.Linear(5, 20, dtype=torch.float64)
    model.other.weight = model.core.weight_hh_l0

    def loss() -> torch.Tensor:
        h = model.core(x_of(model))[0]
        return h.square().mean() + model.other(h).square().mean()

    module = only(model, lambda: sgd(model, loss))
    assert not module["trusted"]
    assert "other.weight" in module["why_not"]
    assert module["proof"]["core.weight_hh_l0"] > 1e-6
    assert module["proof"]["core.weight_ih_l0"] <= 1e-9


def test_a_penalty_on_the_weights_is_not_trusted() -> None:
    model = Model()
    module = only(
        model,
        lambda: sgd(model, lambda: squared(model)() + 0.1 * model.core.weight_hh_l0.square().sum()),
    )
    assert not module["trusted"]
    assert "second loss" in module["why_not"]


def test_weights_computed_from_others_are_left_out() -> None:
    model = Model()
    nn.utils.parametrizations.weight_norm(model.core, "weight_hh_l0")
    module = only(model, lambda: sgd(model, squared(model)))
    assert module["proof"]["core.weight_hh_l0"] is None
    assert module["proof"]["core.weight_ih_l0"] <= 1e-9
    assert module["trusted"]


# --- how gradients are made ---------------------------------------------------------------------


def test_of_accumulated_gradients_the_first_part_is_captured() -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    losses: list[float] = []

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            for _ in range(3):
                loss = squared(model)() / 3
                losses.append(loss.item())
                loss.backward()
            optimizer.step()

    found = reports(model, train)
    assert [one["update"] for one in found] == [0, 1]
    for report, loss in zip(found, losses[::3], strict=True):
        assert report["loss"] == pytest.approx(loss, rel=1e-6)
        assert proof(report["modules"][0]) <= 1e-9


def test_a_gradient_that_is_added_to_an_earlier_one() -> None:
    """Nobody has set .grad to zero."""
    model = Model()
    squared(model)().backward()
    assert proof(only(model, lambda: sgd_without_zero(model))) <= 1e-9


def sgd_without_zero(model: Model) -> None:
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    squared(model)().backward()
    optimizer.step()


def test_two_backwards_through_one_forward_are_one_gradient() -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def train() -> None:
        read = model(x_of(model))
        read.square().mean().backward(retain_graph=True)
        (3.0 * read.mean()).backward()
        optimizer.step()

    assert proof(only(model, train)) <= 1e-9


def test_a_checkpoint_runs_forward_again_inside_backward() -> None:
    for reentrant in (True, False):
        model = Model()

        def loss(model: Model = model, reentrant: bool = reentrant) -> torch.Tensor:
            x = x_of(model).requires_grad_()
            read = checkpoint(model, x, use_reentrant=reentrant)
            return read.square().mean()

        assert proof(only(model, lambda: sgd(model, loss))) <= 1e-9  # noqa: B023


def test_truncated_backpropagation_with_a_detached_state() -> None:
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), 0.01)

    def train() -> None:
        state = None
        for _ in range(3):
            output, state = model.core(x_of(model), state)
            optimizer.zero_grad()
            model.head(output).square().mean().backward()
            optimizer.step()
            state = tuple(one.detach() for one in state)

    for report in reports(model, train):
        assert proof(report["modules"][0]) <= 1e-9
        assert report["modules"][0]["flow"] is not None


def test_lbfgs_makes_gradients_inside_its_step() -> None:
    model = Model()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3)
    x = x_of(model)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        return loss

    report = reports(model, partial(optimizer.step, closure))[0]
    assert report["optimizer"] == "LBFGS"
    assert proof(report["modules"][0]) <= 1e-9


def test_frozen_weights_have_no_proof_of_their_own() -> None:
    model = Model()
    model.core.weight_hh_l0.requires_grad_(False)
    module = only(model, lambda: sgd(model, squared(model)))
    assert module["proof"]["core.weight_hh_l0"] is None
    assert module["proof"]["core.weight_ih_l0"] <= 1e-9
    assert module["trusted"]


def test_a_frozen_module_is_a_clear_no() -> None:
    model = Model()
    model.core.requires_grad_(False)
    (module,) = reports(model, lambda: sgd(model, squared(model), steps=TRIES))[0]["modules"]
    assert (module["trusted"], module["flow"]) == (False, None)
    assert "frozen" in module["why_not"]


def test_no_grad_and_validation_are_passed_over() -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def train() -> None:
        with torch.no_grad():
            model(x_of(model, 3))
        loss = squared(model)()
        with torch.no_grad():
            model(x_of(model, 4))
        loss.backward()
        model.eval()
        with torch.inference_mode():
            model(x_of(model, 5))
        optimizer.step()

    module = only(model, train)
    assert module["steps"] == 7
    assert proof(module) <= 1e-9


def test_a_module_that_no_gradient_reaches_is_a_clear_no() -> None:
    model = Model()
    model.unused = nn.GRU(3, 4, dtype=torch.float64)
    core, unused = reports(model, lambda: sgd(model, squared(model)))[0]["modules"]
    assert core["trusted"]
    assert (unused["trusted"], unused["flow"]) == (False, None)
    assert "No call" in unused["why_not"]
