"""One batch through a Keras model: what its recurrent layers read, and what comes back to them.

Keras shows no gradient, and its backends make them in different ways. A probe, a tensor of zeros,
is added to each output of a recurrent layer: ∂L/∂probe is ∂L/∂output, whatever the backend. The
model is called in a scope in which no variable of it changes: no state, no metric, no seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import keras
import numpy as np
from keras import ops

from unrolled.watch.keras_gradients import BACKENDS, without_computing
from unrolled.watch.keras_layers import Found
from unrolled.watch.snapshot import Numbers


@dataclass(slots=True)
class Called:
    """One call of a layer, batch first.

    Attributes:
        found: the layer.
        x: its input, (B, T, D).
        states: initial state, h and of an LSTM c, (B, H) each; empty for zeros.
        mask: steps that count, (B, T); None for all.
        gradients: ∂L/∂(each output).
    """

    found: Found
    x: Numbers
    states: list[Numbers]
    mask: Numbers | None
    gradients: list[Numbers]


@dataclass(slots=True)
class Seen:
    """What a batch gave.

    Attributes:
        loss: of the batch, without penalties on weights.
        calls: of the recurrent layers, in their order.
        gradients: id of a trainable variable → ∂L/∂w; None where it does not depend on it.
    """

    loss: float
    calls: list[Called]
    gradients: dict[int, Numbers | None]


class Through:
    """A batch that is run again and again, in inference mode: no dropout, no statistics of it.

    Args:
        model: built and compiled.
        layers: those to look at.
        batch: x, y and, where there are any, the weights of the samples.
    """

    def __init__(self, model: Any, layers: Sequence[Found], batch: Sequence[Any]) -> None:
        self.model, self.layers = model, layers
        self.batch = (*(_tensors(one) for one in batch), None)[:3]
        self.gradients = BACKENDS[keras.backend.backend()](self._probed)
        self.shapes: list[list[Any]] | None = None

    def run(self) -> Seen:
        """Once, with the weights as they are."""
        trained = list(self.model.trainable_variables)
        others = list(self.model.non_trainable_variables)
        with _as_it_is(self.model):
            if self.shapes is None:
                self.shapes = []
                with _calls(self.layers, self._measure):
                    without_computing(keras.backend.backend(), lambda: self._loss(None))
            probes = [ops.zeros(*shape) for of_call in self.shapes for shape in of_call]
            value, read, of_weights, of_probes = self.gradients(trained, others, probes)
        at = iter(zip(probes, of_probes, strict=True))
        calls = [
            Called(
                self.layers[n],
                numbers(x),
                [numbers(one) for one in states],
                None if mask is None else np.asarray(numbers(mask), dtype=bool),
                [numbers(probe if one is None else one) for probe, one in islice(at, len(of_call))],
            )
            for (n, x, states, mask), of_call in zip(read, self.shapes, strict=True)
        ]
        gradients = {
            id(variable): None if gradient is None else numbers(gradient)
            for variable, gradient in zip(trained, of_weights, strict=True)
        }
        return Seen(float(numbers(value)), calls, gradients)

    def _loss(self, state: Any) -> Any:
        x, y, weight = self.batch
        with keras.StatelessScope(state, collect_losses=True):
            read = self.model(x, training=False)
            return self.model.compute_loss(x=x, y=y, y_pred=read, sample_weight=weight)

    def _measure(self, n: int, given: Any, out: list[Any]) -> list[Any]:
        assert self.shapes is not None
        dtype = self.layers[n].layer.compute_dtype
        self.shapes.append([(tuple(one.shape), dtype) for one in out])
        return out

    def _probed(self, state: Any, probes: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The loss, and of every call the layer's place, its input, initial states and mask."""
        read: list[Any] = []
        at = iter(probes)

        def look(n: int, given: Any, out: list[Any]) -> list[Any]:
            sequences, start, mask = given
            mask = next(iter(keras.tree.flatten(mask)), None)
            read.append((n, sequences, start, mask))
            return [one + next(at) for one in out]

        with _calls(self.layers, look):
            return self._loss(state), read


def numbers(tensor: Any) -> Numbers:
    """A copy in main memory; bfloat16, which NumPy does not know, as float32."""
    if keras.backend.standardize_dtype(tensor.dtype) == "bfloat16":
        tensor = ops.cast(tensor, "float32")
    return np.array(ops.convert_to_numpy(tensor))


def _tensors(values: Any) -> Any:
    """Arrays as tensors, floating ones in Keras's own precision, as ``fit`` makes them."""

    def one(value: Any) -> Any:
        if value is None:
            return None
        array = np.asarray(value)
        floats = np.issubdtype(array.dtype, np.floating)
        return ops.convert_to_tensor(array, keras.config.floatx() if floats else None)

    return keras.tree.map_structure(one, values)


# --- looking at a layer's calls -------------------------------------------------------------------

_Look = Callable[[int, tuple[Any, Any, Any], list[Any]], list[Any]]


@contextmanager
def _calls(layers: Sequence[Found], look: _Look) -> Iterator[None]:
    """Let ``look`` see what each layer is given and gives, and change the latter."""
    for n, found in enumerate(layers):
        found.layer.__dict__["call"] = _looking(n, found.layer, look)
    try:
        yield
    finally:
        for found in layers:
            del found.layer.__dict__["call"]


def _looking(n: int, layer: Any, look: _Look) -> Any:
    original = layer.call

    def call(sequences: Any, initial_state: Any = None, mask: Any = None, **more: Any) -> Any:
        start = layer.states if initial_state is None and layer.stateful else initial_state
        states = [
            ops.convert_to_tensor(one) for one in keras.tree.flatten([] if start is None else start)
        ]
        output = original(sequences, initial_state=initial_state, mask=mask, **more)
        several = isinstance(output, list | tuple)
        parts = look(n, (sequences, states, mask), list(output) if several else [output])
        return type(output)(parts) if several else parts[0]

    return call


@contextmanager
def _as_it_is(model: Any) -> Iterator[None]:
    """Without penalties on weights, and with both directions of a Bidirectional as two layers."""
    layers = model._flatten_layers(include_self=True, recursive=True)
    put: list[tuple[Any, str, Any]] = [
        *((variable, "regularizer", None) for variable in model.trainable_variables),
        *((layer, "use_cudnn", False) for layer in layers if hasattr(layer, "use_cudnn")),
    ]
    before = [(holder, name, getattr(holder, name)) for holder, name, _ in put]
    try:
        for holder, name, value in put:
            setattr(holder, name, value)
        yield
    finally:
        for holder, name, value in before:
            setattr(holder, name, value)
