"""Heads of Keras and ONNX, whose files say what stands between them and the layer."""

import pytest
from onnx import helper, numpy_helper

from tests.app.files_read import only, reader
from tests.app.hostile_models import hdf5, keras, lstm_model
from tests.app.networks import drawn


@pytest.fixture
def found(tmp_path):
    return reader(tmp_path)


# --- Keras ----------------------------------------------------------------------------------------


def dense(file):
    file["layers/dense/vars/0"], file["layers/dense/vars/1"] = drawn(4, 5), drawn(5)


def layer(kind, name="", **config):
    return {"class_name": kind, "config": {"name": name or kind} | config}


LSTM = layer("LSTM", units=4)
DENSE = layer("Dense", units=5, activation="linear")


def kept(found, *layers):
    return found(keras(hdf5(dense), {"config": {"layers": list(layers)}}))


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_an_activation_of_the_loss_is_assumed(found, activation):
    for ends in (
        [layer("Dense", units=5, activation=activation)],
        [DENSE, layer("Activation", activation=activation)],
    ):
        said = kept(found, LSTM, layer("Dropout"), *ends)
        [head] = said["heads"]
        words = f"the head's activation {activation} belongs to the loss and is not applied"
        assert (head["assumed"], head["why_not"], said["head"]) == ([words], None, "Dense")
        assert head["reads"] == ["LSTM"]


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([LSTM, layer("Dense", units=5, activation="relu")], "'relu'; allowed: linear, softmax"),
        ([LSTM, layer("Dense", units=5, activation={"class_name": "f"})], "its activation is an"),
        ([LSTM, layer("LayerNormalization", "norm"), DENSE], "'norm' of class 'LayerNormal"),
        ([LSTM, layer("Activation", "act", activation="tanh"), DENSE], "'act' of class"),
        ([LSTM, layer("GlobalAveragePooling1D"), DENSE], "stands between"),
        ([LSTM, DENSE, layer("ReLU", "r")], "'r' of class 'ReLU' stands behind"),
        ([LSTM, DENSE, layer("Activation", "act", activation="tanh")], "'act'"),
        ([layer("InputLayer"), DENSE, LSTM], "no states of a recurrent layer"),
        ([DENSE, LSTM], "no states of a recurrent layer"),
    ],
)
def test_what_changes_numbers_is_named_and_not_chosen(found, layers, words):
    said = kept(found, *layers)
    assert words in said["heads"][0]["why_not"]
    assert (said["module"], said["head"]) == ("LSTM", None)


