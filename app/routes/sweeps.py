"""Maps: asked for, followed, read, changed, dropped."""

import re
from typing import Annotated, Any, Literal

import anyio
import anyio.to_thread
import msgspec
from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from unrolled.app.errors import BadInput, InputError, shown
from unrolled.app.middleware.head import ASKED
from unrolled.app.problems import documented
from unrolled.app.progress import EVENTS
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.runs import NO_STORE, PREFIX
from unrolled.app.schemas.strict import LARGEST_WHOLE
from unrolled.app.schemas.sweeps import (
    KeptSweep,
    NewSweep,
    SweepChange,
    SweepPage,
    SweepPoints,
    SweepWords,
)
from unrolled.app.store.sweeps import create, document, drop, find, newest, page, thin, wish
from unrolled.app.store.tables import Found
from unrolled.app.sweeps.asked import checked
from unrolled.app.sweeps.follow import followed_sweep
from unrolled.app.sweeps.places import (
    MOST_ARRAY,
    MOST_PLACES,
    as_csv,
    as_npz,
    every,
    stride_for,
    told,
)
from unrolled.app.sweeps.words import WORDS, whole
from unrolled.engine import Sweep

router = APIRouter(prefix=PREFIX, tags=["maps"])

SweepId = Annotated[str, Path(max_length=64, description="Of a map.")]
Sequence = Annotated[int, Query(ge=1, le=LARGEST_WHOLE)]
Resolution = Annotated[
    int | None,
    Query(
        ge=1,
        le=10_000,
        description="Most places of an axis that are wanted: of a finer map every second one, or "
        "every fourth …",
    ),
]
_MADE: dict[str, Any] = {
    "description": "It is on the disk, and is computed when it is its turn.",
    "headers": {"Location": {"description": "Of the map.", "schema": {"type": "string"}}},
}
_BREATH = 0.02
"""Seconds between two parts of a deletion, in which others write."""
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_FILES = {"text/csv": {"schema": {"type": "string"}}, "application/zip": {}}


async def found(request: Request, sweep: str) -> Found:
    """The map of an address.

    Raises:
        HTTPException: 404, there is none.
    """
    return there(sweep, await request.app.state.store.read(lambda c: find(c, sweep)))


def there(sweep: str, row: Found | None) -> Found:
    """The row, where there is one."""
    if row is None:
        raise HTTPException(404, f"received {shown(sweep)}; no map has this id")
    return row


@router.post(
    "/sweeps",
    summary="Map a number over many networks",
    status_code=202,
    response_model=KeptSweep,
    responses=documented(400, 415, 422, 429, 500, 503, 507) | {202: _MADE},
    dependencies=[Depends(require_json)],
)
async def make(
    request: Request, new: Annotated[NewSweep, Body()], response: Response
) -> dict[str, Any]:
    """Every network is computed once, whichever map asked for it first, from coarse to fine, behind
    everything else that this service does. Where another map computes it just then, in this service
    or in one beside it on the same database, this map waits for it.

    A network that the engine refuses is not tried again, until another version of this service
    looks at it. One whose workers ended is: not by the same map, but by the next one that holds it,
    since it may only have lacked memory.
    """
    state = request.app.state
    sweep = await anyio.to_thread.run_sync(checked, new, state.settings)
    said = {
        "name": new.name,
        "note": new.note,
        "document": msgspec.json.encode(sweep.document()).decode(),
        "count": sweep.count,
        "state": "paused" if new.paused else "queued",
        "client": request.client.host[:100] if request.client else "",
    }
    row = await state.store.write(lambda c: create(c, state.settings, said))
    state.conductors.poke()
    response.headers["Location"] = f"{PREFIX}/sweeps/{row.id}"
    response.headers.update(NO_STORE)
    return whole(row)


@router.get(
    "/sweeps",
    summary="Which maps are kept?",
    response_model=SweepPage,
    responses=documented(422, 503, 507),
)
async def sweeps(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    before: Annotated[
        str | None, Query(max_length=64, description="Id of the last map that the client has.")
    ] = None,
) -> dict[str, Any]:
    """The newest first; `next` says what `before` is for those that follow."""
    rows, following = await request.app.state.store.read(lambda c: newest(c, limit, before))
    response.headers.update(NO_STORE)
    return {"sweeps": [document(row) for row in rows], "next": following}


@router.get(
    "/maps",
    summary="Numbers that can be mapped, and maps that are built in",
    response_model_exclude_unset=True,
)
async def vocabulary() -> SweepWords:
    """What each says, and maps that are ready to send."""
    return WORDS


@router.get(
    "/sweeps/{sweep}",
    summary="One map",
    response_model=KeptSweep,
    responses=documented(404, 422, 503, 507),
)
async def one(request: Request, sweep: SweepId, response: Response) -> dict[str, Any]:
    """What is mapped, how far it is, and what theory says beside it."""
    response.headers.update(NO_STORE)
    return whole(await found(request, sweep))


