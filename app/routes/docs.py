"""The reference of the API: Swagger UI, out of an installed package, under the page's policy."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from unrolled.app.assets import Assets

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Unrolled: API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main id="reference"></main>
<script src="{script}"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 2,
});
"""


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> Response:
    """The reference, rendered by the browser from /openapi.json."""
    assets: Assets = request.app.state.assets
    html = _PAGE.format(style=assets.url(assets.docs_style), script=assets.url(assets.docs_script))
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


@router.get("/docs/start.js")
async def start() -> Response:
    """What starts Swagger UI; a file of its own, since the policy allows no inline script."""
    return Response(_START, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
