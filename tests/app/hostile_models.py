"""Files of Keras and ONNX that are not what they should be."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.app.hostile_arrays import Hostile, archive
from tests.app.networks import drawn

LSTM = "layers/lstm/cell/vars"


def hdf5(make: Callable[[Any], None], lstm: bool = True) -> bytes:
    """A file of weights with a good LSTM, and what `make` adds to it."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        if lstm:
            arrays = drawn(3, 16), drawn(4, 16), drawn(16)
            for n, array in enumerate(arrays):
                file[f"{LSTM}/{n}"] = array
        make(file)
    return held.getvalue()


def keras(weights: bytes, config: Any = None, **more: bytes) -> bytes:
    said = json.dumps({"config": {"layers": []}} if config is None else config).encode()
    return archive({"config.json": said, "model.weights.h5": weights} | more)


def nothing(file: Any) -> None:
    """Nothing is added."""


def linked(link: Any) -> Callable[[Any], None]:
    def make(file: Any) -> None:
        file["layers/other"] = link

    return make


def external(file: Any) -> None:
    place = [("/etc/hostname", 0, 12)]
    file.create_dataset("a", (3,), "f4", external=place)


def virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((3,), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "a", (3,))
    file.create_virtual_dataset("a", layout)


def filtered(file: Any) -> None:
    file.create_dataset("a", data=np.zeros(2**20, "f4"), compression="gzip")


def hollow(file: Any) -> None:
    """A terabyte of which nothing is there."""
    file.create_dataset(f"{LSTM}/0", (2**19, 2**19), "f4")


def null(file: Any) -> None:
    file["a"] = h5py.Empty("f4")


def deep(file: Any) -> None:
    file.create_group("/".join("a" * 40))


def many(file: Any) -> None:
    for n in range(20_001):
        file.create_group(f"{n}")


def control(file: Any) -> None:
    file["a\x07"] = np.ones(3)


def weights_files() -> Iterator[Hostile]:
    good = hdf5(nothing)
    yield (
        "HDF5: a link to another file",
        hdf5(linked(h5py.ExternalLink("/etc/passwd", "/a"))),
        422,
        "link to another file",
    )
    yield "HDF5: a soft link", hdf5(linked(h5py.SoftLink("/layers"))), 422, "link to another place"
    yield "HDF5: numbers in another file", hdf5(external), 422, "another file"
    yield "HDF5: a virtual array", hdf5(virtual), 422, "other arrays"
    yield "HDF5: a filter", hdf5(filtered), 422, "filter"
    yield "HDF5: a terabyte of nothing", hdf5(hollow, lstm=False), 422, "holds 0 bytes"
    yield "HDF5: an array without a shape", hdf5(null), 422, "no shape"
    yield "HDF5: groups nested deeply", hdf5(deep), 422, "deeper than 32"
    yield "HDF5: too many groups", hdf5(many), 422, "allowed: 20000"
    yield "HDF5: a name that rings", hdf5(control), 422, "printable"
    yield "HDF5: cut off", good[: len(good) // 2], 422, "HDF5"
    yield "HDF5: its sign alone", good[:8] + bytes(500), 422, "HDF5"
    yield "HDF5: torn", good[:100] + bytes(400) + good[500:], 422, "HDF5"
    yield "HDF5: nothing", hdf5(nothing, lstm=False), 422, "no recurrent layer"


def keras_files() -> Iterator[Hostile]:
    good = hdf5(nothing)
    yield "Keras: without weights", archive({"config.json": b"{}"}), 422, "without model.weights"
    yield "Keras: without configuration", archive({"model.weights.h5": good}), 422, "without config"
    yield "Keras: weights that are none", keras(b"nothing"), 422, "HDF5"
    yield "Keras: a path that leads out", keras(good, **{"../../a": b""}), 422, "within the archive"
    yield (
        "Keras: a large configuration",
        archive({"config.json": b" " * (2**24 + 1), "model.weights.h5": good}),
        422,
        "allowed: 16777216",
    )
    yield (
        "Keras: a bomb",
        archive({"config.json": b"{}", "model.weights.h5": bytes(2**25)}, zipfile.ZIP_DEFLATED),
        422,
        "unpack to",
    )
    yield "Keras: a pickle inside", keras(good, **{"a.pkl": b"\x80\2."}), 415, "pickle"


def lstm_model(
    weights: dict[str, Any] | None = None, change: Callable[[Any], None] = nothing, **said: Any
) -> bytes:
    """A model of one LSTM."""
    arrays = {"W": drawn(1, 16, 3), "R": drawn(1, 16, 4), "B": drawn(1, 32)} | (weights or {})
    said = {"hidden_size": 4} | said
    node = helper.make_node("LSTM", ["X", *arrays], ["Y"], name="lstm", **said)
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["T", 1, 3])
    y = helper.make_tensor_value_info("Y", TensorProto.FLOAT, None)
    given = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    model = helper.make_model(helper.make_graph([node], "g", [x], [y], given))
    change(model.graph)
    return bytes(model.SerializeToString())


def outside(graph: Any) -> None:
    tensor = graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"


def outside_in_words(graph: Any) -> None:
    entry = graph.initializer[1].external_data.add()
    entry.key, entry.value = "location", "weights.bin"


def short(graph: Any) -> None:
    graph.initializer[0].raw_data = graph.initializer[0].raw_data[:-4]


def negative(graph: Any) -> None:
    graph.initializer[0].dims[0] = -1


def huge(graph: Any) -> None:
    graph.initializer[0].dims[:] = [2**39, 2**39]


def twice(graph: Any) -> None:
    graph.initializer.append(graph.initializer[0])


def sparse(graph: Any) -> None:
    graph.sparse_initializer.add()


def segment(graph: Any) -> None:
    graph.initializer[0].segment.begin = 0


def unnamed(graph: Any) -> None:
    graph.initializer[0].name = ""


def many_tensors(graph: Any) -> None:
    for n in range(20_001):
        graph.initializer.add(name=f"{n}", data_type=1, dims=[0])


def models() -> Iterator[Hostile]:
    good = lstm_model()
    for name, change, words in (
        ("numbers in another file", outside, "another file"),
        ("a place in another file", outside_in_words, "another file"),
        ("fewer numbers than its shape", short, "holds 47 numbers"),
        ("a negative size", negative, "size -1"),
        ("a size of 2⁷⁸", huge, "has"),
        ("a name that comes twice", twice, "twice"),
        ("sparse numbers", sparse, "sparse"),
        ("a segment", segment, "segment"),
        ("no name", unnamed, "a name"),
        ("too many tensors", many_tensors, "allowed: 20000"),
    ):
        yield f"ONNX: {name}", lstm_model(change=change), 422, words
    yield "ONNX: cut off", good[:-100], 422, "ONNX"
    yield "ONNX: nothing", bytes(onnx.ModelProto(ir_version=8).SerializeToString()), 422, "ONNX"
    yield "ONNX: noise", b"\x08\x09" + drawn(400).tobytes(), 422, "ONNX"
    empty = helper.make_model(helper.make_graph([], "g", [], [], []))
    yield "ONNX: an empty graph", bytes(empty.SerializeToString()), 422, "empty"


HOSTILE = [*weights_files(), *keras_files(), *models()]
