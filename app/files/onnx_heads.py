"""ONNX: matrices that read states, followed through the graph: MatMul and Add, or Gemm."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from unrolled.app.files.content import Tensor, reading
from unrolled.app.files.readers import OF_THE_LOSS, Reader, of_the_loss

_PASSING = {
    "Identity", "Dropout", "Squeeze", "Unsqueeze", "Transpose", "Gather", "Slice", "Reshape",
    "Flatten",
}  # fmt: skip
"""What moves or picks whole states."""
_RECURRENT = {"RNN", "LSTM", "GRU"}
_DECISIONS = {"ArgMax", "TopK"}
"""What follows the numbers and is no part of them."""
_LOG = "LogSoftmax"
_MOST_STEPS = 50


@dataclass(slots=True)
class _Graph:
    """Who makes a value, who reads it, and which values are numbers of the file."""

    tensors: dict[str, Tensor]
    constants: dict[str, list[int]]
    made: dict[str, Any] = field(default_factory=dict)
    read: dict[str, list[Any]] = field(default_factory=dict)


def readers(graph: Any, tensors: dict[str, Tensor], given: list[Any]) -> dict[str, Reader]:
    """Matrix → how it reads the states of a recurrent node.

    Args:
        graph: of the model.
        tensors: the initializers and constants, as they were read.
        given: the same, as the file holds them.
    """
    whole = _Graph(tensors, _constants(given))
    for node in graph.node:
        whole.made |= {name: node for name in node.output if name}
        for name in node.input:
            whole.read.setdefault(name, []).append(node)
    found: dict[str, Reader] = {}
    for node in graph.node:
        if node.op_type not in ("MatMul", "Gemm") or len(node.input) < 2:
            continue
        for place in (0, 1):
            name, flipped = _source(whole, node.input[place])
            if name is None:
                continue
            one = _reader(whole, node, place, flipped)
            if name in found:
                one = replace(one, why_not="it is multiplied at several places of the graph")
            found[name] = one
    return found


def _constants(given: list[Any]) -> dict[str, list[int]]:
    """Small whole numbers: axes, indices and shapes."""
    from onnx import TensorProto, numpy_helper

    found: dict[str, list[int]] = {}
    for one in given:
        small = int(np.prod([int(size) for size in one.dims], dtype=object)) <= 16
        if small and one.data_type in (TensorProto.INT64, TensorProto.INT32):
            with reading("ONNX"):
                found[one.name] = [int(n) for n in numpy_helper.to_array(one).ravel()]
    return found


def _said(node: Any) -> dict[str, Any]:
    from onnx import helper

    with reading("ONNX"):
        return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def _source(whole: _Graph, name: str) -> tuple[str | None, bool]:
    """The tensor of the file that a value is, and whether it is transposed on its way."""
    flipped = False
    for _ in range(10):
        if name in whole.tensors:
            return name, flipped
        node = whole.made.get(name)
        if node is None or node.op_type not in ("Identity", "Transpose") or not node.input:
            return None, False
        flipped ^= node.op_type == "Transpose" and list(_said(node).get("perm", [1, 0])) == [1, 0]
        name = node.input[0]
    return None, False


def _reader(whole: _Graph, node: Any, place: int, flipped: bool) -> Reader:
    said = _said(node)
    gemm = node.op_type == "Gemm"
    turned = bool(said.get("transB", 0) if gemm else 0) == flipped
    if place == 0:
        return Reader(turned=turned, why_not="it stands left of what it multiplies")
    bias, why, out = None, None, node.output[0]
    if gemm:
        scaled = [n for n in ("alpha", "beta") if said.get(n, 1.0) != 1.0]
        third = node.input[2] if len(node.input) > 2 else ""
        if said.get("transA", 0):
            why = "its Gemm transposes what it reads"
        elif scaled and (scaled[0] == "alpha" or third):
            why = f"its Gemm scales by {scaled[0]} = {said[scaled[0]]:g}; allowed: 1"
        elif third:
            bias, _ = _source(whole, third)
            why = None if bias else "its bias is computed in the graph; allowed: an initializer"
    else:
        after = [one for one in whole.read.get(out, []) if one.op_type != "Shape"]
        adds = [one for one in after if one.op_type == "Add"]
        if adds:
            [other, *_] = [*(name for name in adds[0].input if name != out), ""]
            bias, _ = _source(whole, other)
            if bias is None:
                why = "what the graph computes is added to it; allowed: an initializer"
            elif len(after) > 1:
                why = "its numbers are read before the bias is added too"
            out = adds[0].output[0]
    reads, before = _before(whole, node.input[0])
    assumed, behind = _after(whole, out)
    return Reader(reads, bias, turned, assumed, why or before or behind)


def _before(whole: _Graph, name: str) -> tuple[str | None, str | None]:
    """W of the node whose states are read, and what stands between that changes them."""
    way: list[Any] = []
    while True:
        node = whole.made.get(name)
        if node is None or len(way) > _MOST_STEPS:
            return None, "it reads no states of a recurrent layer"
        if node.op_type in _RECURRENT:
            break
        if node.op_type not in _PASSING or not node.input:
            return None, f"{_called(node)} stands between the layer and the head"
        way.append(node)
        name = node.input[0]
    reads = node.input[1] if len(node.input) > 1 else None
    number = list(node.output).index(name)
    if number > 1:
        return reads, "it reads the cell state; allowed: the states h"
    rank: int | None = 3 if number else 4
    place = -1  # of the axis of units, from the end
    for one in reversed(way):
        moved = _moved(whole, one, rank, place)
        if moved is None:
            return reads, f"{_called(one)} between the layer and the head takes states apart"
        rank, place = moved
    return reads, None if place == -1 else "the head reads another axis than that of the units"


def _moved(whole: _Graph, node: Any, rank: int | None, place: int) -> tuple[int | None, int] | None:
    """How many axes there are after a node, and which is that of the units; None: none is."""
    said, kind = _said(node), node.op_type
    if kind == "Transpose":
        perm = list(said.get("perm", []))
        at = len(perm) + place
        return (len(perm), perm.index(at) - len(perm)) if at in perm else None
    if kind in ("Squeeze", "Unsqueeze"):
        axes = said.get("axes") or _ints(whole, node, 1)
        if axes is None or place != -1 or (kind == "Unsqueeze" and -1 in axes):
            return (None, place) if place == -1 and axes is None and kind == "Squeeze" else None
        count = len(axes) if kind == "Unsqueeze" else -len(axes)
        return (None if rank is None else rank + count), place
    if kind == "Gather":
        axis = said.get("axis", 0)
        if _hits([axis], rank, place):
            return None
        indices = node.input[1] if len(node.input) > 1 else ""
        one = whole.tensors.get(indices)
        scalar = one is not None and not one.shape
        behind = (axis if axis < 0 or rank is None else axis - rank) > place and rank is not None
        if not scalar:
            return (rank if one is not None and len(one.shape) == 1 else None), place
        return (None if rank is None else rank - 1), place + (1 if behind else 0)
    if kind == "Slice":
        axes = said.get("axes") or _ints(whole, node, 3)
        return None if axes is None or _hits(axes, rank, place) else (rank, place)
    if kind == "Reshape":
        shape = _ints(whole, node, 1)
        return None if place != -1 else (len(shape) if shape else None, place)
    if kind == "Flatten":
        return None if place != -1 else (2, place)
    return rank, place


def _hits(axes: list[int], rank: int | None, place: int) -> bool:
    """Whether one of the axes is, or could be, that of the units."""
    if rank is None:
        return any(axis == place or axis > 1 for axis in axes)
    return any((axis if axis < 0 else axis - rank) == place for axis in axes)


def _ints(whole: _Graph, node: Any, number: int) -> list[int] | None:
    return whole.constants.get(node.input[number]) if len(node.input) > number else None


def _after(whole: _Graph, name: str) -> tuple[tuple[str, ...], str | None]:
    """What is assumed of the nodes behind a head, and what there changes its numbers."""
    assumed: list[str] = []
    waiting, seen = [name], {name}
    while waiting:
        for node in _behind(whole, waiting.pop()):
            kind = node.op_type
            if kind.lower() in OF_THE_LOSS or kind == _LOG:
                assumed.append(of_the_loss(_LOG if kind == _LOG else kind.lower()))
            elif kind in _DECISIONS:
                assumed.append(f"{kind} behind the head is no part of the network")
            elif kind in _PASSING:
                new = [one for one in node.output if one and one not in seen]
                seen.update(new)
                waiting.extend(new)
            else:
                return (), f"{_called(node)} stands behind the head"
            if len(seen) > _MOST_STEPS:
                return (), "too many nodes stand behind the head"
    return tuple(dict.fromkeys(assumed)), None


def _behind(whole: _Graph, name: str) -> Iterator[Any]:
    return (one for one in whole.read.get(name, []) if one.op_type != "Shape")


def _called(node: Any) -> str:
    kind = str(node.op_type)
    return kind if kind.isprintable() and 0 < len(kind) <= 60 else "an operator"
