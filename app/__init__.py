"""The web: a FastAPI service around the engine."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("unrolled")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+checkout"
