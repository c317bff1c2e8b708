"""Which recurrent layers and heads are found in a file, by names and shapes."""

import io
import json

import h5py
import numpy as np
import pytest
from onnx import helper, numpy_helper

from tests.app.hostile_models import hdf5, keras, lstm_model, nothing
from tests.app.networks import drawn, npz, raw_safetensors, safetensors, torch_arrays, with_head
from unrolled.app.files.content import Refused
from unrolled.app.files.job import BLOCKS, FILE, described


@pytest.fixture
def found(tmp_path):
    """`found(file)`: what is said of it."""

    def read(file):
        (tmp_path / FILE).write_bytes(file)
        said = json.loads(described(tmp_path))
        assert (tmp_path / BLOCKS).stat().st_size == sum(
            packed for one in said["arrays"] for packed, _ in one["blocks"]
        )
        return said

    return read


def only(said):
    [module] = said["modules"]
    return module


@pytest.mark.parametrize(
    ("blocks", "kind"), [(1, "torch.nn.RNN"), (3, "torch.nn.GRU"), (4, "torch.nn.LSTM")]
)
@pytest.mark.parametrize("write", [safetensors, npz])
def test_pytorch_by_its_names(found, blocks, kind, write):
    module = only(found(write(torch_arrays(blocks, layers=3, prefix="a.b."))))
    assert (module["module"], module["name"], module["layers"]) == (kind, "a.b", 3)
    assert (module["input_size"], module["hidden_size"]) == (3, 4)
    assert module["wrong"] is None
    assert module["tensors"]["bias_hh_l2"] == "a.b.bias_hh_l2"


def test_a_file_without_biases_or_prefix(found):
    arrays = {"weight_ih_l0": drawn(16, 3), "weight_hh_l0": drawn(16, 4)}
    module = only(found(npz(arrays, packed=True)))
    assert (module["name"], module["wrong"]) == ("lstm", None)


def test_cells_stand_alone_and_stacked(found):
    cells = {}
    for n, inputs in enumerate((3, 4)):
        for name, value in torch_arrays(3, inputs=inputs, prefix=f"cells.{n}.").items():
            cells[name.removesuffix("_l0")] = value
    said = found(safetensors(cells))
    assert [one["name"] for one in said["modules"]] == ["cells.0", "cells.1", "cells.0 + cells.1"]
    both = said["modules"][-1]
    assert both["layers"] == 2
    assert "reads the states" in both["assumed"][-1]
    assert said["module"] is None


def test_both_directions_are_listed(found):
    arrays = torch_arrays()
    arrays |= {f"{name}_reverse": value for name, value in arrays.items()}
    arrays |= {"fc.weight": drawn(5, 8)}
    said = found(safetensors(arrays))
    module = only(said)
    assert module["bidirectional"]
    assert module["tensors"]["weight_hh_l0_reverse"] == "lstm.weight_hh_l0_reverse"
    assert [one["input_size"] for one in said["heads"]] == [8]


def test_a_projection_is_listed(found):
    arrays = {
        "weight_ih_l0": drawn(16, 3), "weight_hh_l0": drawn(16, 2), "weight_hr_l0": drawn(2, 4),
    }  # fmt: skip
    module = only(found(safetensors(arrays)))
    assert (module["hidden_size"], module["projection_size"]) == (4, 2)
    assert module["module"] == "torch.nn.LSTM"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lstm.weight_ih_l0": drawn(15, 3)}, "has shape (15, 3); needed: (16, 3)"),
        ({"lstm.weight_hh_l1": drawn(16, 5)}, "needed: (16, 4)"),
        ({"lstm.bias_hh_l1": None}, "bias_hh of layer 1 is missing"),
        ({"lstm.weight_ih_l1": None}, "weight_ih of layer 1 is missing"),
        ({"lstm.weight_hh_l3": drawn(16, 4)}, "it has layers 0, 1, 3"),
        ({"lstm.weight_hh_l0": np.full((16, 4), np.nan, "f4")}, "holds 64 numbers that are not"),
        ({"lstm.bias_ih_l0": np.inf * drawn(16)}, "not finite"),
        ({"lstm.bias_ih_l0": np.ones(16, "i1")}, "holds int8; allowed: float16"),
        ({"lstm.bias_ih_l0": np.float32(1)}, "has shape (1,); needed: (16,)"),
    ],
)
def test_what_does_not_fit_is_listed_and_said(found, change, words):
    arrays = torch_arrays(layers=2) | change
    said = found(safetensors({n: v for n, v in arrays.items() if v is not None}))
    assert words in only(said)["wrong"]
    assert said["module"] is None


