"""A run as one HTML file: the view Live with its module, its styles, Plotly and the run inside.

It opens from a disk, and its own policy lets it ask nobody for anything.
"""

import base64
from collections.abc import AsyncIterator

import anyio.to_thread
from isal import isal_zlib
from jinja2 import Environment

from unrolled.app.assets import SHEETS, Assets

MEDIA_TYPE = "text/html"
_RUN = "\0run\0"
"""Where the run will stand: no template and no script holds this."""
_GZIP = 31
_LEVEL = 2
_TRIPLE = 3
"""So many bytes are four letters of base64; what is left over waits for the next piece."""


async def saved(
    assets: Assets, environment: Environment, name: str, lines: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The pieces of the page.

    Args:
        assets: the page's own files.
        environment: of its templates.
        name: of the run, for people.
        lines: of the run's file.
    """
    page = await anyio.to_thread.run_sync(_page, assets, environment, name)
    before, _, after = page.partition(_RUN)
    yield before.encode()
    packing = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    waiting = b""
    async for line in lines:
        waiting += await anyio.to_thread.run_sync(packing.compress, line)
        whole = len(waiting) // _TRIPLE * _TRIPLE
        if whole:
            yield base64.b64encode(waiting[:whole])
            waiting = waiting[whole:]
    yield base64.b64encode(waiting + packing.flush())
    yield after.encode()


def _page(assets: Assets, environment: Environment, name: str) -> str:
    linked = assets.linked
    return environment.get_template("saved.html").render(
        name=name,
        run=_RUN,
        early=_script(linked.text("js/before-paint.js", "js/faults.js")),
        styles=linked.text(*SHEETS) + linked.text("css/live.css"),
        transport=linked.text("css/transport.css"),
        plotly=_script(assets.plotly.read().decode()),
        module=_script(linked.text("js/live/main.js")),
    )


def _script(text: str) -> str:
    """A script as an element may hold it: nothing in it ends the element."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
