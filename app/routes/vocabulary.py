"""What may stand in a request."""

from fastapi import APIRouter, Request, Response

from unrolled.app.computed import IF_NONE_MATCH, TAGGED
from unrolled.app.schemas import Vocabulary
from unrolled.app.tags import entity_tag, names
from unrolled.app.vocabulary import VOCABULARY

router = APIRouter(prefix="/api/v1", tags=["flow"])

_BODY = VOCABULARY.model_dump_json().encode()
_ASKED = {
    "name": "if-none-match",
    "in": "header",
    "description": IF_NONE_MATCH,
    "schema": {"type": "string"},
}
_HEADERS = {"ETag": entity_tag(_BODY), "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}


@router.get(
    "/vocabulary",
    summary="The names that a request may hold",
    response_model=Vocabulary,
    responses=TAGGED,
    openapi_extra={"parameters": [_ASKED]},
)
async def vocabulary(request: Request) -> Response:
    """Every cell, topology, activation, loss, initialisation, truncation and clip rule: its name,
    its label, and what goes with what. It changes with the version of the service only.
    """
    if names(request.headers.get("if-none-match"), _HEADERS["ETag"]):
        return Response(status_code=304, headers=_HEADERS)
    return Response(_BODY, media_type="application/json", headers=_HEADERS)