def test_numbers_that_are_none_are_counted(found):
    arrays = torch_arrays()
    arrays["lstm.weight_hh_l0"][3, 2] = np.nan
    module = only(found(safetensors(arrays)))
    assert module["wrong"] == "lstm.weight_hh_l0 holds 1 number that is not finite"
    seen = module["statistics"]["weight_hh (layer 0)"]
    assert seen["not_finite"] == 1
    assert seen["max"] == np.nanmax(arrays["lstm.weight_hh_l0"])


def test_names_may_be_of_any_writing(found):
    said = found(safetensors(torch_arrays(prefix="Кодировщик.層.")))
    assert only(said)["name"] == "Кодировщик.層"


def test_bfloat16_is_read_exactly(found):
    values = np.array([[1.0, -2.5], [0.15625, 3e38]], "f4")
    body = (values.view("u4") >> 16).astype("<u2").tobytes()
    header = {
        name: {"dtype": "BF16", "shape": [2, 2], "data_offsets": [8 * n, 8 * n + 8]}
        for n, name in enumerate(("weight_ih_l0", "weight_hh_l0"))
    }
    module = only(found(raw_safetensors(json.dumps(header).encode(), body * 2)))
    assert module["dtype"] == "bfloat16"
    exact = (values.view("u4") & 0xFFFF0000).view("f4")
    assert module["statistics"]["W_hh (layer 0)"]["max"] == exact.max()


# --- bare names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "kind", "inputs", "words"),
    [
        ({"W_xh": (4, 3), "W_hh": (4, 4), "b_h": (4,)}, "torch.nn.RNN", 3, "relu"),
        ({"Wxh": (3, 4), "Whh": (4, 4), "bh": (4,)}, "keras.SimpleRNN", 3, "relu"),
        ({"W_xh": (4, 4), "W_hh": (4, 4)}, "torch.nn.RNN", 4, "shapes do not say which way"),
        ({"W": (16, 3), "U": (16, 4), "b": (16,)}, "torch.nn.LSTM", 3, "PyTorch's order, i, f, g"),
        ({"Wx": (3, 16), "Wh": (4, 16), "b": (16,)}, "keras.LSTM", 3, "Keras's order"),
        ({"Wx": (3, 12), "Wh": (4, 12), "b": (12,)}, "keras.GRU(reset_after=False)", 3, "z, r, n"),
        ({"W_ih": (12, 3), "W_hh": (12, 4)}, "torch.nn.GRU", 3, "r, z, n"),
        ({"W": (12, 3), "U": (12, 4), "b": (12,)}, "torch.nn.GRU", 3, "outside the product"),
    ],
)
def test_bare_names(found, shapes, kind, inputs, words):
    module = only(found(npz({name: drawn(*shape) for name, shape in shapes.items()})))
    assert (module["module"], module["input_size"], module["hidden_size"]) == (kind, inputs, 4)
    assert module["wrong"] is None
    assert words in " ".join(module["assumed"])


def test_bare_layers_and_a_head(found):
    arrays = {
        "W_xh": drawn(4, 3),
        "W_hh": drawn(4, 4),
        "W_xh_1": drawn(4, 4),
        "W_hh_1": drawn(4, 4),
    }
    said = found(npz(arrays | {"W_hy": drawn(5, 4), "b_y": drawn(5)}))
    assert only(said)["layers"] == 2
    assert (said["module"], said["head"]) == ("rnn", "W_hy")
    assert said["heads"][0]["bias"] == "b_y"


