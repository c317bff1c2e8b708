"""Networks out of files: kept, listed, looked into, changed, dropped."""

from typing import Annotated, Any

import anyio
import anyio.to_thread
import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from unrolled.app.computed import departure
from unrolled.app.errors import shown, sized
from unrolled.app.files.job import BLOCKS, FILE
from unrolled.app.files.picture import picture
from unrolled.app.problems import documented
from unrolled.app.routes.json_only import require_json
from unrolled.app.routes.runs import NO_STORE, PREFIX
from unrolled.app.schemas import (
    KeptNetwork,
    NetworkChange,
    NetworkForm,
    NetworkPage,
    ParameterValues,
)
from unrolled.app.store.database import Database
from unrolled.app.store.networks import (
    attached,
    change,
    chosen,
    create,
    document,
    drop,
    find,
    known,
    newest,
)
from unrolled.app.store.tables import Found
from unrolled.app.upload import MEDIA_TYPE, folder, full, name_of, receive

router = APIRouter(prefix=PREFIX, tags=["networks"])

UPLOAD = f"{PREFIX}/networks"

_MADE: dict[str, Any] = {
    "description": "It is on the disk.",
    "headers": {"Location": {"description": "Of the network.", "schema": {"type": "string"}}},
}
_FORM = NetworkForm.model_json_schema()
_BODY = {"required": True, "content": {MEDIA_TYPE: {"schema": _FORM}}}
_FIELDS = frozenset({"name"})

NetworkId = Annotated[str, Path(max_length=64, description="Of a network.")]


def _there(network: str, row: Found | None) -> Found:
    """The row, where there is one.

    Raises:
        HTTPException: 404, there is none.
    """
    if row is None:
        raise HTTPException(404, f"received {shown(network)}; no network has this id")
    return row


def _answer(document_: dict[str, Any], status: int = 200, **headers: str) -> Response:
    """NaN, where there is no number, is null."""
    return Response(msgspec.json.encode(document_), status, NO_STORE | headers, "application/json")


@router.post(
    "/networks",
    summary="Keep the network of a file",
    status_code=201,
    response_model=KeptNetwork,
    responses=documented(400, 413, 415, 422, 503, 507)
    | {201: _MADE, 200: {"description": "The same file came before.", "model": KeptNetwork}},
    openapi_extra={"requestBody": _BODY},
)
async def keep(request: Request) -> Response:
    """The file goes to the disk as it comes, and is read in a process of its own. Recurrent layers
    are found by names and shapes; where several fit, all are listed, and none is chosen.
    """
    state = request.app.state
    if state.uploads.available_tokens < 1:
        raise full(int(state.uploads.total_tokens))
    async with state.uploads, folder(state.settings) as place:
        came = await receive(request, place / FILE, _FIELDS)
        if came.size > state.settings.max_network_bytes:
            raise HTTPException(
                413,
                f"received a file of {sized(came.size)}; allowed: "
                f"{sized(state.settings.max_network_bytes)} (UNROLLED_MAX_NETWORK_BYTES)",
            )
        name = name_of(came)
        row = await state.store.write(lambda c: known(c, came.digest))
        new = False
        if row is None:
            said = await state.compute.read_file(str(place), departure(request))
            row, new = await _kept(
                state.store,
                msgspec.json.decode(said)
                | {"digest": came.digest, "name": name, "bytes": came.size},
                place,
            )
    return _answer(document(row), 201 if new else 200, Location=f"{UPLOAD}/{row.id}")


async def _kept(store: Database, said: dict[str, Any], place: Any) -> tuple[Found, bool]:
    return await store.write(lambda c: create(c, store.settings, said, place / BLOCKS))


@router.get(
    "/networks",
    summary="Which networks are kept?",
    response_model=NetworkPage,
    responses=documented(422, 503, 507),
)
async def networks(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    before: Annotated[
        str | None, Query(max_length=64, description="Id of the last network that the client has.")
    ] = None,
) -> Response:
    """The newest first; `next` says what `before` is for those that follow."""
    rows, following = await request.app.state.store.read(lambda c: newest(c, limit, before))
    return _answer({"networks": [document(row) for row in rows], "next": following})


@router.get(
    "/networks/{network}",
    summary="One network",
    response_model=KeptNetwork,
    responses=documented(404, 422, 503, 507),
)
async def one(request: Request, network: NetworkId) -> Response:
    """What the file holds, what was found in it, and the chosen weights in a few numbers."""
    row = await request.app.state.store.read(lambda c: find(c, network))
    return _answer(document(_there(network, row)))


@router.patch(
    "/networks/{network}",
    summary="Name a network, write a note, or choose its module and head",
    response_model=KeptNetwork,
    responses=documented(404, 415, 422, 503, 507),
    dependencies=[Depends(require_json)],
)
async def changed(request: Request, network: NetworkId, said: NetworkChange) -> Response:
    """What is left out stays as it is; a module or head of null is none."""
    values = {
        name: value
        for name, value in said.model_dump(exclude_unset=True).items()
        if value is not None or name in ("module", "head")
    }
    row = await request.app.state.store.write(lambda c: change(c, network, values))
    return _answer(document(_there(network, row)))


@router.delete(
    "/networks/{network}",
    summary="Delete a network with its weights",
    status_code=204,
    response_class=Response,
    responses=documented(404, 422, 503, 507),
)
async def delete(request: Request, network: NetworkId) -> Response:
    """For good; an experiment that names it is refused."""
    if not await request.app.state.store.write(lambda c: drop(c, network)):
        _there(network, None)
    return Response(status_code=204)


@router.get(
    "/networks/{network}/parameters/{name}",
    summary="The numbers of a parameter, as a picture",
    response_model=ParameterValues,
    responses=documented(404, 422, 503, 507),
)
async def parameter(
    request: Request,
    network: NetworkId,
    name: Annotated[
        str,
        Path(max_length=200, description="A key of `statistics`.", examples=["W_hh (layer 0)"]),
    ],
) -> Response:
    """Of the module and the head that are chosen; means of blocks where it is large."""
    store = request.app.state.store
    row = _there(network, await store.read(lambda c: find(c, network)))
    said = document(row)
    if name not in said["statistics"]:
        names = ", ".join(said["statistics"]) or "none: no module is chosen"
        raise HTTPException(404, f"received {shown(name)}; allowed: {names}")
    found = await store.read(lambda c: chosen(c, network, row.module, row.head))
    drawn = await anyio.to_thread.run_sync(lambda: picture(attached(*found), name))
    return _answer(drawn)
