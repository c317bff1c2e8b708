"""What the browser loads: the page's own files, and files out of installed packages."""

import logging
import re
from importlib.metadata import version
from pathlib import Path

from unrolled.app.linked import Linked
from unrolled.app.packed import PackedFile
from unrolled.app.paths import package_file, page_directory
from unrolled.app.static_tree import StaticTree

STATIC_PREFIX = "/static"
ASSETS_PREFIX = "/assets"
LINKED_PREFIX = f"{ASSETS_PREFIX}/page"
_PAGE = "js/main.js"
SHEETS = tuple(
    f"css/{name}.css"
    for name in (
        "tokens",
        "layout",
        "views",
        "controls",
        "places",
        "opening",
        "figures",
        "inspector",
        "matrices",
        "check",
        "compare",
        "glossary",
        "advice",
    )
)
"""The style sheets of every page, in their order."""
TOGETHER = (
    (_PAGE,),
    ("js/before-paint.js", "js/faults.js"),
    ("js/learn/overview.js",),
    ("js/learn/main.js",),
    ("js/learn/test.js",),
    ("js/live/main.js",),
    ("js/train/main.js",),
    ("js/map/main.js",),
    SHEETS,
)
"""What the pages load in one file each."""

_JS, _CSS, _TTF = "text/javascript", "text/css", "font/ttf"
_log = logging.getLogger("unrolled")
_BANNER = re.compile(rb"plotly\.js (?:\(.*?\) )?v([0-9][0-9A-Za-z.\-]*)")


def _plotly_version(script: Path) -> str:
    """The version that a bundle of plotly.js names in its first lines."""
    with script.open("rb") as lines:
        found = _BANNER.search(lines.read(400))
    if found is None:
        raise RuntimeError(f"{script.name} names no version in its banner")
    return found[1].decode("ascii")


def _fetched_plotly() -> Path | None:
    """Plotly's bundle for two axes, which scripts/fetch-page fetches; None: it has not."""
    script = page_directory("node_modules") / "plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
    return script if script.is_file() else None


class Assets:
    """Every file that is served as it is.

    Attributes:
        static: static/ under the hash of its whole tree.
        linked: the same with many files in one.
        whole_plotly: every kind of picture, of `plotly_version`; out of the Python package.
        plotly: what the page draws with: a part of the same version where it was fetched, else the
            whole.
        docs_script, docs_style: Swagger UI.
        font: STIX Two Math, for formulas.
        packed: the versioned name of each packed file → the file.
    """

    def __init__(self) -> None:
        own = page_directory("static")
        self.static = StaticTree(own, STATIC_PREFIX)
        self.linked = Linked(self.static, own, LINKED_PREFIX, TOGETHER)
        whole = package_file("plotly", "package_data", "plotly.min.js")
        self.plotly_version = _plotly_version(whole)
        self.whole_plotly = PackedFile(f"plotly-{self.plotly_version}.min.js", whole, _JS)
        self.plotly = self._part_of_plotly() or self.whole_plotly
        swagger = version("fastapi-offline")
        script = package_file("fastapi_offline", "static", "swagger-ui-bundle.js")
        style = package_file("fastapi_offline", "static", "swagger-ui.css")
        self.docs_script = PackedFile(f"swagger-ui-{swagger}.js", script, _JS)
        self.docs_style = PackedFile(f"swagger-ui-{swagger}.css", style, _CSS)
        font = package_file("ziamath", "fonts", "STIXTwoMath-Regular.ttf")
        self.font = PackedFile(f"stix-two-math-{version('ziamath')}.ttf", font, _TTF)
        files = (self.plotly, self.font, self.docs_script, self.docs_style, self.whole_plotly)
        self.packed = {file.name: file for file in files}

    def _part_of_plotly(self) -> PackedFile | None:
        """The fetched bundle, unless it is another version than the whole that may follow it."""
        part = _fetched_plotly()
        if part is None:
            return None
        found = _plotly_version(part)
        if found != self.plotly_version:
            _log.warning(
                "%s has version %s, the package plotly %s: the page takes the whole of the package",
                part.name,
                found,
                self.plotly_version,
            )
            return None
        return PackedFile(f"plotly-cartesian-{found}.min.js", part, _JS)

    def url(self, file: PackedFile) -> str:
        """The address of a packed file."""
        return f"{ASSETS_PREFIX}/{file.name}"

    async def pack(self) -> None:
        """Compress everything, what the page loads first.

        What cannot be compressed is tried again when it is asked for.
        """
        self.linked.url(_PAGE)
        for file in (*self.linked.files(), *self.packed.values()):
            try:
                await file.pack()
            except Exception as error:  # noqa: BLE001  (the service is more than its files)
                _log.warning("%s was not compressed at the start: %r", file.name, error)
