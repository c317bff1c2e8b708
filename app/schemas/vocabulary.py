"""The answer of `GET /api/v1/vocabulary`: what may stand in a request, and what with what."""

from typing import Literal

from pydantic import Field

from unrolled.app.schemas.strict import StrictModel

Value = str | float | bool | None


class Rule(StrictModel):
    """What an entry leaves open elsewhere in the request."""

    pointer: str = Field(
        description="Of the field, an RFC 6901 pointer.", examples=["/network/activation"]
    )
    allowed: list[Value] = Field(
        description="What that field may then hold; empty: leave it out.", examples=[["tanh"]]
    )
    why: str = Field(description="In words.", examples=["its gates are sigmoids, its state tanh"])


class Entry(StrictModel):
    """One name that a field may hold."""

    name: str = Field(description="As a request writes it.", examples=["lstm"])
    label: str = Field(description="As a sentence writes it.", examples=["LSTM"])
    rules: list[Rule] = Field(
        default=[], description="What does not go with it. A field that no rule names is free."
    )


class GateWords(StrictModel):
    """One gate of a cell."""

    name: str = Field(description="As an answer's `gates` name it.", examples=["forget"])
    letter: str = Field(description="In the equations.", examples=["f"])
    label: str = Field(description="In a sentence.", examples=["forget"])
    role: Literal["write", "keep", "read", "reset", "candidate"] = Field(
        description="write: lets the candidate in; keep: holds the state; read: shows the state; "
        "reset: hides the past from the candidate; candidate: what is new, with a sign."
    )


class UnitWords(StrictModel):
    """One group of units of a cell, at every step."""

    letter: str = Field(description="Of its nodes in a graph: h_3.", examples=["h"])
    kind: Literal["input", "context", "hidden", "cell", "output", "loss"] = Field(
        description="As a graph's nodes name it."
    )


class BiasWords(StrictModel):
    """A bias by which a draw of weights opens one gate."""

    field: str = Field(description="Of drawn `weights`.", examples=["forget_bias"])
    gate: str = Field(description="Whose bias it is.", examples=["forget"])
    note: str = Field(description="What a bias above 0 does, in words.")


class CellWords(Entry):
    """A recurrent cell."""

    gates: list[GateWords] = Field(description="In the order of its weights' blocks.")
    units: list[UnitWords] = Field(description="In the order in which a step is drawn.")
    copies: bool = Field(description="Whether context units hold a copy of what it feeds back.")
    feeds_outputs: bool = Field(description="Whether it feeds back o rather than h.")
    has_c: bool = Field(description="Whether its state has a second part c.")
    projects: bool = Field(
        description="Whether h is a projection of its units, whose width P is `projection_size`."
    )
    recurrent: str = Field(
        description="The parameter that carries the past into a step.", examples=["W_hh"]
    )
    parameters: list[str] = Field(description="Of one layer, as `explicit` weights name them.")
    shapes: dict[str, list[str]] = Field(
        description="Parameter of one layer → rows and columns, or a vector's length, in the units "
        "H, the inputs D, the outputs K and the width P of a projected h; a further layer reads H "
        "(or P), or twice that, instead of D.",
        examples=[{"W_xh": ["4H", "D"], "b_h": ["4H"]}],
    )
    symbols: dict[str, str] = Field(
        description="Matrix → how the equations write it, LaTeX.", examples=[{"W_hh": "W^H"}]
    )
    biases: list[BiasWords] = Field(description="The gates' that a draw may set.")


class TopologyWords(Entry):
    """Which steps read and which emit a loss."""

    reads_all: bool = Field(description="Every step reads its input; else step 1 alone.")
    emits_all: bool = Field(description="Every step emits a loss; else the last alone.")


class ActivationWords(Entry):
    """The f of h = f(a)."""

    symbol: str = Field(description="In formulas; empty where f(a) = a.", examples=["σ"])
    bound: float = Field(description="γ = sup f′.")
    state: str = Field(
        description="The word for a saturated unit; empty where none ever is.",
        examples=["saturated"],
    )


class InitialisationWords(Entry):
    """How weights are drawn."""

    scaled: bool = Field(
        description="Whether it has a scale of its own, so that no spectral radius is wanted."
    )
    takes_length: bool = Field(
        description="Whether it asks for how long a unit shall remember at most, `t_max`."
    )


class LossWords(Entry):
    """The L_t of a step."""

    targets: Literal["classes", "numbers"] | None = Field(
        description="What explicit targets hold; null: it has none."
    )
    needs: str | None = Field(
        description="The field of an explicit sequence that it takes in place of targets; null: "
        "none. No drawn sequence and no text has it.",
        examples=["entering"],
    )
    between: tuple[float, float] | None = Field(
        description="What targets that are numbers lie between; null: anywhere, or there are none.",
        examples=[(0.0, 1.0)],
    )


class ClipWords(Entry):
    """A rule of gradient clipping."""

    threshold: str | None = Field(
        description="The field that holds its threshold; null: none.", examples=["max_norm"]
    )
    letter: str = Field(description="Of the threshold; empty: none.", examples=["μ"])
    compares: str = Field(
        description="What it compares with the threshold, in words.", examples=["‖g‖"]
    )
    keeps_direction: bool = Field(
        description="Whether it scales g as a whole, down to the threshold."
    )
    each: bool = Field(description="Whether it brings each parameter to the threshold by itself.")
    on_the_way: bool = Field(description="Whether it acts on ∂L/∂h_t while going back.")


