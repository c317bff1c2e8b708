"""What is found in files of Keras and ONNX, which say more than names and shapes."""

import sys

import h5py
import numpy as np
import pytest
from onnx import helper, numpy_helper

from tests.app.files_read import only, reader
from tests.app.hostile_models import hdf5, keras, lstm_model, nothing
from tests.app.networks import drawn
from unrolled.app.files.content import Refused


@pytest.fixture
def found(tmp_path):
    return reader(tmp_path)


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
