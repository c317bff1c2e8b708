"""A run as one HTML file: a view with its module, its styles, Plotly and the run inside.

It opens from a disk, and its own policy lets it ask nobody for anything.
"""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio.to_thread
from isal import isal_zlib
from jinja2 import Environment

from unrolled.app.assets import SHEETS, Assets

MEDIA_TYPE = "text/html"


@dataclass(frozen=True, slots=True)
class View:
    """What a page is made of.

    Attributes:
        template: its name.
        sheets: beside those of every page.
        module: that wires it.
    """

    template: str
    sheets: tuple[str, ...]
    module: str


LIVE = View("saved.html", ("css/live.css",), "js/live/main.js")
TRAIN = View("saved_train.html", ("css/live.css", "css/train.css"), "js/train/saved.js")
_RUN = "\0run\0"
"""Where the run will stand: no template and no script holds this."""
_GZIP = 31
_LEVEL = 2
_TRIPLE = 3
"""So many bytes are four letters of base64; what is left over waits for the next piece."""


async def saved(
    assets: Assets, environment: Environment, view: View, lines: AsyncIterator[bytes], **words: Any
) -> AsyncIterator[bytes]:
    """The pieces of the page.

    Args:
        assets: the page's own files.
        environment: of its templates.
        view: that draws it.
        lines: of the run's file.
        words: what its template says beside: `name`, of the run, for people, …
    """
    page = await anyio.to_thread.run_sync(partial(_page, assets, environment, view, words))
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


def _page(assets: Assets, environment: Environment, view: View, words: dict[str, Any]) -> str:
    linked = assets.linked
    return environment.get_template(view.template).render(
        **words,
        run=_RUN,
        early=_script(linked.text("js/before-paint.js", "js/faults.js")),
        styles=linked.text(*SHEETS) + "".join(map(linked.text, view.sheets)),
        transport=linked.text("css/transport.css"),
        plotly=_script(assets.plotly.read().decode()),
        module=_script(linked.text(view.module)),
    )


def _script(text: str) -> str:
    """A script as an element may hold it: nothing in it ends the element."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
