"""The experiment: what a client may ask for. Everything has a default; `{}` is a request."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, create_model, model_validator

from unrolled.app.resolve import PARTS, WHOLE
from unrolled.app.schemas.strict import (
    AtLeast,
    Index,
    Matrix,
    Number,
    OneOf,
    Size,
    StrictModel,
    String,
    Switch,
    Tensor,
    Vector,
    WholeMatrix,
)
from unrolled.app.tokens import TOKENS
from unrolled.engine import ACTIVATIONS, CELLS, INITS, LOSSES, MAX_LAYERS, TOPOLOGIES

Threshold = Annotated[Number, Field(gt=0)]


def _kind(field: str, default: str) -> Callable[[Any], Any]:
    """Read the field that tells the members of a union apart; left out, it is the default."""

    def read(value: Any) -> Any:
        return value.get(field, default) if isinstance(value, dict) else getattr(value, field, None)

    return read


class Network(StrictModel):
    """A recurrent network: its cell, its wiring and its sizes."""

    cell: Annotated[str, OneOf(CELLS)] = Field(default="simple", description="The recurrent cell.")
    topology: Annotated[str, OneOf(TOPOLOGIES)] = Field(
        default="many-to-many", description="Which steps read an input and which emit a loss."
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = Field(
        default="tanh", description="f in h = f(a); lstm and gru have their own and take tanh."
    )
    input_size: Size | None = Field(
        default=None, description="D. Left out or null: 4, or what a text needs.", examples=[4]
    )
    hidden_size: Size = Field(default=8, description="H.", examples=[8])
    output_size: Size | None = Field(
        default=None, description="K. Left out or null: 4, or what a text needs.", examples=[4]
    )
    num_layers: Annotated[int, AtLeast(1, MAX_LAYERS)] = Field(
        default=1,
        description="Stacked layers; layer l reads the states of layer l − 1.",
        examples=[1],
    )


def _one_or_several(value: Any) -> str:
    return "several" if isinstance(value, list) else "one"


PerLayer = Annotated[
    Annotated[Number, Tag("one")] | Annotated[Vector, Tag("several")],
    Discriminator(_one_or_several),
]
"""A number for every layer, or one for each, the lowest first."""


class RandomWeights(StrictModel):
    """Weights drawn from a seed; biases are zero but for a gate's that is asked for."""

    kind: Literal["random"] = Field(default="random", description="Says which kind this is.")
    init: Annotated[str, OneOf(INITS)] = Field(
        default="normal",
        description="How the recurrent matrix is drawn (identity: the others as normal).",
    )
    spectral_radius: Annotated[Number, Field(ge=0)] | None = Field(
        default=0.9,
        description="Largest |eigenvalue| to which the recurrent matrix is scaled; "
        "null leaves it as drawn.",
        examples=[0.9],
    )
    seed: Index = Field(
        default=0, description="One seed gives the same numbers for ever.", examples=[0]
    )
    forget_bias: PerLayer = Field(
        default=0.0,
        description="Added to the bias of the forget gate, lstm only: one number for every layer, "
        "or a list with one a layer, the lowest first. A positive one keeps more of c.",
        examples=[0.0],
    )
    update_bias: PerLayer = Field(
        default=0.0,
        description="Likewise for the update gate z, gru only: h_t = (1 − z) n + z h_{t−1}, so "
        "that a positive one keeps more of h.",
        examples=[0.0],
    )


class _LayerWeights(StrictModel):
    """The parameters of the layer that reads the input."""

    kind: Literal["explicit"] = Field(description="Says which kind this is.")
    W_xh: Matrix | None = Field(default=None, description="Input → hidden, (G·H, D).")
    W_hh: Matrix | None = Field(
        default=None, description="Hidden → hidden, (G·H, H); not for jordan."
    )
    W_yh: Matrix | None = Field(default=None, description="Output → hidden, (H, K); jordan only.")
    b_h: Vector | None = Field(default=None, description="Bias of the hidden units, (G·H).")
    b_hn: Vector | None = Field(
        default=None, description="Bias inside the reset product, (H); gru only."
    )


def _of_upper_layers() -> dict[str, Any]:
    """The same for the layers above, with a suffix: W_xh_1 (G·H, H)."""
    fields = {}
    for layer in range(1, MAX_LAYERS):
        for name, field in _LayerWeights.model_fields.items():
            if name != "kind":
                described = Field(default=None, description=f"As {name}, of layer {layer}.")
                fields[f"{name}_{layer}"] = (field.annotation, described)
    return fields


class ExplicitWeights(create_model("_Upper", __base__=_LayerWeights, **_of_upper_layers())):  # type: ignore[misc]
    """Weights as numbers: exactly the parameters of the cell; G = 4 for lstm, 3 for gru, else 1."""

    W_hy: Matrix | None = Field(default=None, description="Hidden → output, (K, H).")
    b_y: Vector | None = Field(default=None, description="Bias of the outputs, (K).")


