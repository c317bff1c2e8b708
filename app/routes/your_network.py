"""The view Your network: the networks that are kept, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

router = APIRouter(prefix="/networks", include_in_schema=False)


def _page(request: Request, network: str) -> Response:
    context = {"embedded": False, "network": network}
    pages = request.app.state.templates
    answer: Response = pages.TemplateResponse(request, "networks.html", context)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@router.get("", response_class=HTMLResponse)
@router.head("", response_class=HTMLResponse)
async def overview(request: Request) -> Response:
    """Every network, and a place for a file."""
    return _page(request, "")


@router.get("/{network}", response_class=HTMLResponse)
@router.head("/{network}", response_class=HTMLResponse)
async def network(request: Request, network: Annotated[str, Path(max_length=64)]) -> Response:
    """One network; whether there is such a one, the page asks."""
    return _page(request, network)
