"""What the browser loads: the page's own files, and files out of installed packages."""

import logging
import re
from importlib.metadata import version

from unrolled.app.packed import PackedFile
from unrolled.app.paths import package_file, page_directory
from unrolled.app.static_tree import StaticTree

STATIC_PREFIX = "/static"
ASSETS_PREFIX = "/assets"

_JS, _CSS, _TTF = "text/javascript", "text/css", "font/ttf"
_log = logging.getLogger("unrolled")
_BANNER = re.compile(rb"plotly\.js v([0-9][0-9A-Za-z.\-]*)")


def _plotly_version() -> str:
    """The version that plotly.js names in its first lines."""
    with package_file("plotly", "package_data", "plotly.min.js").open("rb") as script:
        found = _BANNER.search(script.read(400))
    if found is None:
        raise RuntimeError("plotly.min.js names no version in its banner")
    return found[1].decode("ascii")


class Assets:
    """Every file that is served as it is.

    Attributes:
        static: static/ under the hash of its whole tree.
        plotly: Plotly, of `plotly_version`.
        docs_script, docs_style: Swagger UI.
        font: STIX Two Math, for formulas.
        packed: the versioned name of each packed file → the file.
    """

    def __init__(self) -> None:
        self.static = StaticTree(page_directory("static"), STATIC_PREFIX)
        self.plotly_version = _plotly_version()
        plotly = package_file("plotly", "package_data", "plotly.min.js")
        self.plotly = PackedFile(f"plotly-{self.plotly_version}.min.js", plotly, _JS)
        swagger = version("fastapi-offline")
        script = package_file("fastapi_offline", "static", "swagger-ui-bundle.js")
        style = package_file("fastapi_offline", "static", "swagger-ui.css")
        self.docs_script = PackedFile(f"swagger-ui-{swagger}.js", script, _JS)
        self.docs_style = PackedFile(f"swagger-ui-{swagger}.css", style, _CSS)
        font = package_file("ziamath", "fonts", "STIXTwoMath-Regular.ttf")
        self.font = PackedFile(f"stix-two-math-{version('ziamath')}.ttf", font, _TTF)
        files = (self.plotly, self.font, self.docs_script, self.docs_style)
        self.packed = {file.name: file for file in files}

    def url(self, file: PackedFile) -> str:
        """The address of a packed file."""
        return f"{ASSETS_PREFIX}/{file.name}"

    async def pack(self) -> None:
        """Compress everything, Plotly first; what cannot be is tried again when it is asked for."""
        for file in self.packed.values():
            try:
                await file.pack()
            except Exception as error:  # noqa: BLE001  (the service is more than its files)
                _log.warning("%s was not compressed at the start: %r", file.name, error)
