"""Reports of a run: sent, read, followed; and a run as a file."""

import re
from typing import Annotated, Any, Literal

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from unrolled.app.errors import BadInput, ClientGone, InputError
from unrolled.app.middleware.head import ASKED
from unrolled.app.problems import documented
from unrolled.app.progress import EVENTS
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.runs import MADE, NO_STORE, PREFIX, RunId, found, kept, location, there
from unrolled.app.saved import MEDIA_TYPE as PAGE_TYPE
from unrolled.app.saved_pages import page_of
from unrolled.app.schemas import KeptReport, Reported, ReportPage, Run
from unrolled.app.store.files import MEDIA_TYPE, exported, imported
from unrolled.app.store.follow import followed
from unrolled.app.store.incoming import keyed, read_reports
from unrolled.app.store.reports import append, one, page
from unrolled.app.store.runs import find
from unrolled.app.store.trainings import is_trained
from unrolled.app.training.follow import followed_training

router = APIRouter(prefix=PREFIX, tags=["runs"])

IMPORT = f"{PREFIX}/runs/import"
_ONE = {"$ref": "#/components/schemas/WatchedReport"}
_SENT = {"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1, "maxItems": 1_000}]}
_BODY = {"required": True, "content": {"application/json": {"schema": _SENT}}}
_FILE = {MEDIA_TYPE: {"schema": {"type": "string"}}}
_PAGE = {PAGE_TYPE: {"schema": {"type": "string"}}}
_TAKEN = {"", MEDIA_TYPE, "application/jsonl", "application/octet-stream"}
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LARGEST = 2**53 - 1

Sequence = Annotated[int, Query(ge=1, le=_LARGEST)]


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect:
        raise ClientGone from None


@router.post(
    "/runs/{run}/reports",
    summary="Report a step of training, or several",
    status_code=201,
    response_model=Reported,
    responses=documented(400, 404, 413, 415, 422, 503, 507),
    dependencies=[Depends(require_json)],
    openapi_extra={"requestBody": _BODY},
)
async def report(
    request: Request,
    run: RunId,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=180, description="The client's own name of what it sends."),
    ] = None,
) -> Response:
    """What is answered with 201 is on the disk. The same report sent again, by its update and time
    or by the key, is kept once. A run that had ended goes on.
    """
    store, body = request.app.state.store, await _body(request)
    reports = await anyio.to_thread.run_sync(read_reports, body)
    keys = keyed(reports, idempotency_key)

    async def keep(connection: AsyncConnection) -> int:
        row = there(run, await find(connection, run))
        if is_trained(row):
            told = "received a report of a run that trains here; allowed: of one that is watched"
            raise BadInput([InputError((), told)])
        return await append(connection, store.settings, row, reports, keys)

    answer = msgspec.json.encode({"sequence": await store.write(keep)})
    return Response(answer, 201, NO_STORE, "application/json")


@router.get(
    "/runs/{run}/reports",
    summary="The reports of a run",
    response_model=ReportPage,
    responses=documented(404, 422, 503, 507),
)
async def reports(
    request: Request,
    run: RunId,
    first: Annotated[Sequence, Query(alias="from", description="Sequence of the first.")] = 1,
    last: Annotated[
        Sequence | None, Query(alias="to", description="Sequence of the last that may come.")
    ] = None,
    every: Annotated[Sequence, Query(description="So many sequences further is the next.")] = 1,
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many at most.")] = 100,
) -> Response:
    """Ordered by sequence, each in brief: of a `flow` its steps, experiment, diagnosis, and of the
    gradients at every step `log10_norm`. Fewer than asked for where they are large: 8 MiB of JSON
    are an answer. `next` says what `from` is for those that follow.
    """

    async def read(connection: AsyncConnection) -> tuple[list[bytes], int | None]:
        row = there(run, await find(connection, run))
        return await page(connection, row, first=first, last=last, every=every, limit=limit)

    rows, following = await request.app.state.store.read(read)
    answer = {"reports": [msgspec.Raw(row) for row in rows], "next": following}
    return Response(msgspec.json.encode(answer), 200, NO_STORE, "application/json")