def test_which_heads_are_found(found):
    arrays = with_head(torch_arrays()) | {
        "embedding.weight": drawn(9, 4), "wide.weight": drawn(5, 9), "out.kernel": drawn(4, 7),
    }  # fmt: skip
    said = found(safetensors(arrays))
    assert [(one["name"], one["output_size"]) for one in said["heads"]] == [("fc", 5), ("out", 7)]
    assert (said["module"], said["head"]) == ("lstm", None)


# --- Keras ----------------------------------------------------------------------------------------


def model(kind, **config):
    layer = {"class_name": kind, "config": {"name": "own", "units": 4} | config}
    return {"config": {"layers": [layer]}}


@pytest.mark.parametrize(
    ("config", "name", "words"),
    [
        (model("LSTM"), "own", None),
        (model("LSTM", recurrent_activation="hard_sigmoid"), "own", "'hard_sigmoid'"),
        (model("LSTM", activation={"class_name": "f"}), "own", "an object of 1"),
        (model("LSTM", go_backwards=True), "own", "from its end"),
        ({"config": {"layers": [3, {"class_name": "LSTM", "config": []}]}}, "lstm", None),
        ({"config": 3}, "lstm", None),
        ([], "lstm", None),
    ],
)
def test_a_keras_archive(found, config, name, words):
    module = only(found(keras(hdf5(nothing), config)))
    assert (module["module"], module["name"]) == ("keras.LSTM", name)
    assert bool(module["assumed"]) == (name == "lstm")
    assert module["wrong"] is None if words is None else words in module["wrong"]


def test_a_gru_without_biases_is_listed_both_ways(found):
    def make(file):
        file["layers/gru/cell/vars/0"] = drawn(3, 12)
        file["layers/gru/cell/vars/1"] = drawn(4, 12)

    kinds = ["keras.GRU", "keras.GRU(reset_after=False)"]
    said = found(hdf5(make, lstm=False))
    assert [one["module"] for one in said["modules"]] == kinds
    assert said["module"] is None
    for after, kind in zip((True, False), kinds, strict=True):
        config = model("GRU", reset_after=after)
        assert only(found(keras(hdf5(make, lstm=False), config)))["module"] == kind


def test_keras_2_and_both_directions(found):
    def make(file):
        for way in ("forward", "backward"):
            at = f"bidirectional/bidirectional/{way}_lstm/lstm_cell"
            for name, shape in (
                ("kernel", (3, 16)),
                ("recurrent_kernel", (4, 16)),
                ("bias", (16,)),
            ):
                file[f"{at}/{name}:0"] = drawn(*shape)
        file["dense/dense/kernel:0"], file["dense/dense/bias:0"] = drawn(8, 5), drawn(5)

    said = found(hdf5(make, lstm=False))
    module = only(said)
    assert module["bidirectional"]
    assert "kernel_reverse" in module["tensors"]
    assert [(one["input_size"], one["bias"]) for one in said["heads"]] == [
        (8, "dense/dense/bias:0")
    ]


def test_a_group_that_holds_itself_is_entered_once(found):
    def make(file):
        file["layers/again"] = file["layers"]

    assert len(found(hdf5(make))["tensors"]) == 3


