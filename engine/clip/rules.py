"""The clip rules of a parameter gradient: a row each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.magnitude import Magnitudes, Scaled
from unrolled.engine.passes.vector import Vector


def above(sizes: Magnitudes, threshold: float) -> Mask:
    """Which norms are above μ, also those that no double holds."""
    beyond = sizes.log10_norm > math.log10(threshold)
    return np.asarray(np.where(np.isnan(sizes.norm), beyond, sizes.norm > threshold))


def by_norm(g: Vector, threshold: float) -> Vector:
    """g ← μ g / ‖g‖ for a gradient whose norm is above μ.

    Source: notes, "Gradient clipping"; Pascanu, Mikolov & Bengio 2013.
    """
    norm, log10_norm = g.norm()
    if not (log10_norm > math.log10(threshold) if math.isnan(norm) else norm > threshold):
        return g
    if g.ordinary:
        return g.times(threshold / norm)
    return Vector(_brought(g.values, threshold), 0, g.shapes)


def by_value(g: Vector, threshold: float) -> Vector:
    """Every component into [−v, v]."""
    plain = g.plain()
    if np.abs(plain).max() <= threshold:
        return g
    return Vector(np.clip(plain, -threshold, threshold), 0, g.shapes)


def by_parameter(g: Vector, threshold: float) -> Vector:
    """g_p ← μ g_p / ‖g_p‖ for every parameter p whose own norm is above μ; the others stay.

    ‖g after‖ is at most μ √(number of parameters), and the direction bends: what people do who
    clip layer by layer.
    """
    high = above(g.norms(), threshold)
    if not high.any():
        return g
    own = g.scaled or {
        name: Scaled(part[np.newaxis], np.array([g.exponent])) for name, part in g.parts().items()
    }
    return Vector.of(
        {
            name: Scaled.ordinary(_brought(part.value, threshold)) if over else part
            for (name, part), over in zip(own.items(), high.tolist(), strict=True)
        }
    )


def _brought(values: Array, threshold: float) -> Array:
    """An array of one direction, whatever its exponent, brought to a norm."""
    unit = values / np.abs(values).max()
    return np.asarray(unit * (threshold / math.sqrt(float(np.vdot(unit, unit)))))


@dataclass(frozen=True, slots=True)
class Rule:
    """One clip rule: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: what it does, as LaTeX.
        does: the same in a sentence.
        threshold: what its threshold is called in the REST contract; None where it takes none.
        letter: of the threshold.
        example: a threshold to begin with.
        compares: what is compared with the threshold, in words.
        clip: (g, threshold) → g after, g itself where nothing is above; None where the rule does
            not act on a parameter gradient.
        samples: whether each sample's gradient may be clipped by itself.
        keeps_direction: whether it scales g as a whole, down to the threshold.
        each: whether every parameter has a factor of its own.
        on_the_way: whether it acts on ∂L/∂h_t while going back.
    """

    label: str
    formula: str
    does: str
    threshold: str | None = None
    letter: str = ""
    example: float = 1.0
    compares: str = ""
    clip: Callable[[Vector, float], Vector] | None = None
    samples: bool = False
    keeps_direction: bool = False
    each: bool = False
    on_the_way: bool = False


RULES: dict[str, Rule] = {
    "none": Rule(label="off", formula="g", does="The gradient is left as it is."),
    "norm": Rule(
        label="norm",
        formula=r"g \leftarrow \mu \frac{g}{\lVert g \rVert} \text{ where } \lVert g \rVert > \mu",
        does="If ‖g‖ > μ then g ← μ g / ‖g‖, all parameters together.",
        threshold="max_norm",
        letter="μ",
        compares="‖g‖",
        clip=by_norm,
        samples=True,
        keeps_direction=True,
    ),
    "value": Rule(
        label="value",
        formula=r"g_n \leftarrow \min(v, \max(-v, g_n))",
        does="Every component into [−v, v].",
        threshold="max_value",
        letter="v",
        example=0.5,
        compares="component",
        clip=by_value,
        samples=True,
    ),
    "per-parameter": Rule(
        label="each parameter",
        formula=r"g_p \leftarrow \mu \frac{g_p}{\lVert g_p \rVert} "
        r"\text{ where } \lVert g_p \rVert > \mu",
        does="If ‖g_p‖ > μ then g_p ← μ g_p / ‖g_p‖, every parameter p by itself.",
        threshold="max_norm",
        letter="μ",
        compares="parameter’s gradient",
        clip=by_parameter,
        samples=True,
        each=True,
    ),
    "backward": Rule(
        label="while going back",
        formula=r"\frac{\partial L}{\partial H_t} \leftarrow \mu \frac{\partial L}{\partial H_t} / "
        r"\lVert \frac{\partial L}{\partial H_t} \rVert "
        r"\text{ where } \lVert \frac{\partial L}{\partial H_t} \rVert > \mu",
        does="∂L/∂h_t is rescaled to norm μ at every step while going back, wherever it is larger.",
        threshold="max_norm",
        letter="μ",
        compares="‖∂L/∂H‖",
        on_the_way=True,
    ),
}
"""The rules by their names."""