Weights = Annotated[
    Annotated[RandomWeights, Tag("random")] | Annotated[ExplicitWeights, Tag("explicit")],
    Discriminator(_kind("kind", "random")),
]


class RandomSequence(StrictModel):
    """Standard normal inputs, and targets that are normal or uniform classes."""

    kind: Literal["random"] = Field(default="random", description="Says which kind this is.")
    steps: Size | None = Field(
        default=None, description="T. Left out or null: 20, or 1 for one-to-one.", examples=[20]
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


class ExplicitSequence(StrictModel):
    """Inputs and targets as numbers, [step][sample][unit], only the steps that are used."""

    kind: Literal["explicit"] = Field(description="Says which kind this is.")
    inputs: Tensor = Field(description="At the steps that read, (S, B, D).")
    targets: Targets = Field(
        description="At the steps that emit: class indices (S, B) for cross-entropy, "
        "numbers (S, B, K) for squared-error."
    )
    h_0: State | None = Field(
        default=None,
        description="Initial state, (B, H), or (layers, B, H) where stacked; null: zeros.",
    )
    c_0: State | None = Field(
        default=None, description="Initial cell state, likewise; lstm only; null: zeros."
    )
    steps: Size | None = Field(
        default=None, description="T; left out or null, or exactly what the arrays say."
    )


SequenceChoice = Annotated[
    Annotated[RandomSequence, Tag("random")]
    | Annotated[TextSequence, Tag("text")]
    | Annotated[ExplicitSequence, Tag("explicit")],
    Discriminator(_kind("kind", "random")),
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
    Discriminator(_kind("kind", "none")),
]


PER_SAMPLE = "Clip each sample's gradient, then take their mean."


class NoClip(StrictModel):
    """The gradient is left as it is."""

    rule: Literal["none"] = Field(default="none", description="Says which rule this is.")


class NormClip(StrictModel):
    """If ‖g‖ > μ then g ← μ g / ‖g‖, all parameters together."""

    rule: Literal["norm"] = Field(description="Says which rule this is.")
    max_norm: Threshold = Field(description="μ.", examples=[1.0])
    per_sample: Switch = Field(default=False, description=PER_SAMPLE)


class ValueClip(StrictModel):
    """Every component into [−v, v]."""

    rule: Literal["value"] = Field(description="Says which rule this is.")
    max_value: Threshold = Field(description="v.", examples=[0.5])
    per_sample: Switch = Field(default=False, description=PER_SAMPLE)


class BackwardClip(StrictModel):
    """∂L/∂h_t is rescaled to norm μ at every step while going back, wherever it is larger."""

    rule: Literal["backward"] = Field(description="Says which rule this is.")
    max_norm: Threshold = Field(description="μ.", examples=[1.0])


ClipChoice = Annotated[
    Annotated[NoClip, Tag("none")]
    | Annotated[NormClip, Tag("norm")]
    | Annotated[ValueClip, Tag("value")]
    | Annotated[BackwardClip, Tag("backward")],
    Discriminator(_kind("rule", "none")),
]


class Window(StrictModel):
    """From one step to another, both included."""

    first: Size = Field(description="From 1.", examples=[1])
    last: Size = Field(description="At least first; steps beyond T are left out.", examples=[60])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"allowed: last from {self.first}, where first is {self.first}")
        return self


class Experiment(StrictModel):
    """One sequence (or batch) through one network, forward and back."""

    network: Network = Field(default=Network(), description="Which network.")
    weights: Weights = Field(default=RandomWeights(), description="Its parameters.")
    sequence: SequenceChoice = Field(default=RandomSequence(), description="What it reads.")
    loss: Annotated[str, OneOf(LOSSES)] = Field(
        default="cross-entropy",
        description="L_t, the mean over the batch; a text takes cross-entropy.",
    )
    truncation: TruncationChoice | None = Field(
        default=None,
        description="How far back a loss travels. Left out or null: what the cell does by itself "
        "(elman and jordan copy, which is a window of 1).",
    )
    clip: ClipChoice = Field(
        default=NoClip(), description="What happens to the parameter gradient."
    )
    follow: Size | None = Field(
        default=None, description="null: every loss; or i: the graph shows L_i alone."
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
    include: Annotated[list[Annotated[str, OneOf(PARTS)]], Field(fail_fast=True)] = Field(
        default=list(WHOLE),
        description="The parts of the answer that are wanted; what is left out is null. `lyapunov` "
        "brings `spectrum`, where the exponents stand. The diagnosis comes with `itemized` or "
        "`advice`, changes that were tried, which takes about as long as all the rest.",
        examples=[list(WHOLE)],
    )
