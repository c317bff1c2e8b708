"""ONNX: the numbers that a graph begins with; its nodes are read in `onnx_nodes`."""

from pathlib import Path
from typing import Any

import numpy as np

from unrolled.app.files.content import (
    Content,
    Refused,
    Tensor,
    Values,
    Work,
    few,
    named,
    reading,
    shaped,
    widened,
)
from unrolled.app.files.onnx_heads import readers
from unrolled.app.files.onnx_nodes import modules

INSTALL = "pip install 'unrolled[onnx]'"

_FLOATS = {1: "float32", 10: "float16", 11: "float64", 16: "bfloat16"}


def is_one(head: bytes) -> bool:
    """Whether a file begins with a version of the format, as the library writes it."""
    return head[:1] == b"\x08" and 1 <= head[1] < 64 if len(head) > 1 else False


def read(path: Path, work: Work) -> Content:
    """The initializers and the recurrent nodes of a model.

    Raises:
        Refused: it is no ONNX, or keeps its numbers in another file.
    """
    try:
        import onnx
    except ModuleNotFoundError:
        raise Refused(f"ONNX is read where its library is installed: {INSTALL}", 415) from None
    with reading("ONNX"):
        graph = onnx.load_model(str(path), load_external_data=False).graph
    few(len(graph.initializer))
    few(len(graph.node))
    given = list(graph.initializer)
    for node in graph.node:
        if node.op_type == "Constant" and len(node.output) == 1:
            for one in node.attribute:
                if one.name == "value" and one.HasField("t"):
                    one.t.name = node.output[0]
                    given.append(one.t)
    if not given and not graph.node:
        raise Refused("the file cannot be read as ONNX: its graph is empty")
    if len(graph.sparse_initializer):
        raise Refused("received sparse initializers; allowed: dense ones")
    tensors: dict[str, Tensor] = {}
    for one in given:
        tensor = _tensor(one)
        if tensor.name in tensors:
            raise Refused(f"received the initializer {tensor.name} twice")
        tensors[tensor.name] = tensor
    found = list(modules(graph, tensors))
    with reading("ONNX"):
        places = readers(graph, tensors, given)
    return Content("onnx", list(tensors.values()), found, readers=places)


def _tensor(one: Any) -> Tensor:
    from onnx import TensorProto, numpy_helper

    name = named(one.name)
    if one.data_location == TensorProto.EXTERNAL or len(one.external_data):
        raise Refused(
            f"{name}: its numbers stand in another file; allowed: a model of one file, as "
            "onnx.save(model, path, save_as_external_data=False) writes it"
        )
    if one.HasField("segment"):
        raise Refused(f"{name}: is one segment of several; allowed: whole tensors")
    shape = shaped(name, tuple(int(size) for size in one.dims))
    dtype = _FLOATS.get(one.data_type)
    if dtype is None:
        word = TensorProto.DataType.Name(one.data_type) if one.data_type in _known() else "unknown"
        return Tensor(name, shape, word.lower(), None)
    tensor = Tensor(name, shape, dtype, None)
    each = {"float64": 8, "float32": 4}.get(dtype, 2)
    lists = {"float64": one.double_data, "float32": one.float_data}
    there = len(one.raw_data) // each if one.raw_data else len(lists.get(dtype, one.int32_data))
    if there != tensor.size or (one.raw_data and len(one.raw_data) % each):
        raise Refused(f"{name}: holds {there} numbers; shape {shape} has {tensor.size}")

    def values() -> Values:
        with reading("ONNX"):
            found = numpy_helper.to_array(one)
            if dtype == "bfloat16":
                found = found.astype(np.float32)
            return widened(found.reshape(shape))

    return Tensor(name, shape, dtype, values)


def _known() -> set[int]:
    from onnx import TensorProto

    return set(TensorProto.DataType.values())
