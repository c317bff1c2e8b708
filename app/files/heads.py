"""Heads: matrices that could read the states of a module, each with the vector beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from unrolled.app.files import keras_graph
from unrolled.app.files.content import Content, Module, Tensor, Values, readable
from unrolled.app.files.keras_names import said_of
from unrolled.app.files.readers import OPEN, Reader

_BESIDE = {
    "weight": "bias",
    "kernel": "bias",
    "kernel:0": "bias:0",
    "vars/0": "vars/1",
    "W_hy": "b_y",
    "Why": "by",
    "W_ho": "b_o",
    "W_y": "b_y",
    "Wy": "by",
    "V": "c",
    "W_out": "b_out",
}
"""What a matrix is called → what its bias is called."""
_COLUMNS = {"kernel", "kernel:0", "vars/0"}
"""Names of matrices that have a column for each output."""
_SPLIT = re.compile(r"(?:(?P<prefix>.*?)[./])?(?P<last>vars/\d+|[^./]+)")
_UNKNOWN = Reader(assumed=(OPEN,))


@dataclass(frozen=True, slots=True)
class Head:
    """W_hy and b_y, as they were found.

    Attributes:
        name: of its own in the file.
        weight: the matrix, as it lies in the file.
        bias: the vector; None: zeros.
        output_size: K.
        input_size: H, or another width of a module's states.
        turned: whether the matrix has a column for each output.
        reads: the modules whose states it reads; None where the file does not say.
        assumed: what is not computed, or not in the file, as sentences.
        why_not: why it cannot be taken; None where nothing is known against it.
    """

    name: str
    weight: Tensor
    bias: Tensor | None
    output_size: int
    input_size: int
    turned: bool
    reads: tuple[str, ...] | None = None
    assumed: tuple[str, ...] = ()
    why_not: str | None = None

    def matrix(self) -> Values:
        """W_hy, (K, H)."""
        values = readable(self.weight)
        return np.ascontiguousarray(values.T) if self.turned else values


def width(module: Module) -> int:
    """How many numbers a step of its states has."""
    own = module.projection_size or module.hidden_size
    return own * 2 if module.bidirectional else own


def heads(content: Content, modules: list[Module]) -> Iterator[Head]:
    """Those of which one side is as wide as a module's states."""
    used = {one.name for module in modules for layer in module.layers for one in layer.values()}
    widths = {width(module) for module in modules}
    by_name = {one.name: one for one in content.tensors}
    for tensor in content.tensors:
        if tensor.name in used or len(tensor.shape) != 2 or tensor.read is None:
            continue
        if widths.isdisjoint(tensor.shape):
            continue
        found = _SPLIT.fullmatch(tensor.name)
        prefix, last = (found["prefix"] or "", found["last"]) if found else ("", tensor.name)
        key, said = said_of(prefix, content.facts)
        reader = _reader(content, tensor, key)
        if reader is None:
            continue
        head = _head(tensor, prefix, last, widths, reader.turned)
        if head is None:
            continue
        if content.readers is None:
            head = replace(head, bias=_beside(head, last, by_name))
        elif reader.bias is not None:
            head = _added(head, by_name[reader.bias])
        if head.bias is None and "emb" in tensor.name.lower() and content.readers is None:
            continue
        head = replace(head, name=str(said.get("layer") or key or head.name))
        yield _placed(head, reader, modules)


def _reader(content: Content, tensor: Tensor, key: str) -> Reader | None:
    """A matrix's place in the graph; None where it is known to be no head."""
    if content.readers is not None:
        return content.readers.get(tensor.name)
    return keras_graph.reader(key, content.facts) if content.format == "keras" else _UNKNOWN


def _placed(head: Head, reader: Reader, modules: list[Module]) -> Head:
    """With what the graph says of it."""
    why, reads = head.why_not or reader.why_not, None
    if reader.reads is not None:
        reads = tuple(
            one.name
            for one in modules
            if width(one) == head.input_size and _ends(one, reader.reads)
        )
        if not reads:
            why = why or "it reads another layer than the last of a module, or not all its states"
    return replace(head, reads=reads, assumed=reader.assumed, why_not=why)


def _ends(module: Module, name: str) -> bool:
    """Whether a tensor, or a layer, of that name is the last of a module."""
    last = module.layers[-1].values() if module.layers else ()
    return any(one.name == name or f"/{name}/" in f"/{one.name}" for one in last)


def _head(
    tensor: Tensor, prefix: str, last: str, widths: set[int], turned: bool | None
) -> Head | None:
    rows, columns = tensor.shape
    ways = [(False, rows, columns), (True, columns, rows)]
    if turned is not None:
        ways = [ways[turned]]
    elif last in _COLUMNS:
        ways = ways[1:]
    elif last == "weight":
        ways = ways[:1]
    for way, outputs, inputs in ways:
        if inputs in widths and outputs:
            return Head(prefix or last, tensor, None, outputs, inputs, way)
    return None


def _beside(head: Head, last: str, by_name: dict[str, Tensor]) -> Tensor | None:
    """The bias that is called as the matrix is."""
    whole, beside = head.weight.name, _BESIDE.get(last)
    bias = by_name.get(f"{whole[: len(whole) - len(last)]}{beside}") if beside else None
    fits = bias is not None and bias.shape == (head.output_size,) and bias.read is not None
    return bias if fits else None


def _added(head: Head, bias: Tensor) -> Head:
    """With the bias that the graph adds, and the name of it where the matrix has none."""
    outputs = (head.output_size,)
    if bias.read is None or bias.size != head.output_size or bias.shape[-1:] != outputs:
        why = f"{bias.name}, which is added to it, has shape {bias.shape}; needed: {outputs}"
        return replace(head, why_not=why)
    if bias.shape != outputs:
        bias = bias.part(outputs, lambda values: values.reshape(outputs))
    name = bias.name.removesuffix(".bias") if "::" in head.name else head.name
    return replace(head, name=name, bias=bias)
