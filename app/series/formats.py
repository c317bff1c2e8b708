"""Which kind of file it is, told by its first bytes, its name, and by what stands in it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from unrolled.app.files.content import Refused
from unrolled.app.series import arrays, characters, delimited, objects
from unrolled.app.series.content import Content

FORMATS: dict[str, Callable[[str], Content]] = {
    "csv": delimited.read,
    "json": objects.read,
    "text": characters.read,
}
"""What is read of a text; beside these there is `npz`."""
NAMES = (*FORMATS, "npz")
ALLOWED = "CSV, npz, JSON or text"

_LATIN = {
    "csv": "The file is not UTF-8: the names of its columns are read as Windows-1252 (Latin-1).",
    "text": "The file is not UTF-8: it is read as Windows-1252 (Latin-1).",
}
"""What is said of a file in another code, by its kind; JSON is UTF-8, or none."""

_ENDINGS = {".csv": "csv", ".tsv": "csv", ".json": "json"}
_ZIP = b"PK\x03\x04"
_FOREIGN = {
    b"\x93NUMPY": "one array of NumPy (.npy), which has no name: save an .npz of named arrays",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\x1f\x8b": "a file packed with gzip: unpack it first",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file: save it as CSV",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel: save it as CSV",
    b"PK\x05\x06": "an empty zip archive",
}


def read(path: Path, name: str = "", wanted: str | None = None) -> Content:
    """The content of a file.

    Args:
        path: of the file.
        name: that it had, whose ending tells CSV and JSON from a text.
        wanted: one of `NAMES`, where somebody said so.
    Raises:
        Refused: it is of no kind that is read, or not as its kind has to be.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise Refused(f"received an empty file; allowed: {ALLOWED}", 415)
    for mark, what in _FOREIGN.items():
        if raw.startswith(mark):
            raise Refused(f"received {what}; allowed: {ALLOWED}", 415)
    if raw.startswith(_ZIP):
        if name.lower().endswith((".xlsx", ".ods")):
            raise Refused(f"received a workbook: save it as CSV; allowed: {ALLOWED}", 415)
        return arrays.read(path)
    if wanted == "npz":
        raise Refused("received what is no zip archive; an npz is one", 415)
    kind = wanted or _ENDINGS.get(Path(name).suffix.lower())
    try:
        text = characters.decoded(raw)
    except Refused:
        found = _of_latin(raw, kind)
        if found is None:
            raise
        return found
    return FORMATS[kind or _kind(text)](text)


def _of_latin(raw: bytes, kind: str | None) -> Content | None:
    """A table whose names are not in UTF-8, and whose numbers are the same in any code; or a text.
    Else None.
    """
    text = characters.latin(raw)
    kind = kind if text is None else kind or _kind(text)
    if text is None or kind not in _LATIN:
        return None
    try:
        found = FORMATS[kind](text)
    except Refused:
        return None
    return replace(found, notes=[_LATIN[kind], *found.notes])


def _kind(text: str) -> str:
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        try:
            objects.read(text)
        except Refused:
            return "text"
        return "json"
    return "csv" if delimited.looks_like_one(text) else "text"
