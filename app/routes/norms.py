"""The norms of many draws of one experiment, and which threshold the field's rules would choose."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from unrolled.app.computed import IF_NONE_MATCH, TAGGED, computed
from unrolled.app.encoding import accepted
from unrolled.app.forms import norms_form
from unrolled.app.problems import documented
from unrolled.app.progress import EVENTS, in_parts
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.large import LargeBodies
from unrolled.app.schemas import NormsReport, NormsRequest

router = APIRouter(
    prefix="/api/v1", tags=["flow"], dependencies=[Depends(require_json)], route_class=LargeBodies
)

_STREAMED: dict[str, Any] = {
    "description": "To `Accept: text/event-stream`: events `progress` with `done` and `of`, then "
    "`answer` with the same object, or `problem`. A client that leaves stops the computation.",
    "schema": {"type": "string"},
}


@router.post(
    "/norms",
    summary="The norms of many draws, and the thresholds that rules would choose from them",
    response_model=NormsReport,
    responses=documented(400, 413, 415, 422, 500, 503, 504, 507)
    | {200: {**TAGGED[200], "content": {EVENTS: _STREAMED}}, 304: TAGGED[304]},
)
async def norms(
    request: Request,
    asked: NormsRequest,
    if_none_match: Annotated[str | None, Header(description=IF_NONE_MATCH)] = None,
) -> Response:
    """Draw the experiment N times, backpropagate each, and look at how large the gradients are."""
    form = norms_form(asked, request.app.state.settings)
    if accepted(request.headers.get("accept"), EVENTS):
        return await in_parts(request, form)
    return await computed(request, form, if_none_match)
