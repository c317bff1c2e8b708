"""The view Train: a training is set up, and looked at while it runs."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from unrolled.app.page import rendered

router = APIRouter(prefix="/train", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
@router.head("", response_class=HTMLResponse)
async def train(request: Request) -> Response:
    """The set-up, or the runs that the address names, for which the page asks."""
    return rendered(request, "train.html", run="")
