"""One experiment, forward and back."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.openapi.models import Example
from starlette.exceptions import HTTPException

from app.canonical import canonical
from app.computed import IF_NONE_MATCH, TAGGED, computed
from app.limits import refuse_oversize
from app.presets import PRESETS
from app.problems import documented
from app.schemas import Experiment, Flow


async def require_json(request: Request) -> None:
    """Refuse a body that is not announced as JSON; a coroutine, which costs no thread."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        received = repr(media_type[:60]) if media_type else "no Content-Type"
        raise HTTPException(415, f"received {received}; allowed: 'application/json'")


router = APIRouter(prefix="/api/v1", tags=["flow"], dependencies=[Depends(require_json)])

_SHOWN = ("next-character", "elman", "caption", "clipping")
_EXAMPLES: dict[str, Example] = {
    preset.name: {
        "summary": preset.title,
        "description": preset.look,
        "value": preset.experiment.model_dump(exclude_unset=True),
    }
    for preset in PRESETS
    if preset.name in _SHOWN
}


@router.post(
    "/flow",
    summary="Run one experiment forward and back",
    response_model=Flow,
    responses=documented(400, 413, 415, 422, 500, 503, 504, 507) | TAGGED,
)
async def flow(
    request: Request,
    experiment: Annotated[Experiment, Body(openapi_examples=_EXAMPLES)],
    if_none_match: Annotated[str | None, Header(description=IF_NONE_MATCH)] = None,
) -> Response:
    """Unroll the network over the sequence, send every loss back through time, and measure."""
    refuse_oversize(experiment, request.app.state.settings)
    return await computed(request, canonical(experiment), if_none_match)
