"""Maps: what a client says of one, and what it is told."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from unrolled.app.schemas.runs import Note, RunName
from unrolled.app.schemas.strict import Index, Number, OneOf, Size, StrictModel, String, Switch
from unrolled.app.schemas.watched import Instant
from unrolled.engine import NUMBERS

Json = Any
Object = dict[str, Json]
_Name = Annotated[str, OneOf(tuple(NUMBERS))]


class GivenAxis(StrictModel):
    """A field that is varied: from a number to another in so many points, or values as they are."""

    model_config = ConfigDict(populate_by_name=True)

    at: Annotated[String, Field(max_length=200)] = Field(
        description="JSON pointer into the experiment, or into the plan.",
        examples=["/weights/spectral_radius"],
    )
    from_: Number | None = Field(
        default=None, alias="from", description="The first value.", examples=[0.2]
    )
    to: Number | None = Field(default=None, description="The last value.", examples=[3.0])
    points: Size | None = Field(default=None, description="How many there are.", examples=[9])
    scale: Literal["linear", "log"] | None = Field(
        default=None, description="Whether they lie evenly, or by equal factors."
    )
    values: Annotated[list[Json], Field(max_length=10_000)] | None = Field(
        default=None, description="Instead of a span: numbers, names, or whole objects."
    )
    labels: (
        Annotated[list[Number | Annotated[String, Field(max_length=200)]], Field(max_length=10_000)]
        | None
    ) = Field(default=None, description="What the values are called where they are drawn.")
    label: Annotated[String, Field(max_length=200)] | None = Field(
        default=None, description="What the axis is called."
    )


class GivenSweep(StrictModel):
    """What is mapped."""

    experiment: Object | None = Field(
        default=None,
        description="What is varied, as `POST /flow` takes it; nothing in it is kept here.",
        examples=[{"network": {"hidden_size": 8}}],
    )
    training: Object | None = Field(
        default=None,
        description="Instead of an experiment the plan of a training, as `POST /runs` takes it.",
    )
    axes: Annotated[list[GivenAxis], Field(min_length=1, max_length=2)] = Field(
        description="The horizontal one first.",
        examples=[[{"at": "/weights/spectral_radius", "from": 0.2, "to": 3.0, "points": 9}]],
    )
    rows: GivenAxis | None = Field(
        default=None, description="A further one, of whose values each has a small map."
    )
    seeds: Size = Field(
        default=1,
        description="Draws of every point; seeds of weights and sequence are counted up.",
        examples=[3],
    )
    numbers: Annotated[list[_Name], Field(min_length=1, max_length=20)] | None = Field(
        default=None,
        description="Which are wanted, in `GET /maps`.",
        examples=[["arriving", "verdict"]],
    )
    refine: Switch = Field(
        default=False,
        description="Whether only those places are computed whose neighbours differ in the first "
        "of the numbers.",
    )


class NewSweep(GivenSweep):
    """A map that is to be computed."""

    name: RunName = Field(default="", description="For people.", examples=["radius and length"])
    note: Note = Field(default="", description="What somebody wrote about it.")
    paused: Switch = Field(default=False, description="Whether it waits for its first point.")


class SweepChange(StrictModel):
    """What is to be changed in a map; what is left out stays."""

    name: RunName | None = Field(default=None, description="For people.")
    note: Note | None = Field(default=None, description="What somebody wrote about it.")
    state: Literal["running", "paused", "ended"] | None = Field(
        default=None, description="One that ended before its last point may be set running again."
    )


class Line(StrictModel):
    """Where theory says that something changes: a ρ for every value of the other axis."""

    name: str = Field(description="Of the line.")
    label: str = Field(description="What is written beside it.")
    words: str = Field(description="What changes there, and what that leaves out.")
    source: str = Field(description="Where it is proved.")
    axis: Index = Field(description="Which of the axes ρ is, from 0.")
    radii: list[Number | None] = Field(
        description="The ρ for every value of the other axis; null where it does not apply."
    )
    row: Index | None = Field(description="Of which small map, from 0; null where there is one.")


class KeptSweep(StrictModel):
    """A map that is kept."""

    id: str = Field(description="Nobody can guess it.")
    name: str = Field(description="For people.")
    note: str = Field(description="What somebody wrote about it.")
    created: Instant = Field(description="When it was asked for.")
    changed: Instant = Field(description="When it last went on or was changed.")
    state: Literal["queued", "running", "paused", "ended"] = Field(
        description="queued: it waits for its turn."
    )
    why: str | None = Field(
        description="Why it does not go on, or not everywhere, in words; null: it does."
    )
    count: Size = Field(description="Points that there are.")
    done: Index = Field(description="Points that are known.")
    wrong: Index = Field(description="Of these, points that are no experiment or have no numbers.")
    computed: Index = Field(description="Networks that were computed for it.")
    known: Index = Field(description="Networks that had been computed before.")
    points_per_second: Number | None = Field(description="Lately; null while it does not run.")
    seconds_left: Number | None = Field(description="At that rate; null while it does not run.")
    sweep: Object = Field(description="What is mapped, with every value said.")
    theory: list[Line] | None = Field(
        default=None, description="Lines beside it; in a list, and until they are there, null."
    )


class SweepPage(StrictModel):
    """Maps, the newest first."""

    sweeps: list[KeptSweep] = Field(description="As many as were asked for.")
    next: str | None = Field(description="What to send as `before` for those that follow.")


class Summary(StrictModel):
    """What a number is over the draws of each point, by columns."""

    middle: list[Number | str | None] = Field(
        description="The median; of what is 0 or 1 the mean, of a name the most frequent one."
    )
    low: list[Number | None] = Field(
        default_factory=list,
        description="The lower quartile; not there of names.",
    )
    high: list[Number | None] = Field(default_factory=list, description="The upper one.")
    shares: list[dict[str, Number]] = Field(
        default_factory=list, description="Of a name: the share of the draws that have each."
    )
    count: list[Index] = Field(description="In how many draws there is such a number.")


class SweepPoints(StrictModel):
    """Points of a map, by columns: number i of each belongs to the same point."""

    sequence: list[Size] = Field(description="In which order they came, from 1.")
    at: list[list[Index]] = Field(
        description="Which value of every axis, from 0: of the rows first where there are any."
    )
    stride: list[Size] = Field(
        description="For how many places in every direction it stands until finer ones come."
    )
    error: list[str | None] = Field(description="Why a point has no numbers.")
    numbers: dict[str, Summary] = Field(description="By their names.")
    next: Size | None = Field(description="What to send as `from` for those that follow.")


class NumberWords(StrictModel):
    """A number that may be mapped."""

    name: _Name = Field(description="In requests and answers.")
    label: str = Field(description="For people.")
    unit: str = Field(description="What it is in.")
    words: str = Field(description="What it says.")
    trained: Switch = Field(description="Whether it is of a training.")
    relative: Switch = Field(
        description="Whether it is in decades of what there was before: 0 is as much, not one."
    )
    names: list[str] = Field(description="What it may be, where it is a name.")
    share: Switch = Field(description="Whether it is a share of the draws.")


class BuiltIn(StrictModel):
    """A map worth looking at."""

    name: str = Field(description="Of the map.")
    title: str = Field(description="For people.")
    look: str = Field(description="What there is to see.")
    sweep: GivenSweep = Field(description="Ready for `POST /sweeps`.")


class SweepWords(StrictModel):
    """What may stand in a map."""

    numbers: list[NumberWords] = Field(description="In the order in which they are offered.")
    maps: list[BuiltIn] = Field(description="The first is the page's own.")
