"""The loss over two parameters of a network of one unit, and descents on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from unrolled.app.computed import IF_NONE_MATCH, TAGGED, computed
from unrolled.app.forms import landscape_form
from unrolled.app.problems import documented
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.large import LargeBodies
from unrolled.app.schemas import LandscapeReport, LandscapeRequest

router = APIRouter(
    prefix="/api/v1", tags=["flow"], dependencies=[Depends(require_json)], route_class=LargeBodies
)


@router.post(
    "/landscape",
    summary="The loss over two parameters of a network of one unit, and descents on it",
    response_model=LandscapeReport,
    responses=documented(400, 413, 415, 422, 500, 503, 504, 507) | TAGGED,
)
async def landscape(
    request: Request,
    asked: LandscapeRequest,
    if_none_match: Annotated[str | None, Header(description=IF_NONE_MATCH)] = None,
) -> Response:
    """Run the network over the whole grid in one pass; let balls go down, clipped or not."""
    form = landscape_form(asked, request.app.state.settings)
    return await computed(request, form, if_none_match)
