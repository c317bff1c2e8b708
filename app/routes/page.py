"""The page and what it loads."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from unrolled.app.assets import ASSETS_PREFIX, LINKED_PREFIX, Assets
from unrolled.app.middleware.page_policy import embeds
from unrolled.app.page import rendered

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
@router.head("/", response_class=HTMLResponse)
async def page(request: Request) -> Response:
    """The page; besides the globals of `app.page.templates` it knows whether it is embedded."""
    return rendered(request, "index.html", embedded=embeds(request.scope))


@router.get(LINKED_PREFIX + "/{hashed}/{path:path}")
@router.head(LINKED_PREFIX + "/{hashed}/{path:path}")
async def linked(request: Request, hashed: str, path: str) -> Response:
    """Files of static/ put together."""
    assets: Assets = request.app.state.assets
    answer = await assets.linked.respond(hashed, path, request.headers)
    if answer is None:
        raise HTTPException(404)
    return answer


@router.get(ASSETS_PREFIX + "/{name}")
@router.head(ASSETS_PREFIX + "/{name}")
async def asset(request: Request, name: str) -> Response:
    """A script or style sheet out of an installed package."""
    assets: Assets = request.app.state.assets
    if name not in assets.packed:
        raise HTTPException(404)
    return await assets.packed[name].respond(request.headers)
