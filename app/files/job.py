"""The worker's side of an upload: a file in, what it holds as JSON, and its weights as blocks.

The blocks go to a file, so that no process ever holds more of them than it reads at once.
"""

import signal
import traceback
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from unrolled.app import memory
from unrolled.app.files.content import Content, Module, Refused, Tensor, Values, Work, readable
from unrolled.app.files.formats import read
from unrolled.app.files.found import find
from unrolled.app.files.heads import Head, width
from unrolled.app.files.statistics import statistics
from unrolled.app.files.supported import reads, taken, why_not
from unrolled.app.orphan import end_with_parent
from unrolled.app.outcome import Outcome
from unrolled.app.store.packing import packed
from unrolled.engine import InvalidInput

FILE, BLOCKS = "file", "blocks"
"""What is read in the folder, and what is written."""
MOST_LISTED = 500
BLOCK_BYTES = 2**20

Json = dict[str, Any]


def read_file(folder: str, memory_bytes: int) -> Outcome:
    """Read the file of an upload in a worker process.

    Args:
        folder: where it stands as `FILE`, and `BLOCKS` is written.
        memory_bytes: how much memory the job may take.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    end_with_parent()
    memory.limit(memory_bytes)
    try:
        return Outcome("answer", described(Path(folder)))
    except MemoryError:
        return Outcome("large")
    except Refused as error:
        return Outcome("refused", detail=str(error), status=error.status)
    except Exception:  # noqa: BLE001  (whatever it is, it crosses as data)
        return Outcome("failed", detail=traceback.format_exc())


def described(folder: Path) -> bytes:
    """What a file holds, as JSON, with the places of the arrays in the blocks.

    Raises:
        Refused: it cannot be taken.
    """
    with ExitStack() as held:
        content = read(folder / FILE, Work(folder, held))
        modules, heads = find(content)
        kept = _Kept(held.enter_context((folder / BLOCKS).open("wb")))
        modules_said = [_module(one, kept) for one in modules]
        heads_said = [_head(one, kept) for one in heads]
    module, head = _chosen(modules, modules_said, heads_said)
    return msgspec.json.encode(
        {
            "format": content.format,
            "tensors": _listed(content),
            "tensors_left_off": max(0, len(content.tensors) - MOST_LISTED),
            "modules": modules_said,
            "heads": heads_said,
            "module": module,
            "head": head,
            "arrays": kept.arrays,
        }
    )


def _listed(content: Content) -> list[Json]:
    return [
        {"name": one.name, "shape": one.shape, "dtype": one.dtype}
        for one in content.tensors[:MOST_LISTED]
    ]


class _Kept:
    """Arrays as they go into the blocks, each once."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._known: dict[int, int] = {}
        self._tensors: list[Tensor] = []  # alive, so that no id is given twice
        self.arrays: list[Json] = []

    def number(self, tensor: Tensor, values: Values) -> int:
        """The number of an array, written where it is new."""
        known = self._known.get(id(tensor))
        if known is not None:
            return known
        self._tensors.append(tensor)
        number = self._known[id(tensor)] = len(self.arrays)
        raw = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
        sizes = []
        for start in range(0, len(raw), BLOCK_BYTES):
            piece = raw[start : start + BLOCK_BYTES]
            body = packed(piece)
            self._file.write(body)
            sizes.append((len(body), len(piece)))
        dtype = values.dtype.name
        self.arrays.append({"shape": list(values.shape), "dtype": dtype, "blocks": sizes})
        return number


