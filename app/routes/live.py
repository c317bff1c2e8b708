"""The view Live: the runs that are kept, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.page import rendered
from unrolled.app.store.runs import find

router = APIRouter(prefix="/runs", include_in_schema=False)

_VIEWS = {"trained": "train.html"}
"""Kind of a run → the page that draws it, where it is another one than this view's."""


@router.get("", response_class=HTMLResponse)
@router.head("", response_class=HTMLResponse)
async def overview(request: Request) -> Response:
    """Every run, how one is begun, and a place for a file."""
    return rendered(request, "live.html", run="")


@router.get("/{run}", response_class=HTMLResponse)
@router.head("/{run}", response_class=HTMLResponse)
async def run(request: Request, run: Annotated[str, Path(max_length=64)]) -> Response:
    """One run, in the view that draws its kind; whether there is such a one, the page asks."""
    return rendered(request, _VIEWS.get(await _kind(request, run), "live.html"), run=run)


async def _kind(request: Request, run: str) -> str:
    """What kind of run it is; "": there is none, or the database is away, which the page says."""
    try:
        row = await request.app.state.store.read(lambda c: find(c, run))
    except (StoreAway, StoreFull):
        return ""
    return "" if row is None else str(row.kind)
