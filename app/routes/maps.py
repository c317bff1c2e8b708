"""The view Map: a map is set up, and looked at while it fills."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from unrolled.app.page import rendered

router = APIRouter(include_in_schema=False)


@router.get("/map", response_class=HTMLResponse)
@router.head("/map", response_class=HTMLResponse)
async def overview(request: Request) -> Response:
    """What is mapped, and the maps that are kept."""
    return rendered(request, "map.html", sweep="")


@router.get("/sweeps/{sweep}", response_class=HTMLResponse)
@router.head("/sweeps/{sweep}", response_class=HTMLResponse)
async def one(request: Request, sweep: Annotated[str, Path(max_length=64)]) -> Response:
    """One map; whether there is such a one, the page asks."""
    return rendered(request, "map.html", sweep=sweep)
