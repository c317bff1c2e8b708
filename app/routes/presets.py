"""Experiments worth looking at."""

from fastapi import APIRouter

from unrolled.app.presets import PRESETS
from unrolled.app.schemas import Preset

router = APIRouter(prefix="/api/v1", tags=["flow"])


@router.get("/presets", summary="Experiments worth looking at")
async def presets() -> list[Preset]:
    """Name, title, what to look at, and the experiment, ready to send to `POST /api/v1/flow`."""
    return PRESETS
