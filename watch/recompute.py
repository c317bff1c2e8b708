"""The gradient of a captured call, once more: forward and back in float64, layer by layer.

The convention is PyTorch's: rows of an LSTM's weights are i, f, g, o, of a GRU's r, z, n.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from unrolled.watch.layout import Array, Batch, IntArray, reversed_steps
from unrolled.watch.snapshot import Module

Weights = dict[str, Array]
"""Of one layer and direction: ih, hh, and where there are any b_ih, b_hh, hr."""


@dataclass(slots=True)
class Recomputed:
    """What one call gives.

    Attributes:
        gradients: parameter → ∂L/∂w.
        h: every layer's states, its directions side by side, (T, B, ·).
        c: every layer's cell states of an LSTM; else empty.
        h_0_gradient: ∂L/∂h_0, (S, B, ·).
        c_0_gradient: ∂L/∂c_0, (S, B, H).
        through_h: of an LSTM what h_T hands to c_T of the last layer, (B, H); else zeros.
    """

    gradients: dict[str, Array]
    h: list[Array]
    c: list[Array]
    h_0_gradient: Array
    c_0_gradient: Array
    through_h: Array


def parameter_names(module: Module, layer: int, reverse: bool) -> dict[str, str]:
    """Short name → the module's own, of one layer and direction."""
    names = {"ih": "weight_ih", "hh": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"}
    if module.kind.endswith("Cell"):
        return names
    if module.proj_size:
        names["hr"] = "weight_hr"
    return {k: f"{name}_l{layer}{'_reverse' if reverse else ''}" for k, name in names.items()}


def recompute(module: Module, batch: Batch) -> Recomputed:
    """∂L/∂w of every parameter, from ∂L/∂output, ∂L/∂h_n and ∂L/∂c_n.

    Raises:
        KeyError: where a weight was not captured.
    """
    directions = (False, True) if module.bidirectional else (False,)
    hidden = module.hidden_size
    weights = {name: np.asarray(w, dtype=np.float64) for name, w in module.weights.items()}
    passes: list[list[_Pass]] = []
    read, h, c = batch.x, [], []
    for layer in range(module.layers):
        own = []
        for reverse in directions:
            names = parameter_names(module, layer, reverse)
            of_layer = {k: weights[name] for k, name in names.items() if name in weights}
            x = reversed_steps(read, batch.lengths) if reverse else read
            state = len(directions) * layer + reverse
            start = batch.h_0[state], batch.c_0[state]
            own.append(_FAMILIES[_family(module)](of_layer, x, *start, batch.lengths))
            own[-1].relu, own[-1].c_whole = module.activation == "relu", batch.c_whole
            own[-1].forward()
        passes.append(own)
        shown = [
            reversed_steps(one.shown(), batch.lengths) if reverse else one.shown()
            for one, reverse in zip(own, directions, strict=True)
        ]
        read = np.concatenate(shown, axis=2)
        h.append(read)
        if states := [one.c[1:] for one in own if one.c is not None]:
            c.append(np.concatenate(states, axis=2))
    gradients: dict[str, Array] = {}
    h_0, c_0 = np.zeros_like(batch.h_0), np.zeros((*batch.c_0.shape[:2], hidden))
    arriving = batch.output_gradient
    for layer in reversed(range(module.layers)):
        below = np.zeros_like(passes[layer][0].x)
        parts = np.split(arriving, len(directions), axis=2)
        for one, part, reverse in zip(passes[layer], parts, directions, strict=True):
            given = reversed_steps(part, batch.lengths) if reverse else part
            state = len(directions) * layer + reverse
            dx = one.back(given, batch.h_gradient[state], batch.c_gradient[state])
            below += reversed_steps(dx, batch.lengths) if reverse else dx
            h_0[state], c_0[state] = one.dh, one.dc
            names = parameter_names(module, layer, reverse)
            gradients |= {names[k]: found for k, found in one.gradients() if names[k] in weights}
        arriving = below
    return Recomputed(gradients, h, c, h_0, c_0, passes[-1][0].through_h)


def _family(module: Module) -> str:
    return module.kind.removesuffix("Cell") + ("" if module.reset_after else ", reset first")


class _Pass(ABC):
    """One layer in one direction; subclasses say one step forward and one back.

    A sample that has ended keeps its state, and its gradient passes unchanged.
    """

    relu = c_whole = False

    def __init__(self, w: Weights, x: Array, h_0: Array, c_0: Array, lengths: IntArray) -> None:
        self.w, self.x = w, x
        self.live = np.arange(len(x))[:, np.newaxis] < lengths
        self.h = np.zeros((len(x) + 1, *h_0.shape))
        self.c: Array | None = None
        self.h[0], self.c_0 = h_0, c_0
        self.dh, self.dc = np.zeros_like(h_0), np.zeros_like(c_0)
        self.through_h = np.zeros_like(c_0)
        self.z = x @ w["ih"].T
        if "b_ih" in w:
            self.z += w["b_ih"]
        # ∂L/∂ what W_ih x + b_ih adds to, and W_hh h + b_hh; they differ in a GRU's candidate.
        self.d_input = np.zeros_like(self.z)
        self.d_hidden = self.d_input

    def shown(self) -> Array:
        """The outputs, zeros past a sample's end."""
        return np.where(self.live[:, :, np.newaxis], self.h[1:], 0.0)

    def heard(self, h: Array) -> Array:
        found = h @ self.w["hh"].T
        return np.asarray(found + self.w["b_hh"] if "b_hh" in self.w else found)

    def forward(self) -> None:
        for t in range(len(self.x)):
            live = self.live[t][:, np.newaxis]
            h, c = self.step(t)
            self.h[t + 1] = np.where(live, h, self.h[t])
            if self.c is not None:
                self.c[t + 1] = np.where(live, c, self.c[t])

    def back(self, given: Array, dh: Array, dc: Array) -> Array:
        """∂L/∂x; leaves ∂L/∂h_0 and ∂L/∂c_0 in ``dh`` and ``dc``."""
        self.dh, self.dc = dh, dc
        for t in reversed(range(len(self.x))):
            live = self.live[t][:, np.newaxis]
            before_h, before_c = self.step_back(t, np.where(live, self.dh + given[t], 0.0), live)
            self.dh = np.where(live, before_h, self.dh)
            self.dc = np.where(live, before_c, self.dc)
        return np.asarray(self.d_input @ self.w["ih"])

    def gradients(self) -> Iterator[tuple[str, Array]]:
        yield "ih", _outer(self.d_input, self.x)
        yield "hh", _outer(self.d_hidden, self.h[:-1])
        yield "b_ih", self.d_input.sum(axis=(0, 1))
        yield "b_hh", self.d_hidden.sum(axis=(0, 1))

    @abstractmethod
    def step(self, t: int) -> tuple[Array, Array]:
        """h_t and c_t of a step."""

    @abstractmethod
    def step_back(self, t: int, dh: Array, live: Array) -> tuple[Array, Array]:
        """∂L/∂h_{t−1} and ∂L/∂c_{t−1} from ∂L/∂h_t."""


def _outer(left: Array, right: Array) -> Array:
    """Σ over steps and samples of left rightᵀ."""
    return np.asarray(left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2]))


