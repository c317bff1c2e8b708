"""`POST /api/v1/landscape`: what a client may ask for, and the answer."""

from typing import Annotated, Literal

from pydantic import Field

from unrolled.app.schemas.clips import NO_CLIP, ClipChoice
from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.strict import (
    AtLeast,
    Index,
    Number,
    OneOf,
    StrictModel,
    String,
    Switch,
)
from unrolled.engine import (
    MAX_DESCENT_STEPS,
    MAX_DESCENTS,
    MAX_PLACES,
    MAX_POINTS,
    MAX_SAMPLES,
    OPTIMIZERS,
)

Nullable = float | None
Pair = Annotated[list[Number], Field(min_length=2, max_length=2)]
_PAIR = "Of the first axis's entry and of the second's."


class AxisRequest(StrictModel):
    """One entry of a parameter, and the values it takes, evenly spaced."""

    parameter: String = Field(
        description="Its name, as an answer of `POST /api/v1/flow` lists it.", examples=["W_hh"]
    )
    index: Annotated[list[Index], Field(max_length=2)] = Field(
        description="Where the entry stands in the parameter, from 0.", examples=[[0, 0]]
    )
    from_: Number = Field(alias="from", description="The first value.", examples=[3.0])
    to: Number = Field(description="The last value, above the first.", examples=[6.0])
    points: Annotated[int, AtLeast(2, MAX_POINTS)] = Field(
        default=100, description="How many values.", examples=[100]
    )


class DescentRequest(StrictModel):
    """A ball that goes down the loss; it moves the two entries of the axes and nothing else."""

    start: Pair = Field(description=f"Where it starts. {_PAIR}", examples=[[4.8, -2.3]])
    optimizer: Annotated[str, OneOf(OPTIMIZERS)] = Field(
        default=next(iter(OPTIMIZERS)),
        description="How a step is made of the gradient, as in PyTorch: momentum and nesterov with "
        "0.9, adam with 0.9, 0.999 and 1e-8.",
    )
    learning_rate: Annotated[Number, Field(gt=0)] = Field(
        default=0.01, description="η.", examples=[0.03]
    )
    steps: Annotated[int, AtLeast(1, MAX_DESCENT_STEPS)] = Field(
        default=50, description="How many.", examples=[60]
    )
    clip: ClipChoice = Field(
        default=NO_CLIP,
        description="What happens to the gradient before a step is made of it: to the two "
        "components alone, ∂E/∂(first entry, second entry). `backward` is not allowed, for it acts "
        "elsewhere.",
    )


class Noise(StrictModel):
    """Copies of the one sample, each with noise on its targets: a small batch of training data."""

    samples: Annotated[int, AtLeast(1, MAX_SAMPLES)] = Field(
        default=32, description="B.", examples=[32]
    )
    scale: Annotated[Number, Field(ge=0)] = Field(
        default=0.1, description="Of the standard normal noise.", examples=[0.1]
    )
    seed: Index = Field(default=0, description="Its stream is its own.", examples=[0])


class PlaceRequest(StrictModel):
    """A place whose loss and gradient are wanted, before and after clipping."""

    at: Pair = Field(description=_PAIR, examples=[[5.0, -2.612296656009273]])
    clip: ClipChoice = Field(
        default=NO_CLIP, description="As for a descent; `per_sample` fills `samples`."
    )
    noise: Noise | None = Field(
        default=None,
        description="For an experiment of one sample whose targets are numbers; null: the "
        "experiment as it is.",
    )


class LandscapeRequest(StrictModel):
    """The loss over two entries of the parameters of a network of one unit."""

    experiment: Experiment = Field(
        description="As for `POST /api/v1/flow`, with `hidden_size` 1 and `num_layers` 1; "
        "any cell, any number of inputs, outputs and samples. `follow`, `clip`, `window`, "
        "`values`, `include` and `lyapunov` change nothing here."
    )
    axes: Annotated[list[AxisRequest], Field(min_length=2, max_length=2)] = Field(
        description="The two entries that are moved, from where to where."
    )
    grid: Switch = Field(
        default=True, description="Whether the loss over the grid of the axes is wanted."
    )
    descents: Annotated[list[DescentRequest], Field(max_length=MAX_DESCENTS)] = Field(
        default=[], description="Balls that start on it."
    )
    places: Annotated[list[PlaceRequest], Field(max_length=MAX_PLACES)] = Field(
        default=[], description="Places whose numbers are wanted."
    )


