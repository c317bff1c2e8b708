"""`POST /api/v1/norms`: what a client may ask for, and the answer."""

from typing import Annotated, Literal

from pydantic import Field

from unrolled.app.schemas.clips import Threshold
from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.strict import AtLeast, Number, StrictModel, Switch
from unrolled.engine import PERCENTILE

Nullable = float | None
MAX_DRAWS = 2_000


class NormsRequest(StrictModel):
    """Gradients of many draws of one experiment, from whose norms a threshold is to be chosen."""

    experiment: Experiment = Field(
        default=Experiment(),
        description="As for `POST /api/v1/flow`; it is the first draw. `follow`, `window`, "
        "`values`, `include` and `lyapunov` change nothing here.",
    )
    draws: Annotated[int, AtLeast(1, MAX_DRAWS)] = Field(
        default=200, description="N.", examples=[200]
    )
    or_fewer: Switch = Field(
        default=False,
        description="true: where the service allows fewer draws of this experiment than N, as many "
        "as it allows, in place of an error; `draws` of the answer says how many.",
    )
    vary: Literal["sequence", "weights"] = Field(
        default="sequence",
        description="What is drawn anew. sequence: a random one with the seeds that follow; a "
        "text's tokens in another order; in place of an explicit one a random one of its size. "
        "weights: drawn ones with the seeds that follow.",
    )
    threshold: Threshold | None = Field(
        default=None,
        description="μ, of which it is said how often it would engage. Left out or null: that of "
        "the experiment's `clip`, where it compares ‖g‖ with one.",
        examples=[1.0],
    )
    percentile: Annotated[Number, Field(ge=0, le=100)] = Field(
        default=PERCENTILE, description="p of AutoClip.", examples=[PERCENTILE]
    )


class RuleLogs(StrictModel):
    """The same as log₁₀ μ, also where no double holds μ."""

    pascanu: list[Nullable] = Field(description="The least and the most.")
    autoclip: Nullable = Field(description="As below.")
    zclip: Nullable = Field(description="As below.")


class RuleThresholds(StrictModel):
    """What the field's rules choose from these norms: μ itself; null where no double holds it."""

    pascanu: list[Nullable] = Field(
        description="½ and 10 times the mean norm (Pascanu, Mikolov & Bengio 2013)."
    )
    autoclip: Nullable = Field(
        description="The percentile p of the norms (Seetharaman et al. 2020)."
    )
    zclip: Nullable = Field(
        description="The norm from which on a next gradient would be a spike: m + 2.5 s with the "
        "moving mean and deviation of the norms in their order, α = 0.97 after 25 to begin with "
        "(Kumar et al. 2025)."
    )
    log10: RuleLogs = Field(description="The same as log₁₀ μ.")


class Engaged(StrictModel):
    """How often a threshold would engage."""

    threshold: Nullable = Field(description="μ; null where none was given.")
    share: Nullable = Field(description="Of the draws, those with ‖g‖ > μ; null without a μ.")


class NormsReport(StrictModel):
    """The norms of all draws, and what follows from them."""

    draws: int = Field(description="N, or with `or_fewer` how many there are.")
    log10_norms: list[Nullable] = Field(
        description="log₁₀ ‖g‖ of every draw before clipping, all parameters together, in the "
        "order of the draws; null where g is exactly zero, and where a state leaves the range of a "
        "double."
    )
    zeros: int = Field(description="Draws whose g is exactly zero; they count as the smallest.")
    overflows: int = Field(
        description="Draws in which a state leaves the range of a double; they count nowhere."
    )
    percentiles: dict[str, Nullable] = Field(
        description="Percentile → log₁₀ ‖g‖ there, as in `log10_norms` and in `log10` of the "
        "rules, not ‖g‖; null where zero.",
        examples=[{"50": 0.31}],
    )
    rules: RuleThresholds = Field(description="What rules would choose.")
    engaged: Engaged = Field(description="How often μ would engage.")
