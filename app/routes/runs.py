"""Runs that are kept: made, listed, changed, dropped."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from fastapi.openapi.models import Example
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException

from unrolled.app.errors import shown
from unrolled.app.problems import documented
from unrolled.app.routes.json_only import require_json
from unrolled.app.schemas import AnyNewRun, NewTraining, Run, RunChange, RunPage
from unrolled.app.store.runs import change, create, document, drop, find, newest
from unrolled.app.store.tables import Found
from unrolled.app.store.trainings import is_trained
from unrolled.app.training.wishes import begun, progress, wanted, watched_change

PREFIX = "/api/v1"
NO_STORE = {"Cache-Control": "no-store"}
MADE: dict[str, Any] = {
    "description": "It is on the disk.",
    "headers": {"Location": {"description": "Of the run.", "schema": {"type": "string"}}},
}

WAITS: dict[str, Any] = MADE | {
    "description": "It is on the disk, and trains when it is its turn.",
    "model": Run,
}
EXAMPLES: dict[str, Example] = {
    "watched": {
        "summary": "A program will report to it",
        "value": {"name": "char-lstm", "about": {"framework": "torch 2.13", "every": 100}},
    },
    "trained": {
        "summary": "This service trains it",
        "value": {
            "kind": "trained",
            "name": "adding, T = 50",
            "training": {"task": {"name": "adding", "steps": 50}, "updates": 1000},
        },
    },
}

router = APIRouter(prefix=PREFIX, tags=["runs"])

RunId = Annotated[str, Path(max_length=64, description="Of a run.")]


async def found(request: Request, run: str) -> Found:
    """The run of an address.

    Raises:
        HTTPException: 404, there is none.
    """
    return there(run, await request.app.state.store.read(lambda c: find(c, run)))


def there(run: str, row: Found | None) -> Found:
    """The row, where there is one."""
    if row is None:
        raise HTTPException(404, f"received {shown(run)}; no run has this id")
    return row


def location(row: Found) -> str:
    """Where a run is."""
    return f"{PREFIX}/runs/{row.id}"


async def whole(request: Request, row: Found, response: Response) -> dict[str, Any]:
    """The same, with how far it is where it trains here."""
    said = kept(row, response)
    if is_trained(row):
        said["training"] = await progress(request, row)
    return said


def kept(row: Found, response: Response) -> dict[str, Any]:
    """A run as an answer that nobody stores."""
    response.headers.update(NO_STORE)
    return document(row)


@router.post(
    "/runs",
    summary="Keep a run",
    status_code=201,
    response_model=Run,
    responses=documented(400, 415, 422, 429, 500, 503, 507) | {201: MADE, 202: WAITS},
    dependencies=[Depends(require_json)],
)
async def make(
    request: Request,
    new: Annotated[AnyNewRun, Body(openapi_examples=EXAMPLES)],
    response: Response,
) -> dict[str, Any]:
    """`watched`: a run to which reports may be sent, until it is deleted or too old. `trained`:
    one that this service computes, in a process of its own, as soon as it is its turn.
    """
    store = request.app.state.store
    if isinstance(new, NewTraining):
        response.status_code = 202
        row = await begun(request, new)
        response.headers["Location"] = location(row)
        return await whole(request, row, response)
    said = new.model_dump()
    row = await store.write(lambda c: create(c, store.settings, said))
    response.headers["Location"] = location(row)
    return kept(row, response)


@router.get(
    "/runs",
    summary="Which runs are kept?",
    response_model=RunPage,
    responses=documented(422, 503, 507),
)
async def runs(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    before: Annotated[
        str | None, Query(max_length=64, description="Id of the last run that the client has.")
    ] = None,
) -> dict[str, Any]:
    """The newest first; `next` says what `before` is for those that follow."""
    rows, following = await request.app.state.store.read(lambda c: newest(c, limit, before))
    response.headers.update(NO_STORE)
    return {"runs": [document(row) for row in rows], "next": following}


@router.get(
    "/runs/{run}",
    summary="One run",
    response_model=Run,
    responses=documented(404, 422, 503, 507),
)
async def one(request: Request, run: RunId, response: Response) -> dict[str, Any]:
    """What it is about, how far it is, and whether it goes on."""
    return await whole(request, await found(request, run), response)


@router.patch(
    "/runs/{run}",
    summary="Name a run, write a note, pause it, change how it trains, or end it",
    response_model=Run,
    responses=documented(404, 415, 422, 503, 507),
    dependencies=[Depends(require_json)],
)
async def changed(
    request: Request, run: RunId, said: RunChange, response: Response
) -> dict[str, Any]:
    """What is left out stays as it is. Of a run that trains here the answer comes when it is done,
    or a second later.
    """
    row = await found(request, run)
    if is_trained(row):
        return await whole(request, there(run, await wanted(request, row, said)), response)
    values = watched_change(said)
    write: Callable[[AsyncConnection], Awaitable[Any]] = lambda c: change(c, run, values)  # noqa: E731
    return kept(there(run, await request.app.state.store.write(write)), response)


@router.delete(
    "/runs/{run}",
    summary="Delete a run with its reports",
    status_code=204,
    response_class=Response,
    responses=documented(404, 422, 503, 507),
)
async def delete(request: Request, run: RunId) -> Response:
    """For good; whoever follows it is told nothing more."""
    if not await request.app.state.store.write(lambda c: drop(c, run)):
        there(run, None)
    return Response(status_code=204)
