"""Is the service up?"""

from fastapi import APIRouter

from app import __version__
from app.schemas import Health

router = APIRouter(tags=["service"])


@router.get("/healthz", summary="Is the service up?")
async def health() -> Health:
    """Answer at once, also while the workers compute."""
    return Health(version=__version__)
