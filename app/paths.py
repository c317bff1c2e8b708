"""Where the page's files lie: inside the installed package, or beside it in a checkout."""

from importlib.util import find_spec
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def page_directory(name: str) -> Path:
    """`app/<name>` where the package is installed, `<root>/<name>` in a checkout."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def package_file(package: str, *parts: str) -> Path:
    """A data file of an installed package, found without importing the package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package!r} is not installed")
    return Path(spec.submodule_search_locations[0]).joinpath(*parts)