class AxisValues(StrictModel):
    """One axis."""

    parameter: str = Field(description="As it was asked for.")
    index: list[int] = Field(description="As it was asked for.")
    values: list[float] = Field(description="The entry's value at every point.")
    own: float = Field(description="The entry's value in the experiment itself.")


class DescentReport(StrictModel):
    """Where a ball was; entry 0 is its start, entry n what n steps made of it."""

    points: list[list[float]] = Field(description=_PAIR)
    loss: list[Nullable] = Field(
        description="E; null where a state or an output leaves the range of a double."
    )
    gradient_log10_norm: list[Nullable] = Field(
        description="log₁₀ of the norm of (∂E/∂first, ∂E/∂second) before clipping, also where no "
        "double holds it; null where it is exactly zero, and where E is null."
    )
    engaged: list[bool] = Field(
        description="Whether clipping changed the gradient of which the next step is made."
    )
    gradient: list[list[Nullable]] = Field(
        description="(∂E/∂first, ∂E/∂second); null beyond the range of a double."
    )
    clipped: list[list[Nullable]] = Field(description="What clipping made of it.")
    ended: Literal["overflow"] | None = Field(
        description="overflow: fewer points than were asked for, since a step leads out of the "
        "range of a double, or starts where the network's states do."
    )


class SamplesReport(StrictModel):
    """Each sample's gradient clipped by itself, beside the clipped mean: what "biased" means."""

    gradients: list[list[Nullable]] = Field(description="Of every sample's own loss, (B, 2).")
    clipped: list[list[Nullable]] = Field(description="The same after clipping, (B, 2).")
    mean_of_clipped: list[Nullable] = Field(description="Their mean.")
    clipped_mean: list[Nullable] = Field(description="What clipping makes of the mean gradient.")
    engaged: int = Field(description="How many samples were clipped.")
    cosine: Nullable = Field(
        description="Of the angle between the two; null where one is exactly zero."
    )
    ratio: Nullable = Field(description="‖mean of clipped‖ / ‖clipped mean‖; null where that is 0.")


class PlaceReport(StrictModel):
    """What stands at one place."""

    at: list[float] = Field(description="As it was asked for.")
    loss: Nullable = Field(description="E.")
    gradient: list[Nullable] = Field(
        description="(∂E/∂first, ∂E/∂second); null beyond the range of a double."
    )
    gradient_log10_norm: Nullable = Field(description="log₁₀ of its norm; null where zero.")
    clipped: list[Nullable] = Field(
        description="What a descent would go along: clipped, or the mean of clipped samples."
    )
    engaged: bool = Field(description="Whether the rule changes the gradient as a whole.")
    scale: Nullable = Field(description="‖g after‖ / ‖g‖ of the gradient as a whole.")
    cosine: Nullable = Field(description="Of the angle between both; null where g is zero.")
    samples: SamplesReport | None = Field(description="With `per_sample`, else null.")


class LandscapeReport(StrictModel):
    """E and the norm of its gradient over the grid; [j][i] is point i of the first axis, j of the
    second.
    """

    axes: list[AxisValues] = Field(description="The two axes.")
    loss: list[list[Nullable]] | None = Field(
        description="E; null where a state or an output leaves the range of a double; without "
        "`grid` null as a whole."
    )
    gradient_log10_norm: list[list[Nullable]] | None = Field(
        description="log₁₀ ‖(∂E/∂first, ∂E/∂second)‖, also where no double holds the norm; null "
        "where it is exactly zero."
    )
    descents: list[DescentReport] = Field(description="In the order of the request.")
    places: list[PlaceReport] = Field(description="In the order of the request.")