def _module(module: Module, kept: _Kept) -> Json:
    """One module: what is answered of it, and the numbers of its arrays."""
    said = {
        "name": module.name,
        "module": module.kind,
        "layers": len(module.layers),
        "bidirectional": module.bidirectional if module.layers else False,
        "input_size": module.input_size,
        "hidden_size": module.hidden_size,
        "projection_size": module.projection_size,
        "activation": module.activation,
        "dtype": _dtypes(one for layer in module.layers for one in layer.values()),
        "tensors": {
            _full(module, name, n): one.name
            for n, layer in enumerate(module.layers)
            for name, one in layer.items()
        },
        "assumed": module.assumed,
        "wrong": module.why_not,
        "arrays": [],
        "statistics": {},
    }
    if module.why_not is not None:
        return said
    values = [{name: readable(one) for name, one in layer.items()} for layer in module.layers]
    said["arrays"] = [
        {name: kept.number(one, own[name]) for name, one in layer.items()}
        for layer, own in zip(module.layers, values, strict=True)
    ]
    said["wrong"] = _not_finite(module, values)
    shown: dict[str, Values] = {}
    if said["wrong"] is None and why_not(said) is None:
        try:
            shown = taken(module.kind, values).parameters
        except InvalidInput as error:
            said["wrong"] = f"{error.detail} ({', '.join(map(str, error.pointer[1:]))})"
    shown = shown or {
        (f"{name}_{n}" if n else name): one
        for n, layer in enumerate(values)
        for name, one in layer.items()
    }
    said["statistics"] = {label(name): statistics(one) for name, one in shown.items()}
    return said


def label(parameter: str) -> str:
    """W_hh_1 as it is read: W_hh (layer 1); W_hh_1_reverse: W_hh (layer 1, reverse)."""
    plain = parameter.removesuffix("_reverse")
    way = "" if plain == parameter else ", reverse"
    name, _, layer = plain.rpartition("_")
    return f"{name} (layer {layer}{way})" if layer.isdecimal() else f"{plain} (layer 0{way})"


def _full(module: Module, name: str, layer: int) -> str:
    """weight_ih_reverse of layer 1 as PyTorch calls it: weight_ih_l1_reverse."""
    if module.kind.startswith("torch."):
        plain = name.removesuffix("_reverse")
        return f"{plain}_l{layer}{name[len(plain) :]}"
    return name if len(module.layers) == 1 else f"{name} (layer {layer})"


def _not_finite(module: Module, values: list[dict[str, Values]]) -> str | None:
    for layer, own in zip(module.layers, values, strict=True):
        for name, one in own.items():
            if lost := int(one.size - np.isfinite(one).sum()):
                return (
                    f"{layer[name].name} holds {lost} number{'' if lost == 1 else 's'} that "
                    f"{'is' if lost == 1 else 'are'} not finite"
                )
    return None


def _head(head: Head, kept: _Kept) -> Json:
    matrix = head.matrix()
    arrays = {"W_hy": kept.number(head.weight.part(matrix.shape, _same), matrix)}
    shown = {"W_hy": matrix}
    if head.bias is not None:
        shown["b_y"] = readable(head.bias)
        arrays["b_y"] = kept.number(head.bias, shown["b_y"])
    lost = sum(int(one.size - np.isfinite(one).sum()) for one in shown.values())
    return {
        "name": head.name,
        "weight": head.weight.name,
        "bias": head.bias.name if head.bias else None,
        "output_size": head.output_size,
        "input_size": head.input_size,
        "reads": head.reads,
        "assumed": head.assumed,
        "why_not": head.why_not
        or (f"it holds {lost} numbers that are not finite" if lost else None),
        "arrays": arrays,
        "statistics": {name: statistics(one) for name, one in shown.items()},
    }


def _same(values: Values) -> Values:
    return values


def _dtypes(tensors: Iterable[Tensor]) -> str:
    return ", ".join(sorted(Counter(one.dtype for one in tensors)))


def _chosen(
    modules: list[Module], said: list[Json], heads: list[Json]
) -> tuple[str | None, str | None]:
    """The module and the head, where exactly one fits."""
    able = [n for n, one in enumerate(said) if one["wrong"] is None and why_not(one) is None]
    if len(able) != 1:
        return None, None
    module = modules[able[0]]
    reading = [one["name"] for one in heads if reads(one, module.name, width(module))]
    return module.name, reading[0] if len(reading) == 1 else None
