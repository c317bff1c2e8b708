"""How much of a part of the answer is wanted."""

from typing import Self

from pydantic import Field, model_validator

from unrolled.app.schemas.strict import Size, StrictModel
from unrolled.engine import LEADING


class Window(StrictModel):
    """From one step to another, both included."""

    first: Size = Field(description="From 1.", examples=[1])
    last: Size = Field(description="At least first; steps beyond T are left out.", examples=[60])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"allowed: last from {self.first}, where first is {self.first}")
        return self


class ChainRequest(StrictModel):
    """From a loss back to a step: the factors ∂h_{s+1}/∂h_s between them."""

    loss_step: Size = Field(description="i, a step that emits a loss.", examples=[20])
    step: Size = Field(description="t, at most i.", examples=[5])


class Lyapunov(StrictModel):
    """The Lyapunov exponents that are wanted, where `include` names them."""

    count: Size | None = Field(
        default=LEADING,
        description="So many of the largest; null: all, which takes the decomposition of square "
        "matrices, for an LSTM of 64 units and 100 steps 15 times as long as the leading 8.",
        examples=[LEADING],
    )