class _Rnn(_Pass):
    """h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)."""

    def step(self, t: int) -> tuple[Array, Array]:
        a = self.z[t] + self.heard(self.h[t])
        return (np.maximum(a, 0.0) if self.relu else np.tanh(a)), self.c_0

    def step_back(self, t: int, dh: Array, live: Array) -> tuple[Array, Array]:
        h = self.h[t + 1]
        dz = dh * ((h > 0.0) if self.relu else 1.0 - h * h)
        self.d_input[t] = dz
        return dz @ self.w["hh"], self.dc


class _Lstm(_Pass):
    """c_t = f ⊙ c_{t−1} + i ⊙ g;   h_t = W_hr (o ⊙ tanh c_t), W_hr = 1 where there is none."""

    def __init__(self, w: Weights, x: Array, h_0: Array, c_0: Array, lengths: IntArray) -> None:
        super().__init__(w, x, h_0, c_0, lengths)
        self.c = np.zeros((len(x) + 1, *c_0.shape))
        self.c[0] = c_0
        self.values = np.zeros((len(x), 4, *c_0.shape))
        self.inner = np.zeros((len(x), *c_0.shape))
        self.d_projected = np.zeros((len(x), *h_0.shape))

    def step(self, t: int) -> tuple[Array, Array]:
        assert self.c is not None
        z = self.z[t] + self.heard(self.h[t])
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, g, o = self.values[t] = np.stack((_sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)))
        c = f * self.c[t] + i * g
        self.inner[t] = o * np.tanh(c)
        return (self.inner[t] @ self.w["hr"].T if "hr" in self.w else self.inner[t]), c

    def step_back(self, t: int, dh: Array, live: Array) -> tuple[Array, Array]:
        assert self.c is not None
        i, f, g, o = self.values[t]
        if "hr" in self.w:
            self.d_projected[t] = dh
            dh = dh @ self.w["hr"]
        squashed = np.tanh(self.c[t + 1])
        through_h = dh * o * (1.0 - squashed * squashed)
        if t == len(self.x) - 1:
            self.through_h = through_h
            through_h = 0.0 if self.c_whole else through_h
        dc = np.where(live, self.dc + through_h, 0.0)
        dz = np.concatenate(
            (
                dc * g * i * (1.0 - i),
                dc * self.c[t] * f * (1.0 - f),
                dc * i * (1.0 - g * g),
                dh * squashed * o * (1.0 - o),
            ),
            axis=1,
        )
        self.d_input[t] = dz
        return dz @ self.w["hh"], dc * f

    def gradients(self) -> Iterator[tuple[str, Array]]:
        yield from super().gradients()
        if "hr" in self.w:
            yield "hr", _outer(self.d_projected, self.inner)