def test_kinds_of_hdf5_that_are_no_weights_are_listed_only(found):
    def make(file):
        file["text"] = "words"
        file["references"] = np.array([file.ref], h5py.ref_dtype)
        file["pairs"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        file["whole"] = np.arange(3)
        file.create_dataset("chunks", data=drawn(40, 40), chunks=(8, 8))
        file["type"] = np.dtype("f4")

    said = found(hdf5(make))
    assert {one["name"] for one in said["tensors"]} > {"text", "references", "pairs", "whole"}
    assert only(said)["wrong"] is None


# --- ONNX -----------------------------------------------------------------------------------------


def test_an_onnx_node(found):
    module = only(found(lstm_model()))
    assert (module["module"], module["name"], module["wrong"]) == ("torch.nn.LSTM", "lstm", None)
    assert module["tensors"] == {
        "weight_ih_l0": "W", "weight_hh_l0": "R", "bias_ih_l0": "B", "bias_hh_l0": "B",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"direction": "reverse"}, "'reverse'"),
        ({"clip": 3.0}, "at 3"),
        ({"input_forget": 1}, "couples"),
        ({"activations": ["HardSigmoid", "Tanh", "Tanh"]}, "HardSigmoid"),
        ({"activations": ["Tanh"]}, "its activations are Tanh;"),
        ({"activation_alpha": [0.5]}, "scaled"),
    ],
)
def test_what_an_onnx_node_may_not_say(found, said, words):
    module = only(found(lstm_model(**said)))
    assert words in module["wrong"]


def test_peepholes_are_refused(found):
    def with_peepholes(graph):
        graph.node[0].input.extend(["", "", "", "P"])
        graph.initializer.append(numpy_helper.from_array(drawn(1, 12), "P"))

    assert "peepholes" in only(found(lstm_model(change=with_peepholes)))["wrong"]


def test_weights_that_the_graph_computes_are_refused(found):
    def computed(graph):
        graph.node.insert(0, helper.make_node("Identity", ["R"], ["R2"]))
        graph.node[1].input[2] = "R2"

    assert "computed in the graph" in only(found(lstm_model(change=computed)))["wrong"]


def test_constants_are_numbers_too(found):
    def constant(graph):
        value = helper.make_tensor("", 1, [1, 16, 4], drawn(64).tolist())
        graph.node.insert(0, helper.make_node("Constant", [], ["R2"], value=value))
        graph.node[1].input[2] = "R2"

    module = only(found(lstm_model(change=constant)))
    assert module["wrong"] is None
    assert module["tensors"]["weight_hh_l0"] == "R2"


@pytest.mark.parametrize("name", ["W", "R", "B"])
def test_wrong_shapes_of_onnx(found, name):
    module = only(found(lstm_model({name: drawn(1, 7, 4) if name != "B" else drawn(1, 7)})))
    assert "needed" in module["wrong"]


def test_an_onnx_of_no_axes(found):
    module = only(found(lstm_model({"W": drawn(16), "R": drawn(16)})))
    assert "needed: 3" in module["wrong"]


def test_without_its_library_onnx_is_refused_in_a_sentence(found, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(Refused, match=r"unrolled\[onnx\]") as error:
        found(lstm_model())
    assert error.value.status == 415


def test_layers_of_onnx_are_stacked_along_the_graph(found):
    def second(graph):
        for name, shape in (("W2", (1, 16, 4)), ("R2", (1, 16, 4))):
            graph.initializer.append(numpy_helper.from_array(drawn(*shape), name))
        graph.node.append(helper.make_node("Squeeze", ["Y"], ["S"]))
        graph.node.append(helper.make_node("LSTM", ["S", "W2", "R2"], ["Z"], hidden_size=4))

    module = only(found(lstm_model(change=second)))
    assert (module["layers"], module["wrong"]) == (2, None)


def test_a_list_of_many_tensors_is_cut(found):
    arrays = torch_arrays() | {f"x{n}": drawn(1) for n in range(600)}
    said = found(safetensors(arrays))
    assert (len(said["tensors"]), said["tensors_left_off"]) == (500, 104)


def test_big_endian_and_fortran_order_are_numbers_as_well(found):
    arrays = torch_arrays(prefix="", dtype="float64")
    there = {name: np.asfortranarray(value).astype(">f8") for name, value in arrays.items()}
    plain, other = (only(found(npz(one)))["statistics"] for one in (arrays, there))
    assert plain == other


def test_a_file_of_h5py_in_memory_is_one(found):
    file = io.BytesIO(hdf5(nothing))
    with h5py.File(file) as read:
        assert list(read) == ["layers"]
