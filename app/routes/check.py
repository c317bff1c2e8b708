"""The gradients of one experiment, checked against differences of its loss."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from unrolled.app.computed import IF_NONE_MATCH, TAGGED, computed
from unrolled.app.forms import check_form
from unrolled.app.problems import documented
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.large import LargeBodies
from unrolled.app.schemas import CheckRequest, GradientCheck

router = APIRouter(
    prefix="/api/v1", tags=["flow"], dependencies=[Depends(require_json)], route_class=LargeBodies
)


@router.post(
    "/check",
    summary="Compare an experiment's gradients with differences of its loss",
    response_model=GradientCheck,
    responses=documented(400, 413, 415, 422, 500, 503, 504, 507) | TAGGED,
)
async def check(
    request: Request,
    asked: CheckRequest,
    if_none_match: Annotated[str | None, Header(description=IF_NONE_MATCH)] = None,
) -> Response:
    """Backpropagate, then run the network forward with one entry changed up and down, and again."""
    form = check_form(asked, request.app.state.settings)
    return await computed(request, form, if_none_match)
