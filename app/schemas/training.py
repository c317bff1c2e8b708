"""Runs that train here: what is asked for, and what is told of them update by update."""

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag

from unrolled.app.schemas.strict import (
    AtLeast,
    Index,
    Number,
    OneOf,
    OneValue,
    Size,
    StrictModel,
    String,
    Switch,
    Whole,
    by_kind,
)
from unrolled.app.schemas.weights import NetworkWeights, RandomWeights
from unrolled.engine import (
    ACTIVATIONS,
    CELLS,
    MAX_LAYERS,
    SCHEDULES,
    TASKS,
    TRAINING_OPTIMIZERS,
    TRAINING_RULES,
    Plan,
)

NotNegative = Annotated[Number, Field(ge=0)]
Text = Annotated[String, Field(max_length=200_000)]
Given = Annotated[Text | Switch | Whole | Number | None, OneValue(200_000)]
"""What a setting may hold; which of them a row of a table takes, the row says."""

_LEAST = Plan(task={"name": next(iter(TASKS))})
"""What a plan is that says nothing."""
_HELD = next(name for name, row in TRAINING_RULES.items() if row.settings and not row.adapts)
_TABLE = "A name of `training.{}` in `GET /api/v1/vocabulary`, and beside it that row's settings."


class Named(StrictModel):
    """A row of a table, with its settings beside its name."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Given] = Field(init=False)

    name: Annotated[String, Field(max_length=100)] = Field(description="Of the row.")


class Ruled(StrictModel):
    """A rule that clips an update, with its settings beside its name."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Given] = Field(init=False)

    rule: Annotated[String, Field(max_length=100)] = Field(description="Of the row.")


StartWeights = Annotated[
    Annotated[RandomWeights, Tag("random")] | Annotated[NetworkWeights, Tag("network")],
    Discriminator(by_kind("kind", "random")),
]


