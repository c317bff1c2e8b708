"""Every module that `watch` finds: its recomputed gradient beside autograd's own `.grad`."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.engine.reference.pairs import pairs
from tests.oracle.watched import captured, only, proof, sgd
from unrolled.engine import gradient_flow
from unrolled.watch.convert import network_of, parameters_of, sequence_of
from unrolled.watch.layout import batch_of
from unrolled.watch.recompute import recompute

BOUNDS = {torch.float64: 1e-9, torch.float32: 1e-4}
KINDS = {
    "tanh": partial(nn.RNN, nonlinearity="tanh"),
    "relu": partial(nn.RNN, nonlinearity="relu"),
    "LSTM": nn.LSTM,
    "projected": partial(nn.LSTM, proj_size=2),
    "GRU": nn.GRU,
}
CELLS = {
    "tanh": partial(nn.RNNCell, nonlinearity="tanh"),
    "relu": partial(nn.RNNCell, nonlinearity="relu"),
    "LSTM": nn.LSTMCell,
    "GRU": nn.GRUCell,
}


def drawn(random: np.random.Generator, *shape: int, dtype: torch.dtype) -> torch.Tensor:
    return torch.tensor(random.normal(size=shape), dtype=dtype)


def sizes(random: np.random.Generator) -> dict[str, int]:
    names, low, high = ("T", "B", "D", "H"), [2, 1, 1, 3], [12, 6, 5, 9]
    return dict(zip(names, map(int, random.integers(low, high)), strict=True))


def weighted(random: np.random.Generator, *tensors: torch.Tensor) -> torch.Tensor:
    """A loss that tells every entry of its tensors apart."""
    parts = [(drawn(random, *one.shape, dtype=one.dtype) * one.tanh()).sum() for one in tensors]
    return torch.stack(parts).sum()


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(
    ("kind", "layers", "bidirectional", "batch_first", "packed", "given", "dtype"),
    pairs(KINDS, (1, 2), *([(False, True)] * 4), BOUNDS, of=4),
    ids=str,
)
def test_every_module(
    random: np.random.Generator,
    kind: str,
    layers: int,
    bidirectional: bool,
    batch_first: bool,
    packed: bool,
    given: bool,
    dtype: torch.dtype,
) -> None:
    """Gradients enter at every output, and where states are given at h_n and c_n too."""
    size = sizes(random)
    model = KINDS[kind](
        size["D"],
        size["H"],
        layers,
        bidirectional=bidirectional,
        batch_first=batch_first,
        bias=bool(random.integers(2)),
        dtype=dtype,
    )
    steps, batch = size["T"], size["B"]
    lengths = random.integers(1, steps + 1, batch)
    lengths[random.integers(batch)] = steps
    shape = (batch, steps) if batch_first else (steps, batch)
    x = drawn(random, *shape, size["D"], dtype=dtype)
    states = layers * (2 if bidirectional else 1)
    h_0 = drawn(random, states, batch, model.proj_size or size["H"], dtype=dtype)
    c_0 = drawn(random, states, batch, size["H"], dtype=dtype)
    seed = int(random.integers(2**32))

    def loss() -> torch.Tensor:
        read: Any = x
        if packed:
            read = pack_padded_sequence(x, torch.tensor(lengths), batch_first, False)
        start: Any = ((h_0, c_0) if isinstance(model, nn.LSTM) else h_0) if given else None
        output, last = model(read, start)
        if packed:
            output, _ = pad_packed_sequence(output, batch_first)
        last = last if isinstance(last, tuple) else (last,)
        return weighted(np.random.default_rng(seed), output, *(last if given else ()))

    module = only(model, lambda: sgd(model, loss))
    assert proof(module) <= BOUNDS[dtype]
    assert module["trusted"]
    assert (module["steps"], module["batch"]) == (steps, batch)
    assert module["first_not_finite"] is None
    if not (given and (layers > 1 or kind in ("LSTM", "projected"))):
        assert module["why_not"] is None
        assert module["flow"]["steps"] == steps
    else:
        assert module["flow"] is None
        assert module["why_not"]


@pytest.mark.parametrize("dtype", BOUNDS, ids=str)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "plain"])
@pytest.mark.parametrize("single", [True, False], ids=["unbatched", "batch"])
@pytest.mark.parametrize("kind", CELLS)
def test_every_cell_that_a_loop_calls(
    random: np.random.Generator, kind: str, single: bool, bias: bool, dtype: torch.dtype
) -> None:
    size = sizes(random)
    model = CELLS[kind](size["D"], size["H"], bias=bias, dtype=dtype)
    batch = () if single else (size["B"],)
    x = drawn(random, size["T"], *batch, size["D"], dtype=dtype)
    seed = int(random.integers(2**32))

    def loss() -> torch.Tensor:
        state: Any = None
        seen = []
        for t in range(size["T"]):
            state = model(x[t], state)
            seen.append(state[0] if kind == "LSTM" else state)
        return weighted(np.random.default_rng(seed), torch.stack(seen))

    module = only(model, lambda: sgd(model, loss))
    assert proof(module) <= BOUNDS[dtype]
    assert (module["trusted"], module["why_not"]) == (True, None)
    assert module["steps"] == module["flow"]["steps"] == size["T"]
    assert module["flow"]["diagnosis"]["summary"]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", ["tanh", "relu", "LSTM", "GRU"])
def test_the_engine_and_the_recomputation_are_one(
    random: np.random.Generator, kind: str, layers: int
) -> None:
    """The flow that is drawn and the proof that is given say the same gradient."""
    size = sizes(random)
    model = KINDS[kind](size["D"], size["H"], layers, dtype=torch.float64)
    x = drawn(random, size["T"], size["B"], size["D"], dtype=torch.float64)
    (taken,) = captured(model, lambda: sgd(model, lambda: weighted(random, model(x)[0])))
    (module,) = taken.modules
    batch = batch_of(module, module.calls[0])
    network, every = network_of(module), np.arange(size["B"])
    flow = gradient_flow(
        network,
        parameters_of(module),
        sequence_of(module, network, batch, every),
        loss="given",
        graph=False,
        spectral=False,
    )
    theirs = recompute(module, batch).gradients
    for layer in range(layers):
        end = f"_{layer}" if layer else ""
        for mine, name in (("W_xh", "weight_ih"), ("W_hh", "weight_hh"), ("b_h", "bias_ih")):
            np.testing.assert_allclose(
                flow.parameter_gradients[mine + end].value,
                theirs[f"{name}_l{layer}"],
                rtol=1e-9,
                atol=1e-13,
            )


def test_a_chain_enters_where_its_loss_does(random: np.random.Generator) -> None:
    """Of a cell's loss at the last step alone nothing but rounding enters before it."""
    model, x = nn.GRUCell(3, 5), torch.tensor(random.normal(size=(20, 4, 3)), dtype=torch.float32)

    def loss() -> torch.Tensor:
        h = None
        for t in range(20):
            h = model(x[t], h)
        assert h is not None
        return h.square().sum()

    module = only(model, lambda: sgd(model, loss))
    assert module["trusted"]
    assert module["flow"]["itemized"]["loss_steps"] == [20]


