"""Networks out of files: what a client is told of one, and what it may change."""

from typing import Annotated, Literal

from pydantic import Field

from unrolled.app.schemas.runs import RunName, Words
from unrolled.app.schemas.strict import Index, OneOf, Size, StrictModel, String
from unrolled.app.schemas.watched import Instant
from unrolled.engine import CELLS, MODULES

NetworkName = RunName
Named = Annotated[String, Field(max_length=2_000)]


class NetworkForm(StrictModel):
    """A file to be kept."""

    file: str = Field(
        description="safetensors, npz, .keras, .weights.h5 or .h5 of Keras, or ONNX, whatever it "
        "is called. A pickle, as PyTorch's .pt, is never read.",
        json_schema_extra={"format": "binary"},
    )
    name: Annotated[str, Field(max_length=200)] = Field(
        default="", description="For people; left out or empty: the file's name."
    )


class NetworkChange(StrictModel):
    """What is to be changed in a network; what is left out stays."""

    name: NetworkName | None = Field(default=None, description="For people; null: as it is.")
    note: Annotated[Words, Field(max_length=20_000)] | None = Field(
        default=None, description="What somebody wrote about it; null: as it is."
    )
    module: Named | None = Field(
        default=None,
        description="The name of one of its modules that are supported; null: none is chosen.",
        examples=["encoder"],
    )
    head: Named | None = Field(
        default=None,
        description="The name of one of its heads; null: none is chosen. Where a module is named "
        "and no head, the one that fits, if it is the only one.",
        examples=["fc"],
    )


class TensorReport(StrictModel):
    """One array of a file."""

    name: str = Field(description="As the file calls it.", examples=["encoder.weight_hh_l0"])
    shape: list[Index] = Field(description="Its sizes.", examples=[[512, 128]])
    dtype: str = Field(description="As NumPy calls it.", examples=["float32"])


class ModuleReport(StrictModel):
    """A recurrent layer of a file, or several that are stacked."""

    name: str = Field(description="Of its own in the file.", examples=["encoder"])
    module: Annotated[str, OneOf(MODULES)] = Field(description="What it is in its framework.")
    cell: Annotated[str, OneOf(CELLS)] = Field(description="The cell that computes the same.")
    layers: Index = Field(description="How many are stacked.", examples=[2])
    bidirectional: bool = Field(description="Whether it has a second direction.")
    input_size: Index = Field(description="D.", examples=[64])
    hidden_size: Index = Field(description="H.", examples=[128])
    projection_size: Size | None = Field(description="P of PyTorch's proj_size; null without.")
    activation: str | None = Field(description="f of a cell without gates; null with gates.")
    dtype: str = Field(description="Of its weights; several, joined by `, `.", examples=["float32"])
    tensors: dict[str, str] = Field(
        description="Array of the module → the tensor of the file that it is, or is made of.",
        examples=[{"weight_hh_l0": "encoder.weight_hh_l0"}],
    )
    supported: bool = Field(description="Whether an experiment can take it.")
    why_not: str | None = Field(description="Why it cannot; null where it can.")
    assumed: list[str] = Field(
        description="What names and shapes cannot decide, as sentences.",
        examples=[["its activation is tanh: names and shapes do not say whether it is relu"]],
    )


class HeadReport(StrictModel):
    """A matrix that could read the states of a module: W_hy, and the vector beside it: b_y."""

    name: str = Field(description="Of its own in the file.", examples=["fc"])
    weight: str = Field(description="The tensor that is W_hy.", examples=["fc.weight"])
    bias: str | None = Field(description="The tensor that is b_y; null: zeros.")
    output_size: Size = Field(description="K.", examples=[10])
    input_size: Size = Field(description="How many numbers it reads.", examples=[128])
    reads: list[str] | None = Field(
        description="The modules whose states it reads; null where the file does not say."
    )
    assumed: list[str] = Field(
        description="What of it is not computed, or not in the file, as sentences.",
        examples=[["the head's activation softmax belongs to the loss and is not applied"]],
    )
    why_not: str | None = Field(description="Why it cannot be taken; null where it can.")


class ArrayStatistics(StrictModel):
    """An array in a few numbers, which are about what is finite in it."""

    shape: list[Index] = Field(description="Its sizes.")
    min: float | None = Field(description="The least; null where nothing is finite.")
    max: float | None = Field(description="The greatest; null likewise.")
    mean: float | None = Field(description="Null likewise.")
    std: float | None = Field(description="Standard deviation; null likewise.")
    log10_norm: float | None = Field(description="log₁₀ ‖·‖; null where that is exactly zero.")
    zeros: Index = Field(description="How many numbers are zero.")
    not_finite: Index = Field(description="How many are no finite number.")


class KeptNetwork(StrictModel):
    """A network that is kept."""

    id: str = Field(description="Nobody can guess it.")
    name: str = Field(description="For people.", examples=["char-lstm.safetensors"])
    note: str = Field(description="What somebody wrote about it.")
    created: Instant = Field(description="When it came.")
    changed: Instant = Field(description="When it was last changed.")
    format: Literal["safetensors", "npz", "keras", "onnx"] = Field(description="Of the file.")
    digest: str = Field(description="SHA-256 of the file: the same file is kept once.")
    bytes: Index = Field(description="Of the file.")
    tensors: list[TensorReport] = Field(description="What the file holds, the first 500.")
    tensors_left_off: Index = Field(description="How many more there are.")
    modules: list[ModuleReport] = Field(
        description="The recurrent layers that were found; where several fit the same, each."
    )
    heads: list[HeadReport] = Field(description="What may read their states.")
    module: str | None = Field(
        description="The module that is chosen: at once where exactly one is supported."
    )
    head: str | None = Field(description="The head that is chosen, at once where exactly one fits.")
    statistics: dict[str, ArrayStatistics] = Field(
        description="Of the chosen module's parameters, as `W_hh (layer 0)`, and the head's, W_hy "
        "and b_y; empty where none is chosen."
    )


class NetworkPage(StrictModel):
    """Networks, the newest first."""

    networks: list[KeptNetwork] = Field(description="As many as were asked for.")
    next: str | None = Field(description="What to send as `before` for those that follow.")


class ParameterValues(StrictModel):
    """A parameter as a picture: its numbers, or the means of blocks of them."""

    shape: list[Index] = Field(description="Of the parameter.", examples=[[512, 128]])
    values: list[list[float | None]] = Field(
        description="At most 64 × 64; a vector is one row; null where there is no finite number."
    )
    block: tuple[Size, Size] = Field(
        description="How many rows and columns one value is the mean of.", examples=[[8, 2]]
    )