@router.get(
    "/runs/{run}/reports/{sequence}",
    summary="One whole report",
    response_model=KeptReport,
    responses=documented(404, 422, 503, 507),
)
async def whole(
    request: Request,
    run: RunId,
    sequence: Annotated[int, Path(ge=1, le=_LARGEST, description="Of the report.")],
) -> Response:
    """As it was sent, with its sequence."""

    async def read(connection: AsyncConnection) -> bytes | None:
        return await one(connection, there(run, await find(connection, run)), sequence)

    report = await request.app.state.store.read(read)
    if report is None:
        raise HTTPException(404, f"received {sequence}; the run has no report of this sequence")
    return Response(report, 200, NO_STORE, "application/json")


@router.get(
    "/runs/{run}/events",
    summary="Follow a run",
    response_class=Response,
    responses=documented(404, 422, 503, 507)
    | {
        200: {
            "description": "Events `run` (first, and where its name, note or state changes) and "
            "`report` (id: its sequence; in brief) as the lists have them; `problem` where the "
            "database goes away. A run that is deleted ends the stream. Of a run that trains "
            "here: `updates` (id: the last of them), as `GET …/updates` has them, of the last "
            "layer, with what happened at them in `marks`; `mark`, what happened and belongs to no "
            "update that comes just now, known again by its `id`; and `run` every second while "
            "it computes.",
            "content": {EVENTS: {"schema": {"type": "string"}}},
        }
    },
)
async def events(
    request: Request,
    run: RunId,
    after: Annotated[
        int,
        Query(ge=0, le=_LARGEST, description="Sequence, or update, that the client has already."),
    ] = 0,
    last_event_id: Annotated[
        int | None,
        Header(ge=0, le=_LARGEST, description="The same, as a browser says it when it comes back."),
    ] = None,
) -> Response:
    """Every report, in brief, from the beginning or from the one that the client names, and then
    as they come.
    """
    row = await found(request, run)
    if request.scope.get(ASKED) == "HEAD":
        return Response(None, 200, NO_STORE, EVENTS)
    last = after if last_event_id is None else last_event_id
    return await (followed_training if is_trained(row) else followed)(request, row, last)


@router.get(
    "/runs/{run}/export",
    summary="A run as a file",
    response_class=Response,
    responses=documented(404, 422, 503, 507)
    | {200: {"description": "JSON Lines, `*.unrolled`, or a page.", "content": _FILE | _PAGE}},
)
async def export(
    request: Request,
    run: RunId,
    as_: Annotated[
        Literal["unrolled", "html"],
        Query(alias="format", description="`html`: a page that draws what was recorded."),
    ] = "unrolled",
) -> Response:
    """A line that says what it is, a line a report, a line where it ended; as `html` the same
    inside of the page that draws it, which opens without any server.
    """
    row, state = await found(request, run), request.app.state
    name = _NOT_IN_A_NAME.sub("-", row.name).strip("-.")[:80] or "run"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}.{as_}"'}
    if as_ == "unrolled":
        lines = exported(state.store, row)
        return StreamingResponse(lines, 200, headers, media_type=MEDIA_TYPE)
    page = page_of(state.store, state.assets, state.templates.env, row)
    return StreamingResponse(page, 200, headers, media_type=PAGE_TYPE)


@router.post(
    "/runs/import",
    summary="Keep a run from a file",
    status_code=201,
    response_model=Run,
    responses=documented(400, 413, 415, 422, 503, 507)
    | {201: MADE, 200: {"description": "The same run is kept already.", "model": Run}},
    openapi_extra={"requestBody": {"required": True, "content": _FILE}},
)
async def take(request: Request, response: Response) -> dict[str, Any]:
    """All of it or nothing; a torn last line is left out. A run without an end is interrupted, and
    one of which just these reports are kept is answered with 200 and kept once.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    packed = request.headers.get("content-encoding", "identity")
    if given not in _TAKEN or packed != "identity":
        raise HTTPException(
            415,
            f"received {given[:60]!r} coded as {packed[:60]!r}; allowed: {MEDIA_TYPE!r}, not coded",
        )
    store = request.app.state.store
    try:
        row, new = await imported(store, request.stream(), store.settings.max_body_bytes)
    except ClientDisconnect:
        raise ClientGone from None
    response.headers["Location"] = location(row)
    response.status_code = 201 if new else 200
    return kept(row, response)
