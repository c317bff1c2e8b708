"""One experiment, forward and back."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.openapi.models import Example
from starlette.exceptions import HTTPException

from app.canonical import canonical
from app.encoding import accepted
from app.limits import refuse_oversize
from app.presets import PRESETS
from app.problems import documented
from app.schemas import Experiment, Flow
from app.tags import entity_tag, names


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

_TAG = {
    "description": "Follows from the request: the same for all requests that mean the same.",
    "schema": {"type": "string"},
}
_TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": _TAG}},
    304: {"description": "The client has this answer already.", "headers": {"ETag": _TAG}},
}


@router.post(
    "/flow",
    summary="Run one experiment forward and back",
    response_model=Flow,
    responses=documented(400, 413, 415, 422, 500, 503, 504, 507) | _TAGGED,
)
async def flow(
    request: Request,
    experiment: Annotated[Experiment, Body(openapi_examples=_EXAMPLES)],
    if_none_match: Annotated[
        str | None, Header(description="Tags of answers that the client has: 304 for one of them.")
    ] = None,
) -> Response:
    """Unroll the network over the sequence, send every loss back through time, and measure."""
    state = request.app.state
    refuse_oversize(experiment, state.settings)
    form = canonical(experiment)
    tag = entity_tag(form)
    headers = {"ETag": tag, "Vary": "Accept-Encoding"}
    if names(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    packed = accepted(request.headers.get("accept-encoding"), "gzip")

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue

    body = state.answers.get((tag, packed))
    if body is None:
        body = await state.compute.flow(form, packed, gone)
        state.answers.keep((tag, packed), body)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)
