"""What happens around a sampled step: right, or a clear no."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from tests.oracle.watched import Model, only, proof, reports, sgd, squared, x_of
from unrolled.watch.watching import MOST_PARTS, TRIES

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


@pytest.mark.parametrize("parts", [3, MOST_PARTS + 2])
def test_accumulated_gradients_are_added_up(parts: int) -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    losses: list[float] = []

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            for _ in range(parts):
                loss = squared(model)() / parts
                losses.append(loss.item())
                loss.backward()
            optimizer.step()

    found = reports(model, train)
    assert [one["update"] for one in found] == [0, 1]
    kept = min(parts, MOST_PARTS)
    for n, report in enumerate(found):
        (module,) = report["modules"]
        whole = losses[n * parts : n * parts + kept]
        assert report["loss"] == pytest.approx(sum(whole), rel=1e-6)
        assert (module["micro_batches"], module["more_micro_batches"]) == (kept, parts > kept)
        assert proof(module) <= 1e-9
        assert module["trusted"]


@pytest.mark.parametrize("late", [True, False])
def test_a_gradient_that_is_thrown_away_is_not_of_the_step(late: bool) -> None:
    """As of a generator's loss that goes through a discriminator, before the latter's own."""
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    losses: list[float] = []

    def train() -> None:
        (7.0 * squared(model)()).backward()
        if not late:
            optimizer.zero_grad()
        loss = squared(model)()
        if late:
            optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        optimizer.step()

    report = reports(model, train)[0]
    assert report["loss"] == pytest.approx(losses[0], rel=1e-6)
    assert report["modules"][0]["micro_batches"] == 1
    assert proof(report["modules"][0]) <= 1e-9


def test_parts_between_which_the_weights_move_are_not_added() -> None:
    """A loop of one's own that never says its steps: the first is reported alone."""
    model = Model()

    def train() -> None:
        for _ in range(3):
            squared(model)().backward()
            with torch.no_grad():
                for p in model.parameters():
                    p.sub_(0.1 * p.grad)

    module = only(model, train)
    assert module["micro_batches"] == 1
    assert proof(module) <= 1e-9


def of_a_process(rank: int, port: int, folder: str) -> None:
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    torch.manual_seed(0)
    model = Model(num_layers=2)
    shared = nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    torch.manual_seed(rank + 1)
    own: list[float] = []

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            for last in (False, True):
                with contextlib.nullcontext() if last else shared.no_sync():
                    loss = shared(x_of(model)).square().mean()
                    own.append(loss.item())
                    loss.backward()
            optimizer.step()

    found = reports(shared, train)
    Path(folder, str(rank)).write_text(json.dumps([found, own]))
    torch.distributed.destroy_process_group()


def test_of_several_processes_each_proves_its_own_part(tmp_path: Path, free_port: int) -> None:
    torch.multiprocessing.spawn(of_a_process, (free_port, str(tmp_path)), nprocs=2)
    seen = [json.loads((tmp_path / str(rank)).read_text()) for rank in range(2)]
    for found, own in seen:
        assert found[0]["loss"] == pytest.approx(sum(own[:2]), rel=1e-6)
        for report in found:
            (module,) = report["modules"]
            assert proof(module) <= 1e-9
            assert (module["name"], module["batch"]) == ("module.core", 4)
    assert seen[0][1] != seen[1][1]


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
