"""Presets and health."""

from typing import Literal

from pydantic import Field

from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.strict import StrictModel


class Preset(StrictModel):
    """One experiment worth looking at."""

    name: str = Field(description="Stands in links.", examples=["chain-explodes"])
    title: str = Field(description="A few words.", examples=["One unit, w = 1.1"])
    look: str = Field(description="What to look at.")
    experiment: Experiment = Field(description="What to send to `POST /api/v1/flow`.")


class Health(StrictModel):
    """The service is up."""

    status: Literal["ok"] = Field(default="ok", description="Always ok: it answered.")
    version: str = Field(description="Of the service.", examples=["1.0.0"])
