"""One experiment, forward and back."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.openapi.models import Example

from unrolled.app.computed import IF_NONE_MATCH, TAGGED, computed
from unrolled.app.forms import flow_form
from unrolled.app.presets import PRESETS
from unrolled.app.problems import documented
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.large import LargeBodies
from unrolled.app.schemas import Experiment, Flow

router = APIRouter(
    prefix="/api/v1", tags=["flow"], dependencies=[Depends(require_json)], route_class=LargeBodies
)

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
    form = flow_form(experiment, request.app.state.settings)
    return await computed(request, form, if_none_match)
