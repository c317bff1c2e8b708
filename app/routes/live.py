"""The view Live: the runs that are kept, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from unrolled.app.page import rendered

router = APIRouter(prefix="/runs", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
@router.head("", response_class=HTMLResponse)
async def overview(request: Request) -> Response:
    """Every run, how one is begun, and a place for a file."""
    return rendered(request, "live.html", run="")


@router.get("/{run}", response_class=HTMLResponse)
@router.head("/{run}", response_class=HTMLResponse)
async def run(request: Request, run: Annotated[str, Path(max_length=64)]) -> Response:
    """One run; whether there is such a one, the page asks."""
    return rendered(request, "live.html", run=run)
