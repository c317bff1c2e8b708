"""A plan that a client asks for, checked and filled in, and what follows from it."""

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio.to_thread

from unrolled.app import attached, sizes
from unrolled.app.attached import Attached
from unrolled.app.attached_series import AttachedSeries
from unrolled.app.errors import BadInput, InputError, shown, within
from unrolled.app.schemas.training import TrainingChange, TrainingPlan
from unrolled.app.schemas.weights import NetworkWeights
from unrolled.app.settings import PREFIX, Settings
from unrolled.app.shifted import shifted
from unrolled.app.store import networks, sequences
from unrolled.app.store.database import Database
from unrolled.app.training.columns import Shape, shape_of_facts
from unrolled.app.training.inputs import (
    packed_data,
    packed_parameters,
    unpacked_data,
    unpacked_parameters,
)
from unrolled.engine import (
    CELLS,
    TASKS,
    TRAINING_OPTIMIZERS,
    TRAINING_RULES,
    Array,
    Data,
    InvalidInput,
    Network,
    Plan,
    Problem,
    check_parameters,
    posed,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run is made of.

    Attributes:
        plan: with nothing left open.
        facts: what follows from it: sizes, names, baseline.
        about: what a list says of it.
        inputs: what else decides its numbers.
    """

    plan: Json
    facts: Json
    about: Json
    inputs: dict[str, bytes]

    @property
    def shape(self) -> Shape:
        """Of every update."""
        return shape_of_facts(self.facts)


async def planned(store: Database, asked: TrainingPlan) -> Planned:
    """Check a plan, and fetch what it names.

    Args:
        store: of networks and sequences.
        asked: as the client wrote it.
    Raises:
        BadInput: something in it is not allowed; the pointers lead from the request.
        StoreAway: the database does not answer.
    """
    with within("training"):
        series = await _series(store, asked)
        given = await _network(store, asked)
        data = None if series is None else await anyio.to_thread.run_sync(_data, series)
        return await anyio.to_thread.run_sync(_made, asked, store.settings, data, given)


def replanned(asked: TrainingPlan, settings: Settings, inputs: dict[str, bytes]) -> Planned:
    """The same of a run that comes back, with what came beside its plan.

    Args:
        asked: as it stood in the file.
        settings: the limits.
        inputs: as `Planned` has them.
    Raises:
        BadInput: something in it is not allowed, or does not fit.
    """
    with within("run", "training", "plan"):
        try:
            data = unpacked_data(inputs["series"]) if "series" in inputs else None
            given = unpacked_parameters(inputs["parameters"]) if "parameters" in inputs else None
        except (ValueError, KeyError, OSError, zipfile.BadZipFile, zlib.error):
            raise BadInput([InputError((), "what comes with it is damaged")]) from None
        return replace(_made(asked, settings, data, given), inputs=inputs)


def checked_change(plan: Json, change: TrainingChange) -> Json:
    """A change as the engine takes it.

    Args:
        plan: of the run.
        change: as the client wrote it.
    Raises:
        BadInput: something in it is not allowed; the pointers lead from `change`.
    """
    said = change.model_dump(exclude_none=True)
    if not said:
        raise BadInput([InputError((), "received nothing; allowed: learning_rate, clip")])
    optimizer = plan["optimizer"]
    if "learning_rate" in said:
        optimizer = optimizer | {"learning_rate": said["learning_rate"]}
    try:
        Plan.from_json(plan | {"optimizer": optimizer, "clip": said.get("clip", plan["clip"])})
    except InvalidInput as error:
        path = error.pointer[1:] if error.pointer[0] == "optimizer" else error.pointer
        raise BadInput([InputError(path, error.detail)]) from None
    return said


def refuse_beyond(asked: TrainingPlan, settings: Settings) -> None:
    """Refuse a plan that asks for more than one run may; whatever else is wrong is said elsewhere.

    Args:
        asked: as the client wrote it.
        settings: the limits.
    Raises:
        BadInput: the pointers lead from the plan.
    """
    _refuse_sizes(asked, settings)
    try:
        plan = Plan.from_json(_unset(asked))
        problem = posed(plan.task, None)
        network = problem.network(plan.cell, plan.activation, plan.hidden_size, plan.num_layers)
    except InvalidInput:
        return
    _refuse_work(plan, problem, network, settings)


async def _series(store: Database, asked: TrainingPlan) -> AttachedSeries | None:
    """The sequence that a task names; a copy of it stays with the run."""
    task = asked.task.model_dump()
    row = TASKS.get(task["name"])
    if row is None or row.takes != "series":
        return None
    path, wanted = ("task", "sequence"), task.get("sequence")
    if not isinstance(wanted, str) or not wanted:
        told = f"received {shown(wanted)}; needed: the id of a sequence of /sequences"
        raise BadInput([InputError(path, told)])
    found = await store.read(lambda c: sequences.with_values(c, wanted[:64]))
    if found is None:
        told = f"received {shown(wanted)}; no sequence has this id: it was deleted, or is too old"
        raise BadInput([InputError(path, told)])
    shape = found[1].shape
    if shape.alphabet or shape.kind == "batches":
        what = "a text: take the task 'text'" if shape.alphabet else "several sequences"
        told = f"received {shown(wanted)}, which holds {what}; allowed: rows of numbers"
        raise BadInput([InputError(path, told)])
    return found[1]


async def _network(store: Database, asked: TrainingPlan) -> Attached | None:
    """The weights that a plan names; a copy of them stays with the run."""
    weights = asked.weights
    if not isinstance(weights, NetworkWeights):
        return None
    with within("weights"):
        found = await store.read(
            lambda c: networks.chosen(c, weights.id, weights.module, weights.head)
        )
    return await anyio.to_thread.run_sync(networks.attached, *found)


def _made(
    asked: TrainingPlan,
    settings: Settings,
    data: Data | None,
    given: Attached | Mapping[str, Array] | None,
) -> Planned:
    _refuse_sizes(asked, settings)
    try:
        plan = Plan.from_json(_unset(asked))
        problem = posed(plan.task, data)
        network = problem.network(plan.cell, plan.activation, plan.hidden_size, plan.num_layers)
        _refuse_work(plan, problem, network, settings)
        parameters: Mapping[str, Array] | None = None
        if given is None:
            _refuse_draw(plan, network, problem.steps)
        elif isinstance(given, Attached):
            weights = asked.weights.model_dump()
            parameters = shifted(network, attached.parameters(network, given), weights)
        else:
            parameters = check_parameters(network, given)
    except InvalidInput as error:
        raise BadInput([InputError(_path(error), error.detail)]) from None
    inputs = {} if data is None else {"series": packed_data(data)}
    if parameters is not None:
        inputs["parameters"] = packed_parameters(parameters)
    whole = json.loads(json.dumps(plan.to_json()))
    return Planned(whole, _facts(problem, network), _about(whole, problem), inputs)


def _path(error: InvalidInput) -> tuple[str | int, ...]:
    """The engine's pointers lead from a network or a plan; a plan has no `network`."""
    return error.pointer[1:] if error.pointer[:1] == ("network",) else error.pointer


def _unset(asked: TrainingPlan) -> Json:
    """What the client said, and no more."""
    said = {name: getattr(asked, name) for name in asked.model_fields_set} | {"task": asked.task}
    return {name: _plain(value) for name, value in said.items()}


def _plain(value: Any) -> Any:
    return value.model_dump(exclude_unset=True) if hasattr(value, "model_dump") else value


def _data(series: AttachedSeries) -> Data:
    return Data(series.values(), tuple(series.shape.names))


def _refuse_draw(plan: Plan, network: Network, steps: int) -> None:
    """Refuse weights that cannot be drawn, by drawing those of a network of few units."""
    small = Network(
        network.cell,
        network.topology,
        network.activation,
        1,
        min(network.hidden_size, 4),
        1,
        network.num_layers,
    )
    plan.draw(small, steps)


def _refuse_sizes(asked: TrainingPlan, settings: Settings) -> None:
    sizes_of = {
        "hidden_size": "max_hidden_size",
        "batch_size": "max_batch_size",
        "updates": "max_training_updates",
    }
    text = asked.task.model_dump().get("text")
    errors = [
        _refusal((field,), getattr(asked, field), limit, settings)
        for field, limit in sizes_of.items()
        if getattr(asked, field) > getattr(settings, limit)
    ]
    if isinstance(text, str) and len(text) > settings.max_text_length:
        errors.append(_refusal(("task", "text"), len(text), "max_text_length", settings))
    if errors:
        raise BadInput(errors)


def _refusal(path: tuple[str, ...], value: int, limit: str, settings: Settings) -> InputError:
    what = (Settings.model_fields[limit].description or "").rstrip(".")
    return InputError(
        path,
        f"received {value}; allowed: at most {getattr(settings, limit)} ({what}; "
        f"{PREFIX}{limit.upper()})",
    )


def _refuse_work(plan: Plan, problem: Problem, network: Network, settings: Settings) -> None:
    """What an update takes, and what is kept of it."""
    blocks = sizes.blocks(plan.cell, plan.num_layers)
    work = sizes.work(problem.steps, plan.batch_size, plan.hidden_size, blocks)
    own = (problem.steps, plan.batch_size, problem.input_size, plan.hidden_size)
    numbers = sizes.numbers(*own, blocks, problem.output_size)
    memory = len(TRAINING_OPTIMIZERS[(plan.optimizer or {})["name"]].memory)
    count = sum(math.prod(shape) for shape in network.parameter_shapes().values())
    snapshot = count * (1 + memory) * (8 if plan.precision == "float64" else 4)
    if problem.steps > settings.max_steps:
        raise BadInput([_refusal(("task", "steps"), problem.steps, "max_steps", settings)])
    for path, what, value, most, limit in (
        ("hidden_size", "T·H²·B·G", work, settings.max_training_work, "max_training_work"),
        ("batch_size", "T·B·(D + H·G + K)", numbers, settings.max_numbers, "max_numbers"),
        (
            "hidden_size",
            "a snapshot, bytes eight times of",
            8 * snapshot,
            settings.max_training_bytes,
            "max_training_bytes",
        ),
    ):
        if value > most:
            told = (
                f"received {what} = {value} of one update; allowed: at most {most}, so fewer "
                f"steps, units or samples ({PREFIX}{limit.upper()})"
            )
            raise BadInput([InputError((path,), told)])


def _facts(problem: Problem, network: Network) -> Json:
    return {
        "layers": network.num_layers,
        "steps": problem.steps,
        "parameters": list(network.parameter_shapes()),
        "has_cell": CELLS[network.cell].has_c,
        "baseline": problem.baseline if math.isfinite(problem.baseline) else None,
        "loss": problem.loss,
        "topology": problem.topology,
        "input_size": problem.input_size,
        "output_size": problem.output_size,
    }


def _about(plan: Json, problem: Problem) -> Json:
    rule = TRAINING_RULES[plan["clip"]["rule"]]
    return {
        "task": TASKS[plan["task"]["name"]].label,
        "cell": plan["cell"],
        "hidden_size": plan["hidden_size"],
        "num_layers": plan["num_layers"],
        "steps": problem.steps,
        "batch_size": plan["batch_size"],
        "updates": plan["updates"],
        "seed": plan["seed"],
        "optimizer": TRAINING_OPTIMIZERS[plan["optimizer"]["name"]].label,
        "learning_rate": plan["optimizer"]["learning_rate"],
        "clip": rule.label,
        "threshold": plan["clip"].get("threshold"),
    }
