"""Heads: matrices that could read the states of a module, each with the vector beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from unrolled.app.files.content import Content, Module, Tensor, Values, readable
from unrolled.app.files.keras_names import said_of

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
    """

    name: str
    weight: Tensor
    bias: Tensor | None
    output_size: int
    input_size: int
    turned: bool

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
        found = _SPLIT.fullmatch(tensor.name)
        prefix, last = (found["prefix"] or "", found["last"]) if found else ("", tensor.name)
        head = _head(tensor, prefix, last, widths, by_name)
        if head is None or (head.bias is None and "emb" in tensor.name.lower()):
            continue
        key, said = said_of(prefix, content.facts)
        yield Head(
            str(said.get("layer") or key or head.name),
            head.weight,
            head.bias,
            head.output_size,
            head.input_size,
            head.turned,
        )


def _head(
    tensor: Tensor, prefix: str, last: str, widths: set[int], by_name: dict[str, Tensor]
) -> Head | None:
    rows, columns = tensor.shape
    ways = [(False, rows, columns), (True, columns, rows)]
    if last in _COLUMNS:
        ways = ways[1:]
    elif last == "weight":
        ways = ways[:1]
    for turned, outputs, inputs in ways:
        if inputs in widths and outputs:
            beside = _BESIDE.get(last)
            before = tensor.name[: len(tensor.name) - len(last)]
            bias = by_name.get(f"{before}{beside}") if beside else None
            fits = bias is not None and bias.shape == (outputs,) and bias.read is not None
            return Head(prefix or last, tensor, bias if fits else None, outputs, inputs, turned)
    return None
