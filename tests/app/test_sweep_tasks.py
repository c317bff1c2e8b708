"""A map's networks: their forms, how they are cut into tasks, and what a worker makes of them."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from unrolled.app.canonical import encoded
from unrolled.app.job import answer
from unrolled.app.sweeps import work as work_module
from unrolled.app.sweeps.forms import draws, form_of, refuse
from unrolled.app.sweeps.tasks import Costs, Portion, portions
from unrolled.app.sweeps.work import Done, Task, version, work
from unrolled.engine import InvalidInput, Plan, Sweep, train

NAMES = ["arriving", "decay_per_step", "verdict", "log10_norm", "clipped", "lyapunov", "saturation"]


def sweep(**said: Any) -> Sweep:
    base = {
        "experiment": {"network": {"hidden_size": 4}, "sequence": {"steps": 15}},
        "axes": [
            {"at": "/weights/spectral_radius", "from": 0.2, "to": 2.0, "points": 5},
            {"at": "/sequence/steps", "values": [5, 12, 30]},
        ],
        "rows": {"at": "/network/cell", "values": ["simple", "lstm", "gru"]},
    }
    return Sweep.of(base | said)


def asked(forms: list[bytes], names: list[str] = NAMES, of: Any = None) -> Done:
    task = Task(of or version(), names, [msgspec.Raw(form) for form in forms])
    return msgspec.json.decode(work(msgspec.json.encode(task)), type=Done)


def test_a_form_is_what_the_request_means() -> None:
    said = {"network": {"cell": "lstm"}, "weights": {"seed": 0}, "include": [], "follow": "last"}
    assert form_of(said) == form_of({"network": {"cell": "lstm"}})
    assert form_of({"weights": {"init": "he"}}) != form_of({})


def test_what_a_map_cannot_be_made_of_is_refused() -> None:
    with pytest.raises(InvalidInput, match="allowed in a map: 'random', 'text', 'explicit'"):
        form_of({"sequence": {"kind": "stored", "id": "a"}})
    with pytest.raises(InvalidInput) as wrong:
        form_of({"network": {"cell": "rnn"}})
    assert wrong.value.pointer == ("network", "cell")


def test_a_map_of_no_experiments_is_refused() -> None:
    refuse(sweep(rows={"at": "/network/cell", "values": ["rnn", "lstm"]}))
    with pytest.raises(InvalidInput) as wrong:
        refuse(sweep(rows={"at": "/network/cel", "values": ["lstm"]}))
    assert wrong.value.pointer == ("experiment", "network", "cel")


def test_a_point_that_is_no_experiment_says_so_and_the_others_go_on() -> None:
    own = list(draws(sweep(rows={"at": "/network/cell", "values": ["rnn", "lstm"]})))
    assert {draw.point.at[0] for draw in own if draw.error} == {0}
    assert all("network/cell" in draw.error for draw in own if draw.error)
    assert all(draw.hash for draw in own if not draw.error)


def test_the_numbers_are_those_of_the_flows() -> None:
    """As `POST /api/v1/flow` has them, one experiment at a time."""
    own = list(draws(sweep(seeds=2)))[::4]
    done = asked([draw.form for draw in own])
    assert not done.errors
    for draw, found in zip(own, done.numbers, strict=True):
        spec = msgspec.json.decode(draw.form) | {"lyapunov": {"count": 1}}
        flow = msgspec.json.decode(answer(msgspec.json.encode(spec)))
        diagnosis = flow["diagnosis"]
        assert found["verdict"] == diagnosis["verdict"]
        wanted = {
            "arriving": diagnosis["log10_arriving"],
            "decay_per_step": diagnosis["decay_per_step"],
            "log10_norm": flow["clipping"]["log10_norm_before"],
            "clipped": float(flow["clipping"]["engaged"]),
            "lyapunov": flow["spectrum"]["lyapunov_exponents"][0],
        }
        for name, value in wanted.items():
            near = value if value is None else pytest.approx(value, abs=1e-12, rel=1e-12)
            assert found[name] == near, name


def test_a_network_that_cannot_be_prepared_has_an_error_of_its_own() -> None:
    flat = {"network": {"hidden_size": 1}, "weights": {"update_bias": 1.0}}
    done = asked([form_of(flat), form_of({})])
    assert list(done.errors) == ["0"]
    assert "update gate" in done.errors["0"]
    assert done.numbers[0] == dict.fromkeys(NAMES)
    assert done.numbers[1]["verdict"]


def test_a_worker_of_another_version_computes_nothing() -> None:
    assert asked([form_of({})], of=["0.0.1", 1]) == Done(refused=version())


def test_a_task_that_nobody_wants_ends_between_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(work_module, "_FIRST", 2)
    monkeypatch.setattr(work_module, "AT_ONCE", 0.0)

    def stop() -> bool:
        looks.append(1)
        return len(looks) > 2

    task = Task(version(), ["verdict"], [msgspec.Raw(form_of({}))] * 60)
    done = msgspec.json.decode(work(msgspec.json.encode(task), stop), type=Done)
    assert done.stopped
    assert len(looks) == 3


def cut(own: Sweep, costs: Costs) -> list[Portion]:
    return list(portions(draws(own), costs))


def test_every_network_is_in_one_task_of_its_own_shape() -> None:
    own = sweep(seeds=3)
    found = cut(own, Costs())
    every = [draw.hash for portion in found for draw in portion.draws]
    assert len(every) == len(set(every)) == own.draws
    assert all(draw.shape == portion.shape for portion in found for draw in portion.draws)
    strides = [portion.draws[0].point.stride for portion in found]
    assert strides == sorted(strides, reverse=True)


def test_a_task_is_as_long_as_its_networks_let_it_be() -> None:
    costs = Costs()
    own = sweep(seeds=30, rows=None)
    shape = next(iter(draws(own))).shape
    assert costs.size(shape) == 50
    costs.learn(shape, 10, 1.0)
    assert costs.size(shape) == 10
    costs.learn(shape, 10, 3.0)
    assert costs.size(shape) == 5
    sizes = {len(portion.draws) for portion in cut(own, costs) if portion.shape == shape}
    assert max(sizes) == 5


def test_the_first_training_goes_out_alone() -> None:
    """One may take minutes, and fifty of them are a map that stands still."""
    costs = Costs()
    first, *_ = cut(trainings(), costs)
    assert len(first.draws) == 1
    costs.learn(first.shape, 1, 0.25)
    assert costs.size(first.shape) == 4


def test_a_task_of_which_workers_die_is_cut_in_two() -> None:
    (portion, *_) = cut(sweep(seeds=5, rows=None), Costs())
    first, second = portion.halves()
    assert first.draws + second.draws == portion.draws
    assert first.shape == second.shape == portion.shape


ADDING = {
    "task": {"name": "adding", "steps": 8},
    "hidden_size": 8,
    "updates": 60,
    "optimizer": {"name": "adam"},
}


def trainings(**said: Any) -> Sweep:
    rate = {"at": "/optimizer/learning_rate", "values": [1e-4, 1e-2]}
    mu = {"at": "/clip", "values": [{"rule": "none"}, {"rule": "norm", "threshold": 0.1}]}
    return Sweep.of({"training": ADDING, "axes": [rate, mu], "numbers": ["final_loss"]} | said)


def test_trainings_have_the_numbers_of_their_own_runs() -> None:
    own = trainings(seeds=2, numbers=["solved", "updates_to_success", "final_loss"])
    every = list(draws(own))
    done = asked([draw.form for draw in every], list(own.numbers))
    assert len({draw.hash for draw in every}) == own.draws == 8
    for draw, found in zip(every, done.numbers, strict=True):
        plan = Plan.from_json(own.spec(draw.point, draw.number))
        records = train(plan)
        held_out = records.held_out[np.isfinite(records.held_out)]
        assert found["final_loss"] == held_out[-1]
        assert found["solved"] == 0.0
        assert found["updates_to_success"] is None
    middle = {
        draw.point.at: found["final_loss"] for draw, found in zip(every, done.numbers, strict=True)
    }
    assert middle[1, 0] != middle[1, 1] != middle[0, 0]


def test_a_task_that_is_solved_says_after_how_many_updates() -> None:
    easy = ADDING | {
        "task": {"name": "adding", "steps": 2},
        "hidden_size": 16,
        "updates": 1200,
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    }
    plan = Plan.from_json(easy)
    records = train(plan)
    shares = [(n, s) for n, s in zip(records.update, records.share, strict=True) if s == s]
    first = next(update for update, share in shares if 1.0 - share < 0.01)
    names = ["solved", "updates_to_success"]
    done = asked([form_of(easy, trained=True)], names)
    assert done.numbers == [{"solved": 1.0, "updates_to_success": float(first - 1)}]


def test_a_training_ends_on_its_way_where_nobody_wants_it() -> None:
    looks: list[int] = []

    def stop() -> bool:
        looks.append(1)
        return len(looks) > 4

    form = form_of(ADDING | {"updates": 1_000_000}, trained=True)
    task = Task(version(), ["final_loss"], [msgspec.Raw(form)])
    done = msgspec.json.decode(work(msgspec.json.encode(task), stop), type=Done)
    assert done.stopped


def test_a_training_that_needs_data_says_so() -> None:
    with pytest.raises(InvalidInput, match="allowed in a map: 'adding'"):
        form_of({"task": {"name": "series"}}, trained=True)
    form = encoded({"training": Plan.from_json({"task": {"name": "series"}}).to_json()})
    done = asked([form], ["final_loss"])
    assert done.numbers == [{"final_loss": None}]
    assert list(done.errors) == ["0"]
