"""The view Your network: the networks that are kept, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from unrolled.app.page import rendered

router = APIRouter(prefix="/networks", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
@router.head("", response_class=HTMLResponse)
async def overview(request: Request) -> Response:
    """Every network, and a place for a file."""
    return rendered(request, "networks.html", network="")


@router.get("/{network}", response_class=HTMLResponse)
@router.head("/{network}", response_class=HTMLResponse)
async def network(request: Request, network: Annotated[str, Path(max_length=64)]) -> Response:
    """One network; whether there is such a one, the page asks."""
    return rendered(request, "networks.html", network=network)
