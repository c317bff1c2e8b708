"""A snapshot that no framework made: its gradient against central differences, and its report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled.watch.analyse import analyse
from unrolled.watch.layout import batch_of
from unrolled.watch.recompute import parameter_names, recompute
from unrolled.watch.runs import RunFile, load_run
from unrolled.watch.slot import Slot
from unrolled.watch.snapshot import Call, Module, Snapshot

T, B, D, H = 5, 3, 2, 4
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}
Random = np.random.Generator


def module_of(
    random: Random,
    kind: str,
    *,
    layers: int = 1,
    both: bool = False,
    proj: int = 0,
    activation: str = "tanh",
    packed: bool = False,
) -> Module:
    """A module with weights, and a call with a gradient at each of its outputs."""
    found = Module("core", kind, layers, both, D, H, proj, activation, "float64")
    directions, shown = 2 if both else 1, proj or H
    for layer in range(layers):
        reads = directions * shown if layer else D
        for reverse in (False, True)[:directions]:
            names, rows = parameter_names(found, layer, reverse), BLOCKS[kind] * H
            shapes = {"ih": (rows, reads), "hh": (rows, shown), "b_ih": (rows,), "b_hh": (rows,)}
            shapes["hr"] = (proj, H)
            for short, name in names.items():
                found.weights[name] = random.normal(scale=0.5, size=shapes[short])
    sizes = [3, 3, 2, 2, 1] if packed else None
    lead = (sum(sizes),) if sizes else (T, B)
    states = layers * directions
    found.calls = [
        Call(
            x=random.normal(size=(*lead, D)),
            batch_sizes=sizes,
            h_0=random.normal(size=(states, B, shown)),
            c_0=random.normal(size=(states, B, H)),
            output_gradient=random.normal(size=(*lead, directions * shown)),
        )
    ]
    found.gradients = dict(recompute(found, batch_of(found, found.calls[0])).gradients)
    return found


def loss(module: Module) -> float:
    """Σ ⟨∂L/∂output, output⟩, whose gradient is the given one."""
    batch = batch_of(module, module.calls[0])
    return float((batch.output_gradient * recompute(module, batch).h[-1]).sum())


WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "two layers": {"layers": 2},
    "both ways, packed": {"layers": 2, "both": True, "packed": True},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["RNN", "relu", "LSTM", "projected", "GRU"])
def test_the_gradient_is_that_of_its_loss(kind: str, way: str) -> None:
    special: dict[str, tuple[str, dict[str, Any]]] = {
        "relu": ("RNN", {"activation": "relu"}),
        "projected": ("LSTM", {"proj": 3}),
    }
    own, options = special.get(kind, (kind, {}))
    random = np.random.default_rng(5)
    module = module_of(random, own, **options, **WAYS[way])
    for name, gradient in module.gradients.items():
        assert gradient is not None
        for flat in random.choice(gradient.size, min(3, gradient.size), replace=False):
            at, sides = np.unravel_index(flat, gradient.shape), []
            for step in (1e-5, -1e-5):
                moved = module.weights[name].copy()
                moved[at] += step
                sides.append(loss(replace(module, weights=module.weights | {name: moved})))
            assert gradient[at] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-5, abs=1e-8)


def report_of(module: Module) -> dict[str, Any]:
    found = analyse(Snapshot(3, "2026-01-01T00:00:00Z", [module]))["modules"][0]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("kind", "proj"), [*((kind, 0) for kind in BLOCKS), ("LSTM", 3)])
@pytest.mark.parametrize("both", [False, True])
def test_a_report_proves_and_shows(kind: str, proj: int, both: bool) -> None:
    found = report_of(module_of(np.random.default_rng(1), kind, layers=2, both=both, proj=proj))
    assert (found["trusted"], found["why_not"]) == (True, None)
    assert max(found["proof"].values()) <= 1e-12
    assert (found["steps"], found["batch"], found["sampled"]) == (T, B, B)
    seen = found["flow"]["directions"] if both else found["flow"]["layers"]
    assert len(seen) == (4 if both else 2)
    assert found["flow"]["experiment"]["network"]["projection_size"] == (proj or None)
    width = proj or H
    assert len(seen[0]["spectrum"]["singular_values"]) == width
    json.dumps(found, allow_nan=False)


def test_a_weight_that_is_not_finite_is_named_rather_than_what_follows_from_it() -> None:
    module = module_of(np.random.default_rng(1), "GRU", layers=2)
    for name in ("bias_ih_l1", "weight_hh_l1"):
        module.weights[name][0] = np.nan
    found = report_of(module)
    assert found["first_not_finite"] == {
        "layer": 1,
        "step": 1,
        "quantity": "weight",
        "parameters": ["core.weight_hh_l1", "core.bias_ih_l1"],
    }
    assert found["why_not"] == "core.weight_hh_l1 itself holds NaN or infinity."
    assert (found["trusted"], found["flow"]) == (False, None)


@pytest.mark.parametrize("owner", ["autograd's", "Keras's", None])
def test_a_proof_that_fails_names_whose_gradient_it_was(owner: str | None) -> None:
    module = module_of(np.random.default_rng(1), "RNN")
    said = {} if owner is None else {"owner": owner}
    whose = owner or "the framework's"

    def why() -> str:
        report = analyse(Snapshot(3, "2026-01-01T00:00:00Z", [module], **said))  # type: ignore[arg-type]
        return str(report["modules"][0]["why_not"])

    module.gradients["weight_hh_l0"] = 2.0 * module.weights["weight_hh_l0"]
    assert f"away from {whose}, more than float64 allows" in why()
    module.gradients = dict.fromkeys(module.gradients)
    assert why().startswith(f"{whose[0].upper()}{whose[1:-2]} left no gradient on its weights")


def numbers(row: list[float | None]) -> Any:
    """log₁₀ as what it is of; null is zero."""
    return 10.0 ** np.array([-np.inf if value is None else value for value in row])


@pytest.mark.parametrize("kind", BLOCKS)
def test_the_last_gradient_that_enters_is_followed_by_itself(kind: str) -> None:
    module = module_of(np.random.default_rng(2), kind)
    entering = module.calls[0].output_gradient
    assert entering is not None
    entering[-1] = 0.0
    module.gradients = dict(recompute(module, batch_of(module, module.calls[0])).gradients)
    flow = report_of(module)["flow"]
    assert flow["experiment"]["follow"] == T - 1
    row = flow["followed_gradient"]["log10_norm"]
    assert row[T - 1] is None
    np.testing.assert_allclose(row[:-1], flow["itemized"]["log10_norm"][-1][:-1], rtol=1e-6)
    if kind == "LSTM":
        both = np.hypot(numbers(row), numbers(flow["followed_cell_gradient"]["log10_norm"]))
        states = flow["itemized"]["state_log10_norm"][-1]
        np.testing.assert_allclose(both, numbers(states), rtol=1e-5)
    else:
        assert flow["followed_cell_gradient"] is None


def test_norms_that_are_not_finite_are_not_known() -> None:
    taken = {"a": [float("nan"), 1.0], "b": [100.0, 0.0], "c": None}
    found = analyse(Snapshot(3, "2026-01-01T00:00:00Z", [], steps_taken=taken))["steps_taken"]
    assert found == {"a": None, "b": {"log10_weight": 2.0, "log10_step": None}, "c": None}


def wrong(module: Module) -> None:
    module.gradients["weight_hh_l0"] = 1.1 * module.weights["weight_hh_l0"]


def doubted(module: Module) -> None:
    wrong(module)
    module.doubts = ["its weights are used elsewhere too (head.weight)"]


def without(module: Module) -> None:
    module.gradients = dict.fromkeys(module.gradients)


def refused(module: Module) -> None:
    module.refused = "No call of it was seen."


def infinite(module: Module) -> None:
    module.gradients["bias_hh_l0"] = np.full(4 * H, np.inf)


def at_c(module: Module) -> None:
    module.calls[0].c_gradient = np.ones((1, B, H))
    batch = batch_of(module, module.calls[0])
    module.gradients = dict(recompute(module, batch).gradients)


@pytest.mark.parametrize(
    ("change", "trusted", "said"),
    [
        (wrong, False, "likely: a second loss"),
        (doubted, False, "likely: its weights are used elsewhere"),
        (without, False, "left no gradient"),
        (refused, False, "No call of it was seen."),
        (infinite, False, "not finite"),
        (at_c, True, "last cell state c_n"),
    ],
)
def test_what_is_not_so_is_said(change: Callable[[Module], None], trusted: bool, said: str) -> None:
    module = module_of(np.random.default_rng(2), "LSTM")
    change(module)
    found = report_of(module)
    assert found["trusted"] is trusted
    assert said in found["why_not"]


def test_what_explodes_may_differ_by_rounding() -> None:
    module = module_of(np.random.default_rng(2), "RNN", activation="relu")
    module.weights["weight_hh_l0"] = np.full((H, H), 9.0)
    module.calls[0].x = np.abs(module.calls[0].x)
    wrong(module)
    said = report_of(module)["why_not"]
    assert re.search(r"likely: rounding, for what enters grows \de\+0\d times on its way", said)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", BLOCKS)
def test_both_directions_are_followed_each_to_its_own_end(kind: str, packed: bool) -> None:
    """Forward in time the last loss reaches step 1, backward in time the first one step T."""
    module = module_of(np.random.default_rng(1), kind, layers=2, both=True, packed=packed)
    found = report_of(module)
    assert (found["trusted"], found["why_not"]) == (True, None)
    assert found["sampled"] == (1 if packed else B)
    flow = found["flow"]
    assert flow["experiment"]["follow"] is None
    below, _, forward, reverse = flow["directions"]
    assert (forward["carries"]["loss_step"], reverse["carries"]["loss_step"]) == (T, 1)
    for one, way, row in ((forward, 1, -1), (reverse, -1, 0)):
        followed = one["followed_gradient"]["log10_norm"]
        np.testing.assert_allclose(followed, one["itemized"]["log10_norm"][row], rtol=1e-6)
        share = followed[::way][0] - followed[::way][-1]
        assert one["carries"]["log10_arriving"] == pytest.approx(share, rel=1e-5)
    own = below["itemized"]["log10_norm"][-1]
    np.testing.assert_allclose(below["followed_gradient"]["log10_norm"], own, rtol=1e-6)
    json.dumps(found, allow_nan=False)


def test_what_the_engine_does_not_take_is_proved_and_not_drawn() -> None:
    for proj in (0, 2):
        found = report_of(module_of(np.random.default_rng(3), "LSTM", layers=5, proj=proj))
        assert found["trusted"]
        assert found["flow"] is None
        assert found["why_not"]


def test_calls_that_carry_a_state_on_are_one_sequence() -> None:
    """A cell in a loop, whose state's gradient is what autograd would hand to each."""
    whole = module_of(np.random.default_rng(4), "GRU")
    (call,) = whole.calls
    names = {name: name.removesuffix("_l0") for name in whole.weights}
    cell = replace(
        whole,
        kind="GRUCell",
        weights={names[name]: value for name, value in whole.weights.items()},
        gradients={names[name]: value for name, value in whole.gradients.items()},
        calls=[],
    )
    h = recompute(whole, batch_of(whole, call)).h[0]
    later = np.zeros((1, B, H))
    assert call.output_gradient is not None
    for t in reversed(range(T)):
        one = Call(call.x[t : t + 1], h_0=h[t - 1 : t] if t else call.h_0)
        one.h_gradient = call.output_gradient[t : t + 1] + later
        one.follows = t - 1 if t else None
        later = recompute(cell, batch_of(cell, one)).h_0_gradient
        cell.calls.insert(0, one)
    mine, theirs = report_of(cell), report_of(whole)
    assert mine["trusted"]
    assert mine["steps"] == T
    a, b = (one["flow"]["hidden_gradient"]["norm"] for one in (mine, theirs))
    np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_slot_hands_on_to_a_process_that_writes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "run.unrolled"
    opening = {"to": str(path), "name": "n", "about": {}, "aside": str(tmp_path), "sampled": 2}
    other = RunFile(path)  # another training has begun it meanwhile
    slot = Slot(opening)
    module = module_of(np.random.default_rng(6), "LSTM")
    for update in range(4):  # the process starts meanwhile
        slot.put(Snapshot(update, f"2026-01-01T00:00:0{update}Z", [module]))
    assert slot.close("ended", 60.0)
    other.close()
    assert load_run(path).reports == ()
    path = tmp_path / "run-2.unrolled"
    assert slot.to == str(path)
    assert f"is written by another training; this is in {path}" in caplog.text
    run = load_run(path)
    assert (run.state, slot.done, slot.replaced) == ("ended", 2, 2)
    assert [one.update for one in run.reports] == [0, 3]
    assert run.reports[0].trusted
    assert run.reports[0].modules[0]["sampled"] == 2


LEAVES = """
import numpy as np, sys, time
from tests.watch.test_analyse import Slot, Snapshot, module_of
opening = {"to": sys.argv[1], "name": "n", "about": {}, "aside": ".", "sampled": 2}
slot = Slot(opening)
slot.put(Snapshot(0, "2026-01-01T00:00:00Z", [module_of(np.random.default_rng(6), "LSTM")] * 6))
while not slot._busy:
    time.sleep(0.001)
print(slot.close("ended", 0.0))
"""


def test_a_training_that_does_not_wait_has_ended_all_the_same(tmp_path: Path) -> None:
    """Its process is gone before the analysis is; that says then that the run has ended."""
    path, root = tmp_path / "run.unrolled", Path(__file__).parents[2]
    command = [sys.executable, "-c", LEAVES, str(path)]
    left = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert left.stdout.strip() == "False"
    for _ in range(600):
        if load_run(path).state == "ended":
            break
        time.sleep(0.05)
    run = load_run(path)
    assert (run.state, run.last_update) == ("ended", 0)
