"""The weights that a client may ask for: drawn from a seed, or given as numbers."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, create_model, model_validator

from unrolled.app.schemas.strict import (
    AtLeast,
    Index,
    Matrix,
    Number,
    OneOf,
    StrictModel,
    Vector,
    by_kind,
)
from unrolled.engine import INITS, MAX_LAYERS, MIN_LENGTH


def _one_or_several(value: Any) -> str:
    return "several" if isinstance(value, list) else "one"


PerLayer = Annotated[
    Annotated[Number, Tag("one")] | Annotated[Vector, Tag("several")],
    Discriminator(_one_or_several),
]
"""A number for every layer, or one for each, the lowest first."""


def _scaled() -> str:
    """The inits with a scale of their own: 'a, b and c'."""
    *first, last = (name for name, init in INITS.items() if init.scaled)
    return f"{', '.join(first)} and {last}"


class RandomWeights(StrictModel):
    """Weights drawn from a seed; biases are zero but for those that are asked for."""

    kind: Literal["random"] = Field(default="random", description="Says which kind this is.")
    init: Annotated[str, OneOf(INITS)] = Field(
        default="normal",
        description="How the matrices are drawn. normal: N(0, 1/fan-in). uniform: within ±1/√H, as "
        "PyTorch's modules. orthogonal. identity: the recurrent one, the others as normal. xavier: "
        "Glorot's uniform one for every matrix. he: N(0, 2/fan-in) for every matrix. keras: "
        "recurrent orthogonal, the others as xavier, and 1 in the bias of an lstm's forget gate. "
        "chrono: as normal, with log U(1, t_max − 1) in the bias of the gate that keeps the state "
        "and its negative in that of lstm's input gate; lstm and gru only. xavier, he and keras "
        "take a gated cell's recurrent weights as one matrix; the others draw gate by gate.",
    )
    spectral_radius: Annotated[Number, Field(ge=0)] | None = Field(
        default=0.9,
        description="Largest |eigenvalue| to which the recurrent matrix (of a gated cell, every "
        "gate's block) is scaled after it is drawn, whatever the init; null leaves it as drawn. "
        f"Left out: 0.9, but null with {_scaled()}, which have a scale of their own.",
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
    input_scale: PerLayer = Field(
        default=1.0,
        description="What W_xh is multiplied by after it is drawn: one number for every layer, or "
        "a list with one a layer, the lowest first (an IRNN takes 0.001 and init identity). No "
        "spectral radius depends on it. An answer names it where it is not 1.",
        examples=[1.0],
        exclude_if=lambda scale: scale == 1.0,
    )
    t_max: Annotated[int, AtLeast(MIN_LENGTH)] | None = Field(
        default=None,
        description="chrono only: for how many steps a unit shall remember at most. Left out or "
        "null: T, at least 2.",
        exclude_if=lambda longest: longest is None,
    )

    @model_validator(mode="before")
    @classmethod
    def _as_drawn(cls, given: Any) -> Any:
        """An init with a scale of its own keeps it, unless a radius is asked for."""
        if isinstance(given, dict) and "spectral_radius" not in given:
            init = given.get("init")
            if isinstance(init, str) and init in INITS and INITS[init].scaled:
                return given | {"spectral_radius": None}
        return given


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
    Discriminator(by_kind("kind", "random")),
]
