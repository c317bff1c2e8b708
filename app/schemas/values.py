"""The signed numbers behind the norms, and what is saturated."""

from pydantic import Field

from unrolled.app.schemas.strict import StrictModel
from unrolled.engine import ACTIVATIONS

Nullable = float | None
Row = list[Nullable]
Rows = list[Row]
Steps = list[Rows]

STATE = "[step][sample][unit]."
START = "[sample][unit]."
LOST = "null for a number that a double cannot hold."


class LayerValues(StrictModel):
    """One layer's numbers at the steps `first` … `last`."""

    layer: int = Field(description="From 0 at the input.")
    h: Steps = Field(description=f"h_t, {STATE}")
    dh: Steps = Field(description=f"∂L/∂h_t, {STATE} {LOST}")
    a: Steps | None = Field(description=f"Pre-activation a_t, {STATE} {LOST} null with gates.")
    c: Steps | None = Field(description=f"c_t, {STATE} null for cells without one.")
    dc: Steps | None = Field(description=f"∂L/∂c_t, what comes through h_t included, {STATE}")
    gates: dict[str, Steps] | None = Field(
        description=f"Every gate, the candidate with its sign, {STATE} null without gates."
    )
    h_0: Rows | None = Field(
        description=f"Initial state, {START} null for jordan, which reads o_0 = 0."
    )
    dh_0: Rows | None = Field(
        description=f"∂L/∂h_0, {START} Zeros where a truncation stops before it. {LOST}"
    )
    c_0: Rows | None = Field(description=f"Initial cell state, {START} null for cells without one.")
    dc_0: Rows | None = Field(description=f"∂L/∂c_0, likewise. {LOST}")


class ValuesReport(StrictModel):
    """The signed numbers of a few steps; L is the sum of the losses that `graph` shows.

    A number that a double cannot hold, too large or too small, is null.
    """

    first: int = Field(description="The first step here: of `window`, or 1.")
    last: int = Field(description="The last step here; below `first` where the window holds none.")
    x: list[Rows | None] = Field(description=f"x_t, {STATE} null at steps that read no input.")
    dx: list[Rows | None] = Field(description=f"∂L/∂x_t, likewise. {LOST}")
    o: list[Rows | None] = Field(description=f"o_t, {STATE} null at steps whose output is unused.")
    do: list[Rows | None] = Field(
        description=f"∂L/∂o_t, what comes back through jordan's feedback included, likewise. {LOST}"
    )
    layers: list[LayerValues] = Field(description="The layer that reads the input first.")
    terms: dict[str, list[Rows] | Rows] = Field(
        description="Parameter → the term that each step adds to its gradient, [step] and then the "
        f"parameter's shape. Over all steps they sum to its gradient where `follow` is null. {LOST}"
    )


class GateShares(StrictModel):
    """Shares of a gate's units over samples and units, at every step; from 0 to 1."""

    shut: list[float] | None = Field(description="Below 0.1; null for the candidate.")
    open: list[float] | None = Field(description="Above 0.9; null for the candidate.")
    saturated: list[float] = Field(description="Shut or open; of the candidate, |g| above 0.9.")


class SaturationReport(StrictModel):
    """What a mean hides: how many units are saturated at every step (Karpathy et al. 2015)."""

    units: list[float] | None = Field(
        description="The share of units, over samples, with "
        + "; ".join(row.saturation for row in ACTIVATIONS.values() if row.saturated)
        + ". null for linear units and with gates."
    )
    gates: dict[str, GateShares] | None = Field(description="Every gate's; null without gates.")


class OneNorm(StrictModel):
    """One norm."""

    norm: Nullable = Field(description="null where a double cannot hold it.")
    log10_norm: Nullable = Field(description="null where it is exactly zero.")


class InitialGradientReport(StrictModel):
    """What reaches the initial state, every loss included; zero where a truncation stops before."""

    hidden: OneNorm | None = Field(
        description="‖∂L/∂h_0‖; null for jordan, which reads o_0 = 0 instead."
    )
    cell: OneNorm | None = Field(description="‖∂L/∂c_0‖; null for cells without one.")
