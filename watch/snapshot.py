"""What is captured of one step of training, as plain arrays, and how it crosses a pipe.

A message is two numbers (bytes of the head, bytes of the arrays), a head in JSON, and the arrays'
own bytes one after the other. Nothing in it is code: no pickle.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
"""As captured: float16, float32 or float64; bfloat16 arrives as float32."""

_LENGTHS = struct.Struct("<QQ")
MOST_BYTES = 2**32
"""No message is longer."""


@dataclass(slots=True)
class Call:
    """One forward call of a module, time-major; S is layers × directions.

    Attributes:
        x: input, (T, B, D); of a packed sequence its data, (N, D).
        batch_sizes: of a packed sequence how many samples each step has, (T,); None where whole.
            Samples are then in the packed order, the longest first.
        h_0: initial state, (S, B, ·), or None for zeros.
        c_0: initial cell state, likewise.
        h_n: the state after the last step as the framework computed it.
        output_gradient: ∂L/∂output, shape of the output; None where nothing arrived.
        h_gradient: ∂L/∂h_n, (S, B, ·); None where nothing arrived.
        c_gradient: ∂L/∂c_n, likewise.
        follows: the call whose last state is this one's initial state, or None.
        c_whole: whether ``c_gradient`` includes what comes back through this call's own h_n, as it
            does where a framework makes h of the very tensor that it gives out as c.
        derived: whether its initial state is computed, from other than a call's last state alone.
    """

    x: Numbers
    batch_sizes: list[int] | None = None
    h_0: Numbers | None = None
    c_0: Numbers | None = None
    h_n: Numbers | None = None
    output_gradient: Numbers | None = None
    h_gradient: Numbers | None = None
    c_gradient: Numbers | None = None
    follows: int | None = None
    c_whole: bool = False
    derived: bool = False


@dataclass(slots=True)
class Module:
    """One recurrent module in one step.

    Attributes:
        name: in the model, "encoder.lstm"; empty where the model is the module.
        kind: "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell" or "GRUCell".
        layers: how many are stacked; 1 of a cell.
        bidirectional: whether each layer also reads backward.
        input_size: D.
        hidden_size: H.
        proj_size: what an LSTM projects h to; 0 for none.
        activation: "tanh" or "relu".
        dtype: in which its output was computed.
        weights: parameter → array, before the step.
        gradients: parameter → what autograd's backward added to ``.grad``; None where nothing.
        calls: those that a gradient reached, in their order.
        loss_scale: by which gradients were multiplied, already divided out; None for none.
        doubts: what may make the recomputed gradient another one, a clause each.
        refused: why nothing can be said, one sentence; None where something can.
        reset_after: of a GRU whether the reset gate acts after the product with W_hn, as PyTorch's.
        micro_batches: how many backward passes, each of a forward of its own, are added up.
        more: whether there were more of them, which are left out.
        names: parameter → what the framework calls it, where that is something else.
    """

    name: str
    kind: str
    layers: int
    bidirectional: bool
    input_size: int
    hidden_size: int
    proj_size: int
    activation: str
    dtype: str
    weights: dict[str, Numbers] = field(default_factory=dict)
    gradients: dict[str, Numbers | None] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    loss_scale: float | None = None
    doubts: list[str] = field(default_factory=list)
    refused: str | None = None
    reset_after: bool = True
    micro_batches: int = 1
    more: bool = False
    names: dict[str, str] = field(default_factory=dict)

    def full(self, parameter: str) -> str:
        """What a parameter is called in the model."""
        parameter = self.names.get(parameter, parameter)
        return f"{self.name}.{parameter}" if self.name else parameter


@dataclass(slots=True)
class Snapshot:
    """One sampled step.

    Attributes:
        update: optimizer steps done before it.
        time: when, ISO 8601 in UTC.
        modules: the recurrent modules.
        loss: as the training loop computed it; None where not seen.
        clipping: what a clip function did, as the report has it; None where none was called.
        learning_rate: of the parameters watched; None where not seen.
        optimizer: its class; None where not seen.
        steps_taken: parameter → (‖w‖ before, ‖Δw‖); None where not seen.
        seconds: what capturing took.
        log10_gradient: log₁₀ ‖g‖ of all parameters of the model, before any clipping; None where it
            is zero, not finite or not seen.
        owner: whose own gradient the modules' is, as a sentence has it: "autograd's".
    """

    update: int
    time: str
    modules: list[Module]
    loss: float | None = None
    clipping: dict[str, Any] | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    steps_taken: dict[str, list[float] | None] = field(default_factory=dict)
    seconds: float = 0.0
    log10_gradient: float | None = None
    owner: str = "the framework's"


@dataclass(slots=True)
class Message:
    """What the training process says.

    Attributes:
        kind: "open", "sample" or "close".
        body: a record of plain values, for "sample" a snapshot.
    """

    kind: str
    body: Any


def encode(message: Message) -> list[bytes | memoryview]:
    """The message as buffers, to be written one after the other."""
    arrays: list[Numbers] = []
    plain = {"kind": message.kind, "body": _plain(message.body, arrays)}
    head = json.dumps(plain).encode()
    return [_LENGTHS.pack(len(head), sum(one.nbytes for one in arrays)), head, *map(_raw, arrays)]


def _raw(array: Numbers) -> memoryview:
    return memoryview(array.reshape(-1).view(np.uint8).data) if array.size else memoryview(b"")


def _plain(value: Any, arrays: list[Numbers]) -> Any:
    """Records as objects, and arrays as {"dtype", "shape"}; the arrays themselves aside."""
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value))
        return {"dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, Snapshot | Module | Call):
        return {one.name: _plain(getattr(value, one.name), arrays) for one in fields(value)}
    if isinstance(value, dict):
        return {name: _plain(inner, arrays) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, arrays) for inner in value]
    return value


def decode(stream: BinaryIO) -> Message | None:
    """Read one message; None where the stream ends, also in the middle of one.

    Raises:
        ValueError: for what is no message.
    """
    lengths = _exactly(stream, _LENGTHS.size)
    if lengths is None:
        return None
    of_head, of_arrays = _LENGTHS.unpack(lengths)
    if of_head + of_arrays > MOST_BYTES:
        raise ValueError(f"a message of {of_head + of_arrays} bytes; at most {MOST_BYTES}")
    head, raw = _exactly(stream, of_head), _exactly(stream, of_arrays)
    if head is None or raw is None:
        return None
    plain = json.loads(head)
    body = _filled(plain["body"], _Reader(raw))
    if plain["kind"] == "sample":
        for module in body["modules"]:
            module["calls"] = [Call(**call) for call in module["calls"]]
        body["modules"] = [Module(**module) for module in body["modules"]]
        body = Snapshot(**body)
    return Message(plain["kind"], body)


class _Reader:
    """Takes arrays off the bytes, in the order in which they were written."""

    def __init__(self, raw: bytearray) -> None:
        self.raw, self.at = raw, 0

    def take(self, dtype: str, shape: list[int]) -> Numbers:
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(self.raw, np.dtype(dtype), count, self.at)
        self.at += array.nbytes
        return array.reshape(shape)


def _filled(value: Any, reader: _Reader) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"dtype", "shape"}:
            return reader.take(value["dtype"], value["shape"])
        return {name: _filled(inner, reader) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, reader) for inner in value]
    return value


def _exactly(stream: BinaryIO, count: int) -> bytearray | None:
    """So many bytes, or None where the stream ends before."""
    found = bytearray(count)
    view, at = memoryview(found), 0
    while at < count:
        read = stream.readinto(view[at:])  # type: ignore[attr-defined]
        if not read:
            return None
        at += read
    return found


def messages(stream: BinaryIO) -> Iterator[Message]:
    """One after the other, until the stream ends."""
    while (message := decode(stream)) is not None:
        yield message
