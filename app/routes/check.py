"""The gradients of one experiment, checked against differences of its loss."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from app.canonical import canonical_check
from app.computed import IF_NONE_MATCH, TAGGED, computed
from app.errors import within
from app.limits import refuse_oversize, refuse_passes
from app.problems import documented
from app.routes.flow import require_json
from app.schemas import CheckRequest, GradientCheck

router = APIRouter(prefix="/api/v1", tags=["flow"], dependencies=[Depends(require_json)])


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
    settings = request.app.state.settings
    with within("experiment"):
        refuse_oversize(asked.experiment, settings)
    refuse_passes(asked, settings)
    return await computed(request, canonical_check(asked), if_none_match)