def test_a_functional_model_is_followed_along_what_its_layers_read(found):
    def tensor(name, output=0):
        history = {"keras_history": [name, 0, output]}
        return [{"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}]

    norm = layer("LayerNormalization", "norm") | {"inbound_nodes": tensor("LSTM")}
    lstm = LSTM | {"inbound_nodes": []}
    for reads, words in (
        (tensor("LSTM"), None),
        (tensor("norm"), "'norm' of class"),
        (tensor("LSTM", 2), "cell state"),
        (tensor("LSTM") + tensor("norm"), "reads several layers"),
    ):
        said = kept(found, lstm, norm, DENSE | {"inbound_nodes": reads})
        why = said["heads"][0]["why_not"]
        assert why is None if words is None else words in why


def test_weights_without_a_configuration_say_that_it_is_missing(found):
    [head] = found(hdf5(dense))["heads"]
    assert "are not in the file" in head["assumed"][0]
    assert head["why_not"] is None


def test_an_lstm_of_relu_is_a_cell_of_its_own(found):
    said = kept(found, layer("LSTM", units=4, activation="relu"), DENSE)
    module = only(said)
    assert (module["module"], module["wrong"]) == ("keras.LSTM(activation='relu')", None)
    assert module["statistics"]
    other = layer("LSTM", units=4, activation="relu", recurrent_activation="relu")
    assert "'relu' and 'relu'" in only(kept(found, other))["wrong"]


# --- ONNX -----------------------------------------------------------------------------------------


def onnx_model(*nodes, **arrays):
    """An LSTM whose Y is squeezed to S; what follows reads S."""

    def add(graph):
        for name, array in ({"fc.w": drawn(4, 5), "fc.b": drawn(5)} | arrays).items():
            graph.initializer.append(numpy_helper.from_array(array, name))
        graph.node.append(helper.make_node("Squeeze", ["Y"], ["S"]))
        for op, reads, makes, *said in nodes:
            graph.node.append(helper.make_node(op, reads, [makes], **(said[0] if said else {})))

    return lstm_model(change=add)


MATMUL, ADD = ("MatMul", ["S", "fc.w"], "M"), ("Add", ["fc.b", "M"], "O")


@pytest.mark.parametrize(
    ("nodes", "arrays"),
    [
        ([MATMUL, ADD], {}),
        ([MATMUL, ("Add", ["M", "fc.b"], "O")], {"fc.b": drawn(1, 5)}),
        ([("Gemm", ["S", "fc.w", "fc.b"], "O")], {}),
        ([("Gemm", ["S", "fc.w", "fc.b"], "O", {"transB": 1})], {"fc.w": drawn(5, 4)}),
        ([("Transpose", ["fc.w"], "T"), ("MatMul", ["S", "T"], "M"), ADD], {"fc.w": drawn(5, 4)}),
        ([("Identity", ["S"], "S2"), ("MatMul", ["S2", "fc.w"], "M"), ADD], {}),
    ],
)
def test_the_bias_is_what_the_graph_adds(found, nodes, arrays):
    said = found(onnx_model(*nodes, **arrays))
    [head] = said["heads"]
    assert (head["bias"], head["output_size"], head["why_not"]) == ("fc.b", 5, None)
    assert said["head"] == head["name"]
    assert head["assumed"] == []
    assert set(head["arrays"]) == {"W_hy", "b_y"}


def test_a_square_matrix_lies_as_the_graph_multiplies_it(found):
    for node in (
        ("MatMul", ["S", "fc.w"], "M"),
        ("Gemm", ["S", "fc.w"], "M", {"transB": 1}),
    ):
        said = found(onnx_model(node, **{"fc.w": drawn(4, 4)}))
        assert said["heads"][0]["why_not"] is None


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([("Relu", ["S"], "R"), ("MatMul", ["R", "fc.w"], "M"), ADD], "Relu stands between"),
        ([MATMUL, ADD, ("Tanh", ["O"], "Z")], "Tanh stands behind"),
        ([MATMUL, ("Add", ["M", "S"], "O")], "computes is added"),
        ([MATMUL, ADD, ("Relu", ["M"], "Z")], "before the bias"),
        ([("Gemm", ["S", "fc.w", "fc.b"], "O", {"alpha": 0.5})], "alpha = 0.5"),
        ([("Gemm", ["S", "fc.w", "fc.b"], "O", {"beta": 2.0})], "beta = 2"),
        ([("Gemm", ["S", "fc.w", "fc.b"], "O", {"transA": 1})], "transposes"),
        ([("MatMul", ["X", "fc.w"], "M"), ADD], "no states of a recurrent layer"),
        ([MATMUL, ADD, ("MatMul", ["X", "fc.w"], "M2")], "several places"),
        ([("Transpose", ["S"], "T", {"perm": [0, 2, 1]}), ("MatMul", ["T", "fc.w"], "M")], "axis"),
        ([("Gather", ["S", "fc.i"], "T", {"axis": -1}), ("MatMul", ["T", "fc.w"], "M")], "apart"),
    ],
)
def test_what_changes_numbers_in_a_graph_is_named(found, nodes, words):
    said = found(onnx_model(*nodes))
    assert words in said["heads"][0]["why_not"]
    assert said["head"] is None


def test_a_softmax_behind_a_head_of_onnx_belongs_to_the_loss(found):
    said = found(onnx_model(MATMUL, ADD, ("Softmax", ["O"], "P")))
    [head] = said["heads"]
    assert "softmax belongs to the loss" in head["assumed"][0]
    assert said["head"] == head["name"]


def test_a_matrix_that_nothing_multiplies_is_no_head(found):
    assert found(onnx_model(("Gather", ["fc.w", "X"], "E")))["heads"] == []
