"""Which recurrent layers and heads are found in a file, by names and shapes."""

import json

import numpy as np
import pytest

from tests.app.files_read import only, reader
from tests.app.networks import drawn, npz, raw_safetensors, safetensors, torch_arrays, with_head
from unrolled.app.files.job import label


@pytest.fixture
def found(tmp_path):
    return reader(tmp_path)


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
    assert module["wrong"] is None
    assert set(module["statistics"]) == {
        f"{p} (layer 0{way})" for p in ("W_xh", "W_hh", "b_h") for way in ("", ", reverse")
    }
    assert (said["module"], said["head"]) == ("lstm", "fc")
    assert label("W_hh_1_reverse") == "W_hh (layer 1, reverse)"


def test_a_projection_is_listed(found):
    arrays = {
        "weight_ih_l0": drawn(16, 3), "weight_hh_l0": drawn(16, 2), "weight_hr_l0": drawn(2, 4),
    }  # fmt: skip
    module = only(found(safetensors(arrays)))
    assert (module["hidden_size"], module["projection_size"]) == (4, 2)
    assert module["module"] == "torch.nn.LSTM(proj_size)"
    assert module["wrong"] is None
    assert {"W_hh (layer 0)", "W_hr (layer 0)"} <= set(module["statistics"])


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


def test_a_list_of_many_tensors_is_cut(found):
    arrays = torch_arrays() | {f"x{n}": drawn(1) for n in range(600)}
    said = found(safetensors(arrays))
    assert (len(said["tensors"]), said["tensors_left_off"]) == (500, 104)


def test_big_endian_and_fortran_order_are_numbers_as_well(found):
    arrays = torch_arrays(prefix="", dtype="float64")
    there = {name: np.asfortranarray(value).astype(">f8") for name, value in arrays.items()}
    plain, other = (only(found(npz(one)))["statistics"] for one in (arrays, there))
    assert plain == other


def test_what_a_file_of_names_cannot_say_of_its_head_is_assumed(found):
    for write in (safetensors, npz):
        said = found(write(with_head(torch_arrays())))
        [head] = said["heads"]
        assert head["assumed"] == [
            "nothing stands between the layer and the head, and no activation after it"
        ]
        assert (said["head"], head["reads"], head["why_not"]) == ("fc", None, None)
