"""Dtypes, torch.compile, clipping, and that everything is given back."""

from __future__ import annotations

import copy
import io
import math
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from tests.oracle.watched import Model, captured, only, proof, reports, sgd, squared, x_of
from unrolled.watch.analyse import analyse
from unrolled.watch.watching import TRIES, Watching

# --- dtypes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [(nn.LSTM, torch.bfloat16), (nn.RNN, torch.bfloat16), (nn.RNN, torch.float16)],
    ids=str,
)
def test_autocast_with_a_scaler_divides_the_scale_out(kind: Any, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    model = Model(kind, torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    seen: list[float] = []

    def train() -> None:
        with torch.autocast("cpu", dtype):
            loss = model(x_of(model)).float().square().mean()
        seen.append(loss.item())
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1e-3)
        seen.append(math.sqrt(sum(float(p.grad.square().sum()) for p in model.parameters())))
        scaler.step(optimizer)
        scaler.update()

    report = reports(model, train)[0]
    (module,) = report["modules"]
    assert module["loss_scale"] == 1024.0
    assert module["dtype"] == str(dtype).removeprefix("torch.")
    assert report["loss"] == pytest.approx(seen[0], rel=1e-5)
    assert report["clipping"]["log10_after"] == pytest.approx(math.log10(seen[1]), abs=1e-4)
    assert report["log10_gradient"] == pytest.approx(report["clipping"]["log10_before"], abs=1e-6)
    assert module["trusted"], module["why_not"]
    entering = module["flow"]["hidden_gradient"]["norm"][-1]
    assert 1e-4 < entering < 1.0, "as of the loss, not of 1024 times the loss"


def test_a_scale_that_overflows_is_tried_again_after_it_was_lowered() -> None:
    model = Model(nn.RNN, torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127, backoff_factor=2.0**-100)

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            loss = 1e5 * squared(model)()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()

    report = reports(model, train)[0]
    assert report["update"] == 0
    assert report["modules"][0]["loss_scale"] == 2.0**27
    assert report["modules"][0]["trusted"]


def test_a_number_that_is_not_finite_is_found_where_it_began() -> None:
    model = Model(nn.GRU, num_layers=2)
    x = x_of(model)
    x[4, 2, 1] = math.nan
    module = only(model, lambda: sgd(model, lambda: model(x).square().mean()))
    assert module["first_not_finite"] == {"layer": 0, "step": 5, "quantity": "x", "parameters": []}
    assert (module["trusted"], module["flow"]) == (False, None)
    clean = x_of(model)
    weight = torch.ones(7, 4, 2, dtype=torch.float64)
    weight[2] = math.inf
    model = Model(nn.GRU, num_layers=2)

    def loss() -> torch.Tensor:
        return (model(clean).square() * weight).sum()

    module = only(model, partial(sgd, model, loss))
    assert module["first_not_finite"] == {
        "layer": 1,
        "step": 3,
        "quantity": "gradient",
        "parameters": [],
    }


def test_states_that_leave_float32_are_found() -> None:
    model = Model(nn.RNN, torch.float32, nonlinearity="relu")
    with torch.no_grad():
        model.core.weight_hh_l0.fill_(1e9)
        model.core.weight_ih_l0.fill_(1.0)
    x = torch.ones(7, 2, 3)
    module = only(model, lambda: sgd(model, lambda: model(x).square().mean()))
    assert module["first_not_finite"]["quantity"] == "h"
    assert module["first_not_finite"]["step"] == 5


def test_a_gradient_that_was_not_finite_is_named_in_the_weights_from_the_next_step_on() -> None:
    model = Model(nn.LSTM)
    x = x_of(model)
    scale = iter((1.0, math.nan, 1.0))
    found = reports(model, lambda: sgd(model, lambda: model(x).sum() * next(scale), steps=3))
    firsts = [one["modules"][0]["first_not_finite"] for one in found]
    assert firsts[0] is None
    assert firsts[1]["quantity"] == "gradient"
    assert firsts[2]["quantity"] == "weight"
    assert set(firsts[2]["parameters"]) == {
        f"core.{name}" for name, _ in model.core.named_parameters()
    }


# --- torch.compile ------------------------------------------------------------------------------


def test_a_compiled_model_is_a_clear_no() -> None:
    model = Model(nn.GRU)
    whole = torch.compile(model, backend="eager")
    for watched in (whole, model):
        if watched is model:
            model.compile(backend="eager")
        found = reports(watched, lambda: sgd(model, squared(model)))
        (module,) = found[0]["modules"]
        assert (module["trusted"], module["flow"]) == (False, None)
        assert "torch.compile" in module["why_not"]


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")
def test_a_compiled_step_is_right_or_a_clear_no() -> None:
    model = Model(nn.GRU)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    compiled = torch.compile(lambda x: model(x).square().mean(), backend="eager")

    def train() -> None:
        for _ in range(TRIES):
            optimizer.zero_grad()
            compiled(x_of(model)).backward()
            optimizer.step()

    (module,) = reports(model, train)[0]["modules"]
    assert module["trusted"] or "torch.compile" in module["why_not"]
    if module["trusted"]:
        assert proof(module) <= 1e-9


# --- clipping, loss, steps ----------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [1e-3, 1e3])
@pytest.mark.parametrize("way", ["module", "name", "keywords", "value"])
def test_clipping_is_read_where_it_is_called(way: str, threshold: float) -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    seen: list[float] = []

    def norm() -> float:
        return math.sqrt(sum(float(p.grad.square().sum()) for p in model.parameters()))

    def train() -> None:
        squared(model)().backward()
        seen.append(norm())
        if way == "module":
            nn.utils.clip_grad_norm_(model.parameters(), threshold)
        elif way == "name":
            clip_grad_norm_(model.parameters(), threshold)
        elif way == "keywords":
            clip_grad_norm_(parameters=model.parameters(), max_norm=threshold, norm_type=2)
        else:
            nn.utils.clip_grad_value_(model.parameters(), threshold)
        seen.append(norm())
        optimizer.step()

    report = reports(model, train)[0]
    found = report["clipping"]
    assert found["rule"] == ("value" if way == "value" else "norm")
    assert found["threshold"] == threshold
    assert found["log10_before"] == pytest.approx(math.log10(seen[0]), abs=1e-9)
    assert report["log10_gradient"] == pytest.approx(math.log10(seen[0]), abs=1e-6)
    assert found["log10_after"] == pytest.approx(math.log10(seen[1]), abs=1e-9)
    assert found["engaged"] is (threshold < 1.0)
    assert proof(report["modules"][0]) <= 1e-9, "the proof is of the gradient before clipping"


@pytest.mark.parametrize("other", [True, False])
def test_the_size_of_the_gradient_is_seen_where_ours_is_not_clipped(other: bool) -> None:
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    seen: list[float] = []

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            squared(model)().backward()
            seen.append(sum(float(p.grad.square().sum()) for p in model.parameters()) ** 0.5)
            if other:
                clip_grad_norm_(model.head.parameters(), 1e-3)
            optimizer.step()

    for report, norm in zip(reports(model, train), seen, strict=True):
        assert report["clipping"] is None, "the recurrent parameters' was not"
        assert report["log10_gradient"] == pytest.approx(math.log10(norm), abs=1e-6)


def test_the_step_is_measured_beside_the_weight() -> None:
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    before = model.core.weight_hh_l0.detach().clone()

    def train() -> None:
        loss = squared(model)()
        loss.backward()
        optimizer.step()

    report = reports(model, train)[0]
    weight = model.core.weight_hh_l0.detach()
    found = report["steps_taken"]["core.weight_hh_l0"]
    assert found["log10_weight"] == pytest.approx(math.log10(before.norm()), abs=1e-6)
    assert found["log10_step"] == pytest.approx(math.log10((weight - before).norm()), abs=1e-6)
    assert (report["optimizer"], report["learning_rate"]) == ("Adam", 0.02)


def test_samples_come_every_so_many_steps_of_the_right_optimizer() -> None:
    model = Model()
    mine = torch.optim.SGD(model.parameters(), 0.01)
    other = torch.optim.SGD(nn.Linear(2, 2).parameters(), 0.01)

    def train() -> None:
        for _ in range(8):
            squared(model)().backward()
            other.step()
            mine.step()

    assert [one.update for one in captured(model, train, every=3)] == [0, 3, 6]
    assert [one.update for one in captured(model, train, every=3, update=100)] == [100, 102, 105]


def test_a_loop_without_an_optimizer_says_its_steps() -> None:
    model = Model()
    found: list[Any] = []
    with closing(Watching(model, 2, found.append)) as watching:
        for _ in range(4):
            squared(model)().backward()
            with torch.no_grad():
                for p in model.parameters():
                    p.sub_(0.01 * p.grad)
                    p.grad = None
            watching.step()
    assert [one.update for one in found] == [0, 2]
    assert proof(analyse(found[0])["modules"][0]) <= 1e-9


# --- the model and PyTorch stay as they are ------------------------------------------------------


def test_everything_is_given_back() -> None:
    from torch.optim.optimizer import _global_optimizer_post_hooks, _global_optimizer_pre_hooks

    before = torch.autograd.backward, nn.utils.clip_grad_norm_, torch.amp.GradScaler.scale
    mine = clip_grad_norm_
    model = Model()
    with closing(Watching(model, 1, None)), closing(Watching(model, 5, None)):
        assert torch.autograd.backward is not before[0]
        assert clip_grad_norm_ is not mine
    assert (torch.autograd.backward, nn.utils.clip_grad_norm_) == before[:2]
    assert torch.amp.GradScaler.scale is before[2]
    assert clip_grad_norm_ is mine
    assert not model.core._forward_hooks
    assert not _global_optimizer_pre_hooks
    assert not _global_optimizer_post_hooks


def test_between_samples_nothing_hangs_on_the_model() -> None:
    model = Model()
    with closing(Watching(model, 100, None)):
        sgd(model, squared(model), steps=2)
        assert not model.core._forward_hooks


def test_a_watched_training_is_the_same_training() -> None:
    found: list[Any] = []
    for watched in (False, True):
        torch.manual_seed(1)
        model = Model(num_layers=2, dropout=0.3)
        if watched:
            captured(model, partial(sgd, model, squared(model), 5))
        else:
            sgd(model, squared(model), steps=5)
        found.append([p.detach().numpy().copy() for p in model.parameters()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_watched_model_can_be_copied_and_saved() -> None:
    model = Model()
    with closing(Watching(model, 1, None)):
        twin = copy.deepcopy(model)
        file = io.BytesIO()
        torch.save(model, file)
        file.seek(0)
        again = torch.load(file, weights_only=False)
        twin(x_of(model))
        assert torch.equal(again.core.weight_hh_l0, model.core.weight_hh_l0)
        assert again(x_of(model)).shape == (7, 4, 2)


def test_a_fault_of_ours_ends_the_watch_and_not_the_training(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def deliver(_: Any) -> None:
        raise OSError("a fault")

    model = Model()
    with closing(Watching(model, 1, deliver)):
        sgd(model, squared(model), steps=3)
    assert "a fault" in caplog.text
    assert not model.core._forward_hooks


def test_a_model_without_a_recurrent_module_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Linear has no nn\.RNN"):
        Watching(nn.Linear(2, 2), 1, None)
