"""Updates of a run that trains here, and the flow of each."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from unrolled.app.computed import IF_NONE_MATCH, TAGGED, computed
from unrolled.app.errors import BadInput, InputError, shown
from unrolled.app.forms import flow_form
from unrolled.app.problems import documented
from unrolled.app.resolve import PARTS
from unrolled.app.routes.runs import NO_STORE, PREFIX, RunId, there
from unrolled.app.schemas import Flow, Updates
from unrolled.app.schemas.strict import LARGEST_WHOLE, OneOf
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import Lost
from unrolled.app.store.trainings import shape_of, with_training
from unrolled.app.training.pages import page
from unrolled.app.training.shown import experiment, row_of

router = APIRouter(prefix=PREFIX, tags=["runs"])

Update = Annotated[int, Path(ge=1, le=LARGEST_WHOLE, description="Of the update, from 1.")]
Count = Annotated[int, Query(ge=1, le=LARGEST_WHOLE)]


@router.get(
    "/runs/{run}/updates",
    summary="The updates of a run that trains here",
    response_model=Updates,
    responses=documented(404, 422, 503, 507),
)
async def updates(
    request: Request,
    run: RunId,
    first: Annotated[Count, Query(alias="from", description="The first.")] = 1,
    last: Annotated[Count | None, Query(alias="to", description="The last that may come.")] = None,
    every: Annotated[Count, Query(description="So many further is the next.")] = 1,
    layer: Annotated[
        int | None, Query(ge=0, le=15, description="Of `hidden` and `cell`, from 0; the last.")
    ] = None,
) -> Response:
    """By columns, as they were recorded. At most 4,000 of them, and as many as 400,000 numbers
    hold, are an answer; `next` says what `from` is for those that follow.
    """
    store = request.app.state.store
    row, training = await trained(request, run)
    layers = shape_of(training).layers
    if layer is not None and layer >= layers:
        raise BadInput([InputError(("layer",), f"received {layer}; the run has 0 … {layers - 1}")])
    body = await page(store, row, training, first=first, last=last, every=every, layer=layer)
    return Response(body, 200, NO_STORE, "application/json")


@router.get(
    "/runs/{run}/updates/{update}/flow",
    summary="One update of a run, forward and back",
    response_model=Flow,
    responses=documented(404, 422, 500, 503, 504, 507) | TAGGED,
)
async def flow(
    request: Request,
    run: RunId,
    update: Update,
    include: Annotated[
        list[Annotated[str, OneOf(PARTS)]] | None,
        Query(description="As of `POST /flow`; left out: what that means."),
    ] = None,
    if_none_match: Annotated[str | None, Header(description=IF_NONE_MATCH)] = None,
) -> Response:
    """What `POST /flow` answers to the weights before that update and its own batch, in float64:
    the run is computed again from the nearest weights that are kept. `experiment` says it so that
    a request can: weights and sequence of the kind `run`.
    """
    state = request.app.state
    held = state.trainers.held.get(run)
    if held is not None:
        with suppress(Lost):  # deleted, or another process computes it: what is there is read
            await held.keep_to(update)
    row, training = await trained(request, run)
    found = await state.store.read(lambda c: row_of(c, row, training, update))
    if found is None:
        done = row.last_update or 0
        raise HTTPException(404, f"received {update}; the run has {done} updates, from 1")
    form = flow_form(experiment(row, training, found, include), state.settings)
    return await computed(request, form, if_none_match)


async def trained(request: Request, run: str) -> tuple[Found, Found]:
    """The run of an address, which trains here.

    Raises:
        HTTPException: 404, there is none, or it was watched.
    """
    found = await request.app.state.store.read(lambda c: with_training(c, run))
    row = there(run, found and found[0])
    if found is None or found[1] is None:
        raise HTTPException(
            404, f"received {shown(run)}, a run that was watched: it has reports, not updates"
        )
    return row, found[1]