@router.patch(
    "/sweeps/{sweep}",
    summary="Name a map, write a note, pause it, let it go on, or stop it",
    response_model=KeptSweep,
    responses=documented(404, 415, 422, 503, 507),
    dependencies=[Depends(require_json)],
)
async def changed(
    request: Request, sweep: SweepId, said: SweepChange, response: Response
) -> dict[str, Any]:
    """What is left out stays as it is. What is computed just then ends within two seconds.

    What is mapped does not change. A part of a map in more detail is a map of its own: `POST
    /sweeps` with the `from` and `to` of that part; networks that both hold are computed once.
    """
    state = request.app.state
    values = said.model_dump(exclude_unset=True)
    wrong = [InputError((name,), "received null") for name, one in values.items() if one is None]
    if wrong:
        raise BadInput(wrong)
    row = there(sweep, await state.store.write(lambda c: wish(c, sweep, values)))
    state.conductors.poke()
    response.headers.update(NO_STORE)
    return whole(row)


@router.delete(
    "/sweeps/{sweep}",
    summary="Delete a map",
    status_code=204,
    response_class=Response,
    responses=documented(404, 422, 503, 507),
)
async def delete(request: Request, sweep: SweepId) -> Response:
    """The numbers of its networks stay, for other maps."""
    state = request.app.state
    row = there(sweep, await state.store.write(lambda c: wish(c, sweep, {"state": "ended"})))
    state.conductors.poke()
    left = True
    while left:
        left = await state.store.write(lambda c: thin(c, row.number))
        await anyio.sleep(_BREATH)
    await state.store.write(lambda c: drop(c, sweep))
    return Response(status_code=204)


@router.get(
    "/sweeps/{sweep}/events",
    summary="Follow a map",
    response_class=Response,
    responses=documented(404, 422, 503, 507)
    | {
        200: {
            "description": "`sweep`: as `GET` has it, where it changes, and every second while it "
            "is computed; `points` (id: the last one's sequence): those that came, as "
            "`GET …/points` has them.",
            "content": {EVENTS: {"schema": {"type": "string"}}},
        }
    },
)
async def events(
    request: Request,
    sweep: SweepId,
    after: Annotated[
        int, Query(ge=0, le=LARGEST_WHOLE, description="Sequence that the client has already.")
    ] = 0,
    resolution: Resolution = None,
    last_event_id: Annotated[
        int | None,
        Header(
            ge=0,
            le=LARGEST_WHOLE,
            description="The same, as a browser says it when it comes back.",
        ),
    ] = None,
) -> Response:
    """Every point from the beginning, or from the one that the client names, then as they come."""
    row = await found(request, sweep)
    if request.scope.get(ASKED) == "HEAD":
        return Response(None, 200, NO_STORE, EVENTS)
    last = after if last_event_id is None else last_event_id
    return await followed_sweep(request, row, last, resolution)


@router.get(
    "/sweeps/{sweep}/points",
    summary="The points of a map",
    response_model=SweepPoints,
    responses=documented(404, 422, 503, 507) | {200: {"content": _FILES}},
)
async def points(
    request: Request,
    sweep: SweepId,
    first: Annotated[Sequence, Query(alias="from", description="Sequence of the first.")] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_PLACES, description="How many at most.")] = 10_000,
    resolution: Resolution = None,
    as_: Annotated[
        Literal["json", "csv", "npz"],
        Query(alias="format", description="`csv` and `npz`: all that are known, as a file."),
    ] = "json",
) -> Response:
    """In the order in which they came: from coarse to fine. `next` says what `from` is for those
    that follow.
    """
    row, store = await found(request, sweep), request.app.state.store
    own = Sweep.of(msgspec.json.decode(row.document))
    stride = stride_for(own, resolution)
    if as_ == "json":
        rows = await store.read(lambda c: page(c, row.number, first - 1, limit + 1, stride))
        following = rows[limit].sequence if len(rows) > limit else None
        body = await anyio.to_thread.run_sync(told, own, rows[:limit], following)
        return Response(body, 200, NO_STORE, "application/json")
    name = _NOT_IN_A_NAME.sub("-", row.name).strip("-.")[:80] or "map"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}.{as_}"'}
    parts = every(store, row, stride)
    if as_ == "csv":
        return StreamingResponse(as_csv(own, parts), 200, headers, media_type="text/csv")
    if own.count * len(own.numbers) > MOST_ARRAY:
        told_ = f"received 'npz' of {own.count:,} points; allowed: 'csv', or fewer points"
        raise BadInput([InputError(("format",), told_)])
    body = await as_npz(own, parts)
    return Response(body, 200, headers, "application/zip")