class _Gru(_Pass):
    """n = tanh(W_in x_t + b_in + r ⊙ (W_hn h_{t−1} + b_hn));   h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}."""

    def __init__(self, w: Weights, x: Array, h_0: Array, c_0: Array, lengths: IntArray) -> None:
        super().__init__(w, x, h_0, c_0, lengths)
        self.values = np.zeros((len(x), 4, *h_0.shape))
        self.d_hidden = np.zeros_like(self.d_input)

    def step(self, t: int) -> tuple[Array, Array]:
        r, z, n = np.split(self.z[t], 3, axis=1)
        of_r, of_z, q = np.split(self.heard(self.h[t]), 3, axis=1)
        r, z = _sigmoid(r + of_r), _sigmoid(z + of_z)
        n = np.tanh(n + r * q)
        self.values[t] = r, z, n, q
        return n + z * (self.h[t] - n), self.c_0

    def step_back(self, t: int, dh: Array, live: Array) -> tuple[Array, Array]:
        r, z, n, q = self.values[t]
        dn = dh * (1.0 - z) * (1.0 - n * n)
        dz = dh * (self.h[t] - n) * z * (1.0 - z)
        dr = dn * q * r * (1.0 - r)
        self.d_input[t] = np.concatenate((dr, dz, dn), axis=1)
        self.d_hidden[t] = np.concatenate((dr, dz, dn * r), axis=1)
        return dh * z + self.d_hidden[t] @ self.w["hh"], self.dc


class _GruResetFirst(_Gru):
    """n = tanh(W_in x_t + b_n + W_hn (r ⊙ h_{t−1})), Keras's ``reset_after=False``."""

    def step(self, t: int) -> tuple[Array, Array]:
        h = self.h[t]
        of_r, of_z, bias = np.split(self.heard(np.zeros_like(h)), 3, axis=1)
        r, z, n = np.split(self.z[t], 3, axis=1)
        w_r, w_z, w_n = np.split(self.w["hh"], 3)
        r, z = _sigmoid(r + of_r + h @ w_r.T), _sigmoid(z + of_z + h @ w_z.T)
        n = np.tanh(n + bias + (r * h) @ w_n.T)
        self.values[t] = r, z, n, h
        return n + z * (h - n), self.c_0

    def step_back(self, t: int, dh: Array, live: Array) -> tuple[Array, Array]:
        r, z, n, h = self.values[t]
        w_r, w_z, w_n = np.split(self.w["hh"], 3)
        dn = dh * (1.0 - z) * (1.0 - n * n)
        dz = dh * (h - n) * z * (1.0 - z)
        inside = dn @ w_n
        dr = inside * h * r * (1.0 - r)
        self.d_input[t] = np.concatenate((dr, dz, dn), axis=1)
        self.d_hidden[t] = self.d_input[t]
        return dh * z + inside * r + dr @ w_r + dz @ w_z, self.dc

    def gradients(self) -> Iterator[tuple[str, Array]]:
        hidden = self.h.shape[2]
        r, past = self.values[:, 0], self.h[:-1]
        for name, value in super().gradients():
            if name == "hh":
                value[2 * hidden :] = _outer(self.d_input[:, :, 2 * hidden :], r * past)
            yield name, value


def _sigmoid(z: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-z)))


_FAMILIES: dict[str, type[_Pass]] = {
    "RNN": _Rnn,
    "LSTM": _Lstm,
    "GRU": _Gru,
    "GRU, reset first": _GruResetFirst,
}