class TrainingPlan(StrictModel):
    """Everything that decides the numbers of a training; the same plan gives the same numbers."""

    task: Named = Field(
        default=Named(name=next(iter(TASKS))),
        description=_TABLE.format("tasks")
        + ' `{"name": "text", "text": "…"}` learns a text; `{"name": "series", "sequence": id}` a '
        "sequence of /sequences, which is copied.",
        examples=[{"name": next(iter(TASKS)), "steps": 50}],
    )
    cell: Annotated[str, OneOf(CELLS)] = Field(
        default=_LEAST.cell, description="The recurrent cell."
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = Field(
        default=_LEAST.activation,
        description="f in h = f(a); cells with gates have their own and take tanh.",
    )
    hidden_size: Size = Field(default=_LEAST.hidden_size, description="H.", examples=[64])
    num_layers: Annotated[int, AtLeast(1, MAX_LAYERS)] = Field(
        default=_LEAST.num_layers, description="Stacked layers.", examples=[1]
    )
    weights: StartWeights = Field(
        default=RandomWeights(),
        description="Where it begins: drawn, with the plan's seed where none is said, or as a "
        "network of /networks has them, of the cell and the sizes that are asked for; a copy of "
        "them is kept.",
    )
    batch_size: Size = Field(
        default=_LEAST.batch_size, description="B, samples of one update.", examples=[20]
    )
    updates: Size = Field(
        default=_LEAST.updates, description="How many there are to be.", examples=[2_000]
    )
    seed: Index = Field(default=0, description="Of batches, weights and noise.", examples=[0])
    precision: Annotated[str, OneOf(("float64", "float32"))] = Field(
        default=_LEAST.precision,
        description="What updates are computed in; what is replayed of one is in float64.",
    )
    optimizer: Named = Field(
        default=Named(name=next(iter(TRAINING_OPTIMIZERS))),
        description=_TABLE.format("optimizers"),
        examples=[{"name": "adam", "learning_rate": 0.001}],
    )
    schedule: Named = Field(
        default=Named(name=next(iter(SCHEDULES))),
        description=_TABLE.format("schedules"),
        examples=[{"name": next(iter(SCHEDULES))}],
    )
    clip: Ruled = Field(
        default=Ruled(rule=next(iter(TRAINING_RULES))),
        description=_TABLE.format("rules") + " `per_sample`: each sample by itself.",
        examples=[{"rule": _HELD, "threshold": 1.0}],
    )
    omega: NotNegative = Field(
        default=0.0, description="Weight of Pascanu's Ω in the loss; 0: it is not there."
    )
    noise: NotNegative = Field(
        default=0.0,
        description="Variance of the noise that the first update adds to its gradient; it falls "
        "with n^−0.55; 0: none.",
    )


class TrainingChange(StrictModel):
    """What changes while a run trains, from its next update on."""

    learning_rate: Annotated[Number, Field(gt=0)] | None = Field(
        default=None,
        description="The schedule goes on from it.",
        examples=[0.0005],
        exclude_if=lambda rate: rate is None,
    )
    clip: Ruled | None = Field(
        default=None,
        description="Another rule, or another threshold.",
        exclude_if=lambda clip: clip is None,
        examples=[{"rule": _HELD, "threshold": 0.5}],
    )


class Changed(StrictModel):
    """A change that was made."""

    update: Size = Field(description="The first update that it holds for.")
    change: TrainingChange = Field(description="What it was.")


class TrainingState(StrictModel):
    """How far a run that trains here is."""

    plan: TrainingPlan = Field(description="What was asked for, with nothing left open.")
    update: Index = Field(description="Updates that are done.")
    updates: Size = Field(description="How many there are to be.")
    updates_per_second: Number | None = Field(description="Lately; null while it does not run.")
    seconds_left: Number | None = Field(description="At that rate; null while it does not run.")
    baseline: Number | None = Field(
        description="Loss of the constant answer, which is to be beaten; null: there is none."
    )
    parameters: list[str] = Field(description="The names of `weight` and `step`, in their order.")
    steps: Size = Field(description="T.")
    layers: Size = Field(description="How many there are.")
    has_cell: Switch = Field(description="Whether the state has a second part c.")
    keep: Switch = Field(description="Whether it goes on where nobody watches.")
    pace: Number | None = Field(description="Updates a second at most; null: as fast as it goes.")
    ended: str | None = Field(description="Why it is over, in words; null: it is not.")
    changes: list[Changed] = Field(description="In their order.")


class Mark(StrictModel):
    """Something that happened at an update."""

    id: Size = Field(description="Of the run's marks; one that comes twice has the same.")
    update: Index = Field(description="Of the update; 0: before the first.")
    kind: str = Field(description="What it is.", examples=["spike"])
    text: str = Field(description="In words.")
    values: dict[str, Any] = Field(description="The numbers that the words name.")


_Log = list[Number | None]
_NULL = "null for an exact zero, or what is not finite."


class Updates(StrictModel):
    """Updates of a run, by columns: number i of each belongs to the same update."""

    update: list[Size] = Field(description="From 1.")
    loss: _Log = Field(description="Of its batch, before the update; null: not finite.")
    log10_before: _Log = Field(description=f"log₁₀ ‖g‖ before clipping; {_NULL}")
    log10_after: _Log = Field(description=f"The same after clipping; {_NULL}")
    engaged: list[Switch] = Field(description="Whether clipping changed anything.")
    threshold: _Log = Field(description="Of the rule; null: it has none.")
    learning_rate: list[Number] = Field(description="As the schedule says it.")
    hidden: list[_Log] = Field(description=f"log₁₀ ‖∂L/∂h_t‖, t = 1 … T, of `layer`; {_NULL}")
    cell: list[_Log] | None = Field(description="The same of c; null: the cell has none.")
    weight: dict[str, _Log] = Field(description="Parameter → log₁₀ ‖w‖ before the update.")
    step: dict[str, _Log] = Field(description="Parameter → log₁₀ ‖Δw‖.")
    rho: _Log = Field(description="ρ of the recurrent matrix, every few updates; null between.")
    sigma: _Log = Field(description="Its largest singular value, likewise.")
    held_out: _Log = Field(description="Loss of the held-out set, likewise.")
    share: _Log = Field(description="Share of it that is right by the task's criterion, likewise.")
    omega: _Log = Field(description="Pascanu's Ω, where the plan has it; else null.")
    layer: Index = Field(description="Whose `hidden` and `cell` these are, from 0, the lowest.")
    marks: list[Mark] = Field(description="What happened at these updates, and at 0.")
    next: Size | None = Field(description="What to send as `from` for those that follow.")