class TruncationWords(Entry):
    """How far back a loss travels."""

    takes_steps: bool = Field(description="Whether it takes a number of `steps`.")
    counted_from: Literal["loss", "start"] | None = Field(
        description="loss: every loss reaches so many steps, its own included; start: from step 1 "
        "on, after every so many steps, there is a border that no gradient crosses; null: nothing "
        "is cut."
    )


class ThresholdWords(Entry):
    """A rule that chooses the threshold of norm clipping."""

    letter: str = Field(description="Its mark on an axis.", examples=["P"])
    chooses: str = Field(description="What it takes as μ, in words.")
    year: int = Field(description="Of the paper.", examples=[2013])


class TokenWords(Entry):
    """What one step of a text reads."""

    between: str = Field(description="What stands between two of them in a text.")
    offered: bool = Field(
        description="Whether the page offers it; else it shows it only where a link says it."
    )


class SettingWords(StrictModel):
    """One setting of a row."""

    name: str = Field(description="As a request writes it.", examples=["learning_rate"])
    label: str = Field(description="As a control has it.", examples=["η"])
    kind: Literal["whole", "number", "choice", "text", "switch"] = Field(
        description="What it is: a whole number, a number, one of `choices`, a text, true or false."
    )
    default: Value = Field(description="What it is where nothing is said.")
    least: float | None = Field(description="No number is below; null: no bound.")
    most: float | None = Field(description="No number is above; null: no bound.")
    above: bool = Field(default=False, description="Whether `least` itself is not allowed.")
    below: bool = Field(default=False, description="Whether `most` itself is not allowed.")
    choices: list[str] = Field(default=[], description="The words of a choice.")
    help: str = Field(description="In a sentence.")


class MethodWords(Entry):
    """An optimizer, a schedule, or a rule of clipping that trainings have."""

    formula: str = Field(description="LaTeX; empty: it has none.")
    does: str = Field(default="", description="In a sentence; empty: the formula says it.")
    letter: str = Field(default="", description="Of a rule's threshold; empty: it has none.")
    adapts: bool = Field(
        default=False, description="Whether a rule's threshold follows from the norms before."
    )
    settings: list[SettingWords] = Field(description="What stands beside its name.")


class PublishedWords(StrictModel):
    """How a task was posed where it was published."""

    size: str = Field(description="Of the network and the sequences, in words.")
    batch: int | None = Field(description="Sequences of an update; null: it is not said.")
    criterion: str = Field(description="When it counted as solved, in words.")
    source: str = Field(description="Where.")


class TaskWords(Entry):
    """What a network may learn."""

    about: str = Field(description="In a sentence.")
    source: str = Field(description="Who set it, or where its data are from.")
    published: list[PublishedWords] = Field(description="Empty: nowhere.")
    takes: Literal["text", "series"] | None = Field(
        description="The user's own data that it learns: in `text` itself, or in `sequence` the id "
        "of one of /sequences; null: it has its own."
    )
    lacks: str | None = Field(
        description="What it needs that this service does not have, in words: it is refused; "
        "null: nothing."
    )
    settings: list[SettingWords] = Field(description="What stands beside its name.")


class TrainingWords(StrictModel):
    """What a run that trains here may ask for."""

    tasks: list[TaskWords] = Field(description="`training.task.name`.")
    optimizers: list[MethodWords] = Field(description="`training.optimizer.name`.")
    schedules: list[MethodWords] = Field(description="`training.schedule.name`.")
    rules: list[MethodWords] = Field(description="`training.clip.rule`.")


class Vocabulary(StrictModel):
    """The names that a request may hold, how they are called, and what goes with what.

    Every table has the order of the page's controls. Two entries go together where no rule of one
    forbids what the other says.
    """

    cells: list[CellWords] = Field(description="`network.cell`.")
    topologies: list[TopologyWords] = Field(description="`network.topology`.")
    activations: list[ActivationWords] = Field(description="`network.activation`.")
    losses: list[LossWords] = Field(description="`loss`.")
    initialisations: list[InitialisationWords] = Field(
        description="`weights.init` of drawn weights."
    )
    truncations: list[TruncationWords] = Field(description="`truncation.kind`.")
    clip_rules: list[ClipWords] = Field(description="`clip.rule`.")
    sequences: list[Entry] = Field(description="`sequence.kind`.")
    tokens: list[TokenWords] = Field(description="`sequence.tokens` of a text.")
    optimizers: list[Entry] = Field(
        description="`optimizer` of a descent in `POST /api/v1/landscape`."
    )
    threshold_rules: list[ThresholdWords] = Field(
        description="`rules` in an answer of `POST /api/v1/norms`."
    )
    training: TrainingWords = Field(description="What a run may learn, and by which rules.")
    limits: dict[str, int] = Field(
        description="The most that a number may be, or that there may be of something, where no "
        "setting of the service says so: layers, descents and their steps, draws.",
        examples=[{"num_layers": 4}],
    )
    start: dict[str, Value] = Field(
        description="What the page's controls begin with, by the pointers of a request: its first "
        "example; what that leaves open is what a request means that leaves it out, or the "
        "example of its schema.",
        examples=[{"/network/hidden_size": 16}],
    )
