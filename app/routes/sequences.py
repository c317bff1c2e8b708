"""Sequences out of files: kept, listed, changed, dropped."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from unrolled.app.computed import departure
from unrolled.app.errors import BadInput, InputError, shown, sized
from unrolled.app.files.job import FILE
from unrolled.app.problems import documented
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.runs import NO_STORE, PREFIX
from unrolled.app.schemas import KeptSequence, SequenceChange, SequenceForm, SequencePage
from unrolled.app.series.formats import NAMES
from unrolled.app.series.job import Kept
from unrolled.app.store.sequences import change, create, document, drop, find, known, newest
from unrolled.app.store.tables import Found
from unrolled.app.upload import MEDIA_TYPE, Received, folder, full, name_of, receive

router = APIRouter(prefix=PREFIX, tags=["sequences"])

UPLOAD = f"{PREFIX}/sequences"

_MADE: dict[str, Any] = {
    "description": "It is on the disk.",
    "headers": {"Location": {"description": "Of the sequence.", "schema": {"type": "string"}}},
}
_BODY = {
    "required": True,
    "content": {MEDIA_TYPE: {"schema": SequenceForm.model_json_schema()}},
}
_FIELDS = frozenset({"name", "format"})

SequenceId = Annotated[str, Path(max_length=64, description="Of a sequence.")]


def _there(sequence: str, row: Found | None) -> Found:
    """The row, where there is one.

    Raises:
        HTTPException: 404, there is none.
    """
    if row is None:
        raise HTTPException(404, f"received {shown(sequence)}; no sequence has this id")
    return row


@router.post(
    "/sequences",
    summary="Keep the sequence of a file",
    status_code=201,
    response_model=KeptSequence,
    responses=documented(400, 413, 415, 422, 503, 507)
    | {201: _MADE, 200: {"description": "The same file came before.", "model": KeptSequence}},
    openapi_extra={"requestBody": _BODY},
)
async def keep(request: Request, response: Response) -> dict[str, Any]:
    """The file goes to the disk as it comes, and is read in a process of its own. Columns that hold
    no numbers are left out, and `warnings` says so.
    """
    state = request.app.state
    if state.uploads.available_tokens < 1:
        raise full(int(state.uploads.total_tokens))
    async with state.uploads, folder(state.settings) as place:
        came = await receive(request, place / FILE, _FIELDS)
        _refuse_large(came, state.settings.max_sequence_bytes)
        name, wanted = name_of(came), _wanted(came)
        row = await state.store.write(lambda c: known(c, came.digest, wanted))
        new = False
        if row is None:
            body = await state.compute.read_series(
                str(place), came.filename, wanted or None, departure(request)
            )
            kept = msgspec.msgpack.decode(body, type=Kept)
            said = {"digest": came.digest, "wanted": wanted, "name": name, "bytes": came.size}
            row, new = await state.store.write(lambda c: create(c, state.settings, said, kept))
    response.status_code = 201 if new else 200
    response.headers.update(NO_STORE | {"Location": f"{UPLOAD}/{row.id}"})
    return document(row)


def _refuse_large(came: Received, most: int) -> None:
    if came.size > most:
        raise HTTPException(
            413,
            f"received a file of {sized(came.size)}; allowed: {sized(most)} "
            "(UNROLLED_MAX_SEQUENCE_BYTES)",
        )


def _wanted(came: Received) -> str:
    """The format that the client says, or "".

    Raises:
        BadInput: it is none.
    """
    wanted = came.fields.get("format", "")
    if wanted not in ("", *NAMES):
        told = f"received {shown(wanted)}; allowed: {', '.join(NAMES)}, or leave it out"
        raise BadInput([InputError(("format",), told)])
    return wanted


@router.get(
    "/sequences",
    summary="Which sequences are kept?",
    response_model=SequencePage,
    responses=documented(422, 503, 507),
)
async def sequences(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    before: Annotated[
        str | None, Query(max_length=64, description="Id of the last sequence that the client has.")
    ] = None,
) -> dict[str, Any]:
    """The newest first; `next` says what `before` is for those that follow."""
    rows, following = await request.app.state.store.read(lambda c: newest(c, limit, before))
    response.headers.update(NO_STORE)
    return {"sequences": [document(row) for row in rows], "next": following}


@router.get(
    "/sequences/{sequence}",
    summary="One sequence",
    response_model=KeptSequence,
    responses=documented(404, 422, 503, 507),
)
async def one(request: Request, sequence: SequenceId, response: Response) -> dict[str, Any]:
    """Its columns in a few numbers, and what a network reads badly of it."""
    row = await request.app.state.store.read(lambda c: find(c, sequence))
    response.headers.update(NO_STORE)
    return document(_there(sequence, row))


@router.patch(
    "/sequences/{sequence}",
    summary="Name a sequence, or write a note",
    response_model=KeptSequence,
    responses=documented(404, 415, 422, 503, 507),
    dependencies=[Depends(require_json)],
)
async def changed(
    request: Request, sequence: SequenceId, said: SequenceChange, response: Response
) -> dict[str, Any]:
    """What is left out, or null, stays as it is."""
    values = said.model_dump(exclude_none=True)
    row = await request.app.state.store.write(lambda c: change(c, sequence, values))
    response.headers.update(NO_STORE)
    return document(_there(sequence, row))


@router.delete(
    "/sequences/{sequence}",
    summary="Delete a sequence",
    status_code=204,
    response_class=Response,
    responses=documented(404, 422, 503, 507),
)
async def delete(request: Request, sequence: SequenceId) -> Response:
    """For good; an experiment that names it is refused."""
    if not await request.app.state.store.write(lambda c: drop(c, sequence)):
        _there(sequence, None)
    return Response(status_code=204)
