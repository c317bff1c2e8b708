"""The experiment: what a client may ask for. Everything has a default; `{}` is a request."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from unrolled.app.resolve import DEFAULT_SIZE, DEFAULT_STEPS, PARTS, WHOLE
from unrolled.app.schemas.clips import NO_CLIP, ClipChoice
from unrolled.app.schemas.of_runs import RunSequence
from unrolled.app.schemas.parts import ChainRequest, Lyapunov, Window
from unrolled.app.schemas.strict import (
    AtLeast,
    Index,
    LossStep,
    Matrix,
    OneOf,
    Size,
    StrictModel,
    String,
    Switch,
    Tensor,
    WholeMatrix,
    by_kind,
)
from unrolled.app.schemas.weights import RandomWeights, Weights
from unrolled.app.series.window import SCALINGS, USUAL_STEPS
from unrolled.app.tokens import TOKENS
from unrolled.engine import ACTIVATIONS, CELLS, LOSSES, MAX_LAYERS, PLACES, TOPOLOGIES

_PROJECTS = " and ".join(name for name, cell in CELLS.items() if cell.projects)


class Network(StrictModel):
    """A recurrent network: its cell, its wiring and its sizes."""

    cell: Annotated[str, OneOf(CELLS)] = Field(
        default=next(iter(CELLS)), description="The recurrent cell."
    )
    topology: Annotated[str, OneOf(TOPOLOGIES)] = Field(
        default="many-to-many", description="Which steps read an input and which emit a loss."
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = Field(
        default=next(iter(ACTIVATIONS)),
        description="f in h = f(a); cells with gates have their own and take tanh.",
    )
    input_size: Size | None = Field(
        default=None,
        description=f"D. Left out or null: {DEFAULT_SIZE}, or what a text needs.",
        examples=[DEFAULT_SIZE],
    )
    hidden_size: Size = Field(default=8, description="H.", examples=[8])
    output_size: Size | None = Field(
        default=None,
        description=f"K. Left out or null: {DEFAULT_SIZE}, or what a text needs.",
        examples=[DEFAULT_SIZE],
    )
    num_layers: Annotated[int, AtLeast(1, MAX_LAYERS)] = Field(
        default=1,
        description="Stacked layers; layer l reads the states of layer l − 1.",
        examples=[1],
    )
    bidirectional: Switch = Field(
        default=False,
        description="Whether every layer has a second direction, which reads from each sample's "
        "end; the layer above and the outputs read both states, (2H), and the second one's weights "
        "are called W_hh_reverse, W_hh_1_reverse. Not for cells with context units. The answer has "
        "`directions`; there is no graph, `values`, `chain`, `follow`, `window`, `truncation`, "
        "advice or clipping on the way back, and no check, landscape or norms of many draws. An "
        "answer names it where it is true.",
        exclude_if=lambda both: not both,
    )
    projection_size: Size | None = Field(
        default=None,
        description="P, the width of h_t of a cell that projects its states, at most H; "
        f"{_PROJECTS} only. Left out or null: half of H, rounded up. An answer names it where "
        "there is one.",
        exclude_if=lambda size: size is None,
    )


class RandomSequence(StrictModel):
    """Standard normal inputs, and targets that the loss takes: normal, classes, or 0 and 1."""

    kind: Literal["random"] = Field(default="random", description="Says which kind this is.")
    steps: Size | None = Field(
        default=None,
        description=f"T. Left out or null: {DEFAULT_STEPS}, or 1 for "
        f"{next(name for name, row in TOPOLOGIES.items() if row.single)}.",
        examples=[DEFAULT_STEPS],
    )
    batch_size: Size = Field(default=1, description="B.", examples=[1])
    seed: Index = Field(
        default=0, description="Its stream is apart from the weights'.", examples=[0]
    )


class Label(StrictModel):
    """The class that a whole text belongs to."""

    index: Index = Field(description="Which class, from 0.", examples=[1])
    of: Size = Field(description="How many classes there are.", examples=[2])


class TextSequence(StrictModel):
    """A text as one-hot tokens; its vocabulary is its distinct tokens in sorted order."""

    kind: Literal["text"] = Field(description="Says which kind this is.")
    text: String = Field(description="Any Unicode text.", examples=["gradients vanish"])
    tokens: Annotated[str, OneOf(TOKENS)] = Field(
        default="characters",
        description="What one step reads: characters are Unicode code points; graphemes are what "
        "a reader takes for one character each (UAX #29: a joined emoji, a flag, an e with its "
        "accent); words are cut at white space.",
    )
    label: Label | None = Field(
        default=None, description="The target, for topologies with one loss; null: the next token."
    )
    steps: Size | None = Field(
        default=None, description="T as the text fixes it; left out or null, or exactly that."
    )


def _depth(value: Any) -> str:
    """Numbers have one more axis than class indices."""
    row = value[0] if isinstance(value, list) and value else None
    entry = row[0] if isinstance(row, list) and row else None
    return "numbers" if isinstance(entry, list) else "classes"


Targets = Annotated[
    Annotated[WholeMatrix, Tag("classes")] | Annotated[Tensor, Tag("numbers")],
    Discriminator(_depth),
]


State = Annotated[
    Annotated[Matrix, Tag("classes")] | Annotated[Tensor, Tag("numbers")],
    Discriminator(_depth),
]


class Entering(StrictModel):
    """A gradient as it came from a head and a loss outside, of the loss "given"."""

    at: Annotated[str, OneOf(PLACES)] = Field(
        description="hidden: value is ∂L/∂h_t of the last layer, (S, B, H), of a bidirectional one "
        "(S, B, 2H), and there is no output layer: `output_size`, W_hy and b_y are not needed and "
        "not used. output: it is ∂L/∂o_t, (S, B, K)."
    )
    value: Tensor = Field(
        description="At the steps that emit, [step][sample][unit], as a backward pass left it: no "
        "1/B is added. Where all of a step is zero nothing enters, and it has no row of its own."
    )


Switches = Annotated[list[Annotated[list[Switch], Field(fail_fast=True)]], Field(fail_fast=True)]


class ExplicitSequence(StrictModel):
    """Inputs and targets as numbers, [step][sample][unit], only the steps that are used."""

    kind: Literal["explicit"] = Field(description="Says which kind this is.")
    inputs: Tensor = Field(description="At the steps that read, (S, B, D).")
    targets: Targets | None = Field(
        default=None,
        description="At the steps that emit: class indices (S, B) or numbers (S, B, K). "
        + " ".join(f"{name}: {row.targets}." for name, row in LOSSES.items() if not row.given)
        + " Left out with the loss given, which has `entering`.",
        exclude_if=lambda targets: targets is None,
    )
    entering: Entering | None = Field(
        default=None,
        description="With the loss given, and no other: the gradient that enters.",
        exclude_if=lambda entering: entering is None,
    )
    lengths: Annotated[list[Size], Field(fail_fast=True)] | None = Field(
        default=None,
        description="T_b of every sample, 1 … T; left out: T. Nothing behind a sample's end "
        "counts, in no number and in no sentence. Of a topology with one loss, that of a sample is "
        "at its own last step.",
        exclude_if=lambda lengths: lengths is None,
    )
    loss_weights: Matrix | None = Field(
        default=None,
        description="w of L_t = (1/B) Σ_b w_tb ℓ_tb, from 0, at the steps that emit, "
        "[step][sample]; left out: 1. A class target of −100 has weight 0. A given gradient is "
        "multiplied by w, and by no 1/B.",
        exclude_if=lambda weights: weights is None,
    )
    resets: Switches | None = Field(
        default=None,
        description="true where a sample's state starts at zero before a step, [step][sample], "
        "T of them: the recurrence is cut there, forward and back; left out: nowhere.",
        exclude_if=lambda resets: resets is None,
    )
    h_0: State | None = Field(
        default=None,
        description="Initial state, (B, H), or (layers, B, H) where stacked; of bidirectional "
        "layers (2 layers, B, H), a layer's reverse one behind its forward one; null: zeros.",
    )
    c_0: State | None = Field(
        default=None, description="Initial cell state, likewise, of cells with a c; null: zeros."
    )
    steps: Size | None = Field(
        default=None, description="T; left out or null, or exactly what the arrays say."
    )


class StoredSequence(StrictModel):
    """Windows of a sequence that is kept, as a batch."""

    kind: Literal["stored"] = Field(description="Says which kind this is.")
    id: Annotated[String, Field(max_length=64)] = Field(description="Of a sequence of /sequences.")
    inputs: (
        Annotated[list[String], Field(fail_fast=True, min_length=1, max_length=2_000)] | None
    ) = Field(
        default=None,
        description="The columns that a step reads, in this order. Left out or null: all but the "
        "target. A text has one, `characters`, which is read one-hot.",
        examples=[["a", "b"]],
    )
    target: String | None = Field(
        default=None,
        description="The column that a step should say; it may be an input, too. null: none, with "
        "the loss given. Losses of classes take whole numbers from 0.",
        examples=["y"],
    )
    scaling: Annotated[str, OneOf(SCALINGS)] = Field(
        default="none",
        description="standard: (x − mean) / standard deviation; minmax: from 0 to 1. Fitted to all "
        "rows of each column; the target is scaled too, unless the loss fixes what it may be. The "
        "answer says in `series` what was subtracted and divided by.",
    )
    start: Index = Field(default=0, description="The first row of the first sample.", examples=[0])
    steps: Size | None = Field(
        default=None,
        description=f"T. Left out or null: {USUAL_STEPS}, or what there is.",
        examples=[100],
    )
    batch: Size = Field(default=1, description="B.", examples=[4])
    stride: Size | None = Field(
        default=None,
        description="How many rows after a sample the next begins; left out or null: T. Where "
        "there are several sequences: how many of them further the next sample is; left out: 1.",
        examples=[25],
    )
    ahead: Index = Field(
        default=1, description="How many rows later the target stands.", examples=[1]
    )
    entering: Entering | None = Field(
        default=None, description="As of an explicit sequence.", exclude_if=lambda one: one is None
    )


class FilledSequence(StoredSequence):
    """The same with nothing left open, and known to be there."""


SequenceChoice = Annotated[
    Annotated[RandomSequence, Tag("random")]
    | Annotated[TextSequence, Tag("text")]
    | Annotated[ExplicitSequence, Tag("explicit")]
    | Annotated[StoredSequence, Tag("stored")]
    | Annotated[RunSequence, Tag("run")],
    Discriminator(by_kind("kind", "random")),
]


class NoTruncation(StrictModel):
    """Every loss reaches back to the first step."""

    kind: Literal["none"] = Field(default="none", description="Says which kind this is.")


class WindowTruncation(StrictModel):
    """A loss L_i reaches h_t only where i − t < steps."""

    kind: Literal["window"] = Field(description="Says which kind this is.")
    steps: Size = Field(description="k.", examples=[5])


class ChunkTruncation(StrictModel):
    """No gradient crosses from a chunk of `steps` steps into the one before."""

    kind: Literal["chunk"] = Field(description="Says which kind this is.")
    steps: Size = Field(description="k.", examples=[5])


TruncationChoice = Annotated[
    Annotated[NoTruncation, Tag("none")]
    | Annotated[WindowTruncation, Tag("window")]
    | Annotated[ChunkTruncation, Tag("chunk")],
    Discriminator(by_kind("kind", "none")),
]


class Experiment(StrictModel):
    """One sequence (or batch) through one network, forward and back."""

    network: Network = Field(default=Network(), description="Which network.")
    weights: Weights = Field(default=RandomWeights(), description="Its parameters.")
    sequence: SequenceChoice = Field(default=RandomSequence(), description="What it reads.")
    loss: Annotated[str, OneOf(LOSSES)] = Field(
        default="cross-entropy",
        description="L_t, the mean over the batch of the sum over the outputs. huber: a square "
        "within ±1, a line beyond. binary-cross-entropy: of σ(o), so that o are logits; its "
        "targets lie from 0 to 1. A text takes cross-entropy. given: a gradient from outside, as "
        "`entering` of an explicit sequence holds it; its loss has no value, and `loss` and "
        "`step_losses` are null.",
    )
    truncation: TruncationChoice | None = Field(
        default=None,
        description="How far back a loss travels. Left out or null: what the cell does by itself "
        "(elman and jordan copy, which is a window of 1).",
    )
    clip: ClipChoice = Field(default=NO_CLIP, description="What happens to the parameter gradient.")
    follow: Annotated[int | Literal["last"], LossStep()] | None = Field(
        default=None,
        description="null: every loss; i: the graph shows L_i alone; last: the loss of the last "
        "step, whichever that is. The answer's experiment says the step.",
        examples=["last"],
    )
    window: Window | None = Field(
        default=None,
        description="The steps whose nodes and edges the graph holds, and whose numbers `values` "
        "holds; null: all.",
    )
    values: Switch = Field(
        default=False,
        description="Whether the answer holds the signed numbers behind the norms, of the steps of "
        "`window`.",
    )
    chain: ChainRequest | None = Field(
        default=None,
        description="A loss and an earlier step, between which every factor is wanted; null: none.",
    )
    include: Annotated[list[Annotated[str, OneOf(PARTS)]], Field(fail_fast=True)] = Field(
        default=list(WHOLE),
        description="The parts of the answer that are wanted; what is left out is null. `lyapunov` "
        "brings `spectrum`, where the exponents stand. The diagnosis comes with `itemized` or "
        "`advice`, changes that were tried, which takes about as long as all the rest. `weights` "
        "and `sequence` say the experiment in numbers, whether they were drawn, read or given.",
        examples=[list(WHOLE)],
    )
    lyapunov: Lyapunov = Field(
        default=Lyapunov(), description="How many Lyapunov exponents the spectrum holds."
    )
