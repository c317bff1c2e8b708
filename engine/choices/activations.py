"""Activations f and their derivatives f′, both as functions of the pre-activation a: a row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.gaussian import polynomial, tail

ONE = np.ones(())
"""As an array: NumPy takes longer over a Python number than over a small addition."""


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        symbol: its letter in formulas and sentences, whose derivative is symbol′; empty where f is
            the identity and is not written.
        formula: f(a) as LaTeX.
        slope: f′(a) as LaTeX.
        value: f(a), any shape; writes into ``out`` where it is given.
        derivative: f′(a), the same shape, accurate to rounding also where f saturates.
        bound: γ = sup |f′|, the largest slope.
        saturated: from (a, f(a)), any shape, where a unit is saturated; None where none ever is.
        saturation: the same in words, after "a unit with"; empty where none ever is.
        state: the word for such a unit: saturated, off (its f is next to 0) or leaking.
        kinks: where f′ jumps: a difference across such a point says nothing.
    """

    label: str
    symbol: str
    formula: str
    slope: str
    value: Callable[..., Array]
    derivative: Callable[[Array], Array]
    bound: float
    saturated: Callable[[Array, Array], Mask] | None = None
    saturation: str = ""
    state: str = ""
    kinks: tuple[float, ...] = ()

    @property
    def off(self) -> bool:
        """Whether a unit whose slope is 0 is off: nothing of it is heard, either."""
        return self.state == "off"

    @property
    def prime(self) -> str:
        """f′ as it is written in a sentence; empty where it is 1 everywhere."""
        return f"{self.symbol}′" if self.symbol else ""


def _tanh_derivative(a: Array) -> Array:
    """sech²(a) = 4e / (1 + e)² with e = exp(−2|a|); 1 − tanh² would lose every digit near ±1."""
    e, below = np.empty(a.shape, a.dtype), np.empty(a.shape, a.dtype)
    np.abs(a, out=e)
    e *= -2.0
    np.exp(e, out=e)
    np.add(e, 1.0, out=below)
    np.square(below, out=below)
    e *= 4.0
    e /= below
    return e


def _sigmoid(a: Array, out: Array | None = None) -> Array:
    """σ(a) = 1 / (1 + exp(−a)), by exp(−|a|), so that nothing overflows."""
    e = np.empty(a.shape, a.dtype)
    np.abs(a, out=e)
    np.exp(np.negative(e, out=e), out=e)
    out = np.empty(a.shape, a.dtype) if out is None else out
    above = np.where(a >= 0.0, 1.0, e)
    e += 1.0
    return np.divide(above, e, out=out)


def _sigmoid_derivative(a: Array) -> Array:
    """σ(a) σ(−a) = e / (1 + e)² with e = exp(−|a|)."""
    e, below = np.empty(a.shape, a.dtype), np.empty(a.shape, a.dtype)
    np.abs(a, out=e)
    np.exp(np.negative(e, out=e), out=e)
    np.add(e, 1.0, out=below)
    e /= np.square(below, out=below)
    return e


def _softsign_derivative(a: Array) -> Array:
    """1 / (1 + |a|)², the reciprocal first: the square of 1e308 is no double."""
    with np.errstate(under="ignore"):
        return np.asarray(np.square(np.reciprocal(np.abs(a) + 1.0)))


LEAK = 0.01
"""The slope of a leaky ReLU below 0, PyTorch's default."""


def _gelu(a: Array, out: Array | None = None) -> Array:
    """a Φ(a); Φ(a) is 1 − Φ(−a) above 0."""
    below, _, _ = tail(a)
    gate = np.where(a >= 0.0, 1.0 - below, below)
    with np.errstate(under="ignore"):
        return np.multiply(a, gate, out=out)


def _gelu_derivative(a: Array) -> Array:
    """Φ(a) + a φ(a); below 0 it is φ(a) (Φ(a)/φ(a) + a), and near its zero a series in a − zero.

    Two numbers that are nearly equal would be subtracted there, and f′ would lose its digits.
    """
    below, height, ratio = tail(a)
    with np.errstate(under="ignore"):
        near = np.clip(a, -_FLAT, _FLAT)
        slope = np.where(a >= 0.0, 1.0 - below + near * height, height * (ratio + near))
    from_zero = (a - _GELU_ZERO[0]) - _GELU_ZERO[1]
    close = np.abs(from_zero) < _CLOSE
    if np.count_nonzero(close):
        apart = from_zero[close]
        slope[close] = apart * polynomial(_GELU_SLOPE, apart)
    return slope.astype(a.dtype, copy=False)


