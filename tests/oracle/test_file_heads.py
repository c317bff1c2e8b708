"""Heads that PyTorch and Keras wrote into ONNX and .keras give here the outputs they give there."""

from __future__ import annotations

import io
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.engine.reference.compare import close
from tests.oracle.test_files import DTYPES, here
from unrolled.app.files.content import Work, readable
from unrolled.app.files.formats import read
from unrolled.app.files.found import find
from unrolled.app.files.heads import Head

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


def outputs(path: Path, folder: Path, inputs: Any) -> tuple[Any, Head]:
    """o_t = W_hy h_t + b_y of the one module and the one head of a file, and the head."""
    with ExitStack() as held:
        [module], [head] = find(read(path, Work(folder, held)))
        layers = [{n: readable(one) for n, one in own.items()} for own in module.layers]
        assert (head.why_not, head.reads) == (None, (module.name,))
        assert head.bias is not None
        matrix, bias = head.matrix(), readable(head.bias)
    entering = np.zeros((*inputs.shape[:2], module.hidden_size))
    h, _ = here(module, layers, inputs, entering, "tanh")
    return h @ matrix.T.astype(float) + bias, head


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("last", [False, True], ids=["MatMul and Add", "Gemm"])
def test_a_head_that_pytorch_exports_to_onnx(
    random: np.random.Generator, tmp_path: Path, last: bool
) -> None:
    class Tagger(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = torch.nn.LSTM(3, 4, batch_first=True)
            self.fc = torch.nn.Linear(4, 5)

        def forward(self, inputs: Any) -> Any:
            states, _ = self.lstm(inputs)
            return self.fc(states[:, -1] if last else states)

    model = Tagger().eval()
    inputs = torch.tensor(random.normal(size=(2, 6, 3))).float()
    file = io.BytesIO()
    torch.onnx.export(model, (inputs,), file, dynamo=False)
    path = tmp_path / "model.onnx"
    path.write_bytes(file.getvalue())
    theirs = model(inputs).detach().numpy()
    o, head = outputs(path, tmp_path, inputs.numpy().swapaxes(0, 1))
    o = o.swapaxes(0, 1)
    assert (head.name, head.assumed) == ("fc", ())
    close("o_t", o[:, -1] if last else o, theirs, *DTYPES["float32"])


def test_a_head_of_keras_with_softmax(random: np.random.Generator, tmp_path: Path) -> None:
    import keras

    lstm = keras.layers.LSTM(4, return_sequences=True)
    ends = [keras.layers.Dropout(0.5), keras.layers.Dense(5, activation="softmax", name="out")]
    model = keras.Sequential([keras.Input((None, 3)), lstm, *ends])
    model.layers[-1].bias.assign(random.normal(size=5))
    path = tmp_path / "model.keras"
    model.save(path)
    inputs = random.normal(size=(2, 6, 3)).astype("f4")
    theirs = model(torch.tensor(inputs), training=False).detach().numpy()
    o, head = outputs(path, tmp_path, inputs.swapaxes(0, 1))
    assert head.name == "out"
    assert head.assumed == ("the head's activation softmax belongs to the loss and is not applied",)
    powers = np.exp(o.swapaxes(0, 1))
    close("softmax", powers / powers.sum(-1, keepdims=True), theirs, *DTYPES["float32"])
