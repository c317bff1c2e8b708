"""Which formats are read, each told by the first bytes of a file, never by its name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unrolled.app.files import keras, npz, onnx, safetensors
from unrolled.app.files.content import Content, Refused, Work
from unrolled.app.files.zips import Members, opened


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        label: what it is called.
        head: whether the first bytes are those of one; None of an archive.
        members: whether an archive's members are those of one; None of other files.
        read: its content, given the file and what reading it may use.
    """

    label: str
    read: Callable[[Path, Work], Content]
    head: Callable[[bytes], bool] | None = None
    members: Callable[[Members], bool] | None = None


FORMATS = {
    "safetensors": Format("safetensors", safetensors.read, head=safetensors.is_one),
    "npz": Format("npz", npz.read, members=npz.is_one),
    "keras": Format(".keras", keras.read_archive, members=keras.is_archive),
    "keras-h5": Format(".weights.h5 or .h5 of Keras", keras.read_weights, head=keras.is_weights),
    "onnx": Format("ONNX", onnx.read, head=onnx.is_one),
}
"""What is asked in this order; `onnx` is told by least, and comes last."""

ALLOWED = ", ".join(one.label for one in FORMATS.values())

CONVERT = (
    "import torch, safetensors.torch",
    'safetensors.torch.save_file(torch.load("model.pt", weights_only=True), "model.safetensors")',
)
"""What turns a state_dict that PyTorch saved into a file that is taken."""

_HEAD_BYTES = 512
_ZIP = b"PK\x03\x04"


def read(path: Path, work: Work) -> Content:
    """The content of a file.

    Args:
        path: of the file.
        work: what reading it may use.
    Raises:
        Refused: it is of no kind that is read, or not as its kind has to be.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise Refused(f"received an empty file; allowed: {ALLOWED}", 415)
    return _format(path, head).read(path, work)


def _format(path: Path, head: bytes) -> Format:
    if not head.startswith(_ZIP):
        for one in FORMATS.values():
            if one.head is not None and one.head(head):
                return one
        if _is_pickle(head):
            raise _pickle()
        raise Refused(f"received {_guess(head)}; allowed: {ALLOWED}", 415)
    archive, members = opened(path)
    archive.close()
    if any(name.endswith(".pkl") for name in members):
        raise _pickle()
    for one in FORMATS.values():
        if one.members is not None and one.members(members):
            return one
    first = ", ".join(list(members)[:3]) or "nothing"
    raise Refused(
        f"received a zip archive that holds {first}; allowed: {ALLOWED}, of which npz holds .npy "
        "alone and .keras model.weights.h5",
        415,
    )


def _pickle() -> Refused:
    lines = "\n".join(CONVERT)
    return Refused(
        "received a pickle, as PyTorch's .pt and .pth are: reading one can run any code, so none "
        f"is read. These two lines turn a saved state_dict into safetensors:\n{lines}",
        415,
    )


def _is_pickle(head: bytes) -> bool:
    """PROTO of protocol 2 to 5, or the words of the older ones; a tar of PyTorch's oldest files."""
    old = head[:1] in (b"(", b"c", b"]", b"}") and b"\n" in head[:200] and head[:2] != b"{}"
    tar = head[257:262] == b"ustar"
    return (head[:1] == b"\x80" and head[1:2] in (b"\2", b"\3", b"\4", b"\5")) or old or tar


_KNOWN = {
    b"\x93NUMPY": "one array of NumPy (.npy), which has no name: save an .npz of named arrays",
    b"\x1f\x8b": "a file packed with gzip: unpack it first",
    b"GGUF": "a GGUF file",
    b"PK\x05\x06": "an empty zip archive",
    b"{": "a text that begins like JSON",
}


def _guess(head: bytes) -> str:
    return next((what for mark, what in _KNOWN.items() if head.startswith(mark)), "another file")