_FLAT = 40.0
"""Beyond, f′ is 0 or 1 in a double."""
_CLOSE = 0.2
_GELU_ZERO = -0.7517915246935645, 1.4956759177009883e-17
"""Where f′ is 0, as the sum of two doubles: GELU is lowest there."""
_GELU_SLOPE = (
    0.4314939923140469,
    0.388284982990552,
    -0.018199676398671087,
    -0.1140082332972217,
    -0.014771522148244337,
    0.019421679838189067,
    0.004539228379125415,
    -0.002239538068073497,
    -0.0007448268386746817,
    0.00018633974623233514,
    8.615947861116571e-05,
    -1.121438018842664e-05,
    -7.74846130700372e-06,
    4.3284506257392273e-07,
    5.702764979242107e-07,
    -1.6044265494246427e-09,
    -3.5459866461783865e-08,
)
"""The Taylor series of f′(a) / (a − zero) about the zero; the rest is below 1e-18 up to 0.2."""


SHUT, OPEN = 0.1, 0.9
"""A sigmoid below the first lets almost nothing through, above the second almost everything; a tanh
whose magnitude is above the second is saturated (Karpathy, Johnson & Fei-Fei 2015)."""


_GELU_SHUT = -1.2815515655446004
"""Φ is 0.1 there."""


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(
        label="tanh",
        symbol="tanh",
        formula=r"\frac{e^a - e^{-a}}{e^a + e^{-a}}",
        slope=r"1 - \tanh^2(a)",
        value=np.tanh,
        derivative=_tanh_derivative,
        bound=1.0,
        saturated=lambda a, h: np.abs(h) > OPEN,
        saturation="|tanh| > 0.9",
        state="saturated",
    ),
    "sigmoid": Activation(
        label="sigmoid",
        symbol="σ",
        formula=r"\frac{1}{1 + e^{-a}}",
        slope=r"\sigma(a) (1 - \sigma(a))",
        value=_sigmoid,
        derivative=_sigmoid_derivative,
        bound=0.25,
        saturated=lambda a, h: (h < SHUT) | (h > OPEN),
        saturation="σ < 0.1 or σ > 0.9",
        state="saturated",
    ),
    "relu": Activation(
        label="ReLU",
        symbol="relu",
        formula=r"\max(0, a)",
        slope=r"1 \text{ where } a > 0 \text{, else } 0",
        value=lambda a, out=None: np.maximum(a, 0.0, out=out),
        derivative=lambda a: (a > 0.0).astype(a.dtype),  # at 0 itself 0, as in PyTorch
        bound=1.0,
        saturated=lambda a, h: h <= 0.0,
        saturation="a ≤ 0, where a ReLU passes nothing",
        state="off",
        kinks=(0.0,),
    ),
    "linear": Activation(
        label="linear",
        symbol="",
        formula="a",
        slope="1",
        value=lambda a, out=None: np.positive(a, out=out),
        derivative=np.ones_like,
        bound=1.0,
    ),
    "softsign": Activation(
        label="softsign",
        symbol="softsign",
        formula=r"\frac{a}{1 + \lvert a \rvert}",
        slope=r"\frac{1}{(1 + \lvert a \rvert)^2}",
        value=lambda a, out=None: np.divide(a, np.abs(a) + 1.0, out=out),
        derivative=_softsign_derivative,
        bound=1.0,
        saturated=lambda a, h: np.abs(h) > OPEN,
        saturation="|softsign| > 0.9",
        state="saturated",
    ),
    "leaky-relu": Activation(
        label="leaky ReLU",
        symbol="lrelu",
        formula=r"\max(0.01 \, a, a)",
        slope=r"1 \text{ where } a > 0 \text{, else } 0.01",
        value=lambda a, out=None: np.maximum(a, LEAK * a, out=out),
        derivative=lambda a: np.where(a > 0.0, 1.0, LEAK).astype(
            a.dtype
        ),  # at 0 itself 0.01, likewise
        bound=1.0,
        saturated=lambda a, h: h <= 0.0,
        saturation="a ≤ 0, where a leaky ReLU passes 0.01 of it",
        state="leaking",
        kinks=(0.0,),
    ),
    "gelu": Activation(
        label="GELU",
        symbol="gelu",
        formula=r"a \, \Phi(a)",
        slope=r"\Phi(a) + a \, \varphi(a)",
        value=_gelu,
        derivative=_gelu_derivative,
        bound=1.1289041451851547,
        saturated=lambda a, h: a < _GELU_SHUT,  # −0.13 < f′ < 0 there
        saturation="Φ(a) < 0.1, where a GELU passes next to nothing",
        state="off",
    ),
}
"""f by its name. γ of GELU is f′(√2). Source: Glorot & Bengio 2010 (softsign), Maas, Hannun & Ng
2013 (leaky ReLU), Hendrycks & Gimpel 2016 (GELU, with Φ itself, as PyTorch's default)."""