def test_a_module_called_step_by_step_is_one_sequence(random: np.random.Generator) -> None:
    model = nn.LSTM(3, 4, dtype=torch.float64)
    x = drawn(random, 9, 2, 3, dtype=torch.float64)

    def loss() -> torch.Tensor:
        state, seen = None, []
        for part in x.split(3):
            output, state = model(part, state)
            seen.append(output)
        return weighted(random, torch.cat(seen))

    module = only(model, lambda: sgd(model, loss))
    assert proof(module) <= 1e-9
    assert module["steps"] == module["flow"]["steps"] == 9


def test_two_independent_calls_are_added(random: np.random.Generator) -> None:
    model = nn.GRU(3, 4, dtype=torch.float64)
    x = drawn(random, 2, 6, 2, 3, dtype=torch.float64)
    module = only(
        model, lambda: sgd(model, lambda: weighted(random, model(x[0])[0], model(x[1])[0]))
    )
    assert proof(module) <= 1e-9
    assert module["steps"] == 6


def test_a_state_changed_between_calls_has_a_proof_and_no_flow_of_one_sequence(
    random: np.random.Generator,
) -> None:
    model = nn.GRUCell(3, 4, dtype=torch.float64)
    x = drawn(random, 6, 2, 3, dtype=torch.float64)

    def loss() -> torch.Tensor:
        h = torch.zeros(2, 4, dtype=torch.float64)
        for t in range(6):
            h = 0.9 * model(x[t], h)
        return weighted(random, h)

    module = only(model, lambda: sgd(model, loss))
    assert proof(module) <= 1e-9
    assert module["flow"] is None
    assert "changed" in module["why_not"]
