"""Initialisations: how every parameter of a network is drawn from a seed: a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.streams import drawn

Shape = tuple[int, ...]
Draw = Callable[[np.random.RandomState, Shape, int], Array]


def _normal(random: np.random.RandomState, shape: Shape, hidden: int) -> Array:
    """N(0, 1/fan-in)."""
    return np.asarray(random.standard_normal(shape) / np.sqrt(shape[1]))


def _uniform(random: np.random.RandomState, shape: Shape, hidden: int) -> Array:
    """U(−1/√H, 1/√H), as PyTorch's RNN modules."""
    bound = 1.0 / np.sqrt(hidden)
    return np.asarray(random.uniform(-bound, bound, shape))


def _orthogonal(random: np.random.RandomState, shape: Shape, hidden: int) -> Array:
    """Orthonormal rows or columns, whichever are fewer, uniformly distributed (Saxe et al. 2014).

    The Q of a normal matrix, its columns' signs fixed by R's diagonal.
    """
    tall = random.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
    return np.asarray(q if shape[0] >= shape[1] else q.T)


def _identity(random: np.random.RandomState, shape: Shape, hidden: int) -> Array:
    """The identity (Le et al. 2015)."""
    return np.eye(shape[0], shape[1])


def _glorot(random: np.random.RandomState, shape: Shape, hidden: int) -> Array:
    """U(−√(6/(m + n)), √(6/(m + n))) of an (m, n) matrix (Glorot & Bengio 2010)."""
    bound = np.sqrt(6.0 / sum(shape))
    return np.asarray(random.uniform(-bound, bound, shape))


def _kaiming(random: np.random.RandomState, shape: Shape, hidden: int) -> Array:
    """N(0, 2/fan-in), which keeps the variance through ReLUs (He et al. 2015)."""
    return np.asarray(random.standard_normal(shape) * np.sqrt(2.0 / shape[1]))


Random = Callable[[], np.random.RandomState]
Biases = Callable[[Mapping[str, int], Random, int, int], dict[str, Array]]
"""(gate → which way it keeps the state, what draws, H, T_max) → gate → its biases (H,)."""


def _open_forget_gate(
    keeping: Mapping[str, int], random: Random, hidden: int, longest: int
) -> dict[str, Array]:
    """1 for a gate that keeps beside one that writes, as an LSTM's (Jozefowicz et al. 2015)."""
    if len(keeping) < 2:
        return {}
    return {gate: np.ones(hidden) for gate, way in keeping.items() if way == 1}


def _chrono(
    keeping: Mapping[str, int], random: Random, hidden: int, longest: int
) -> dict[str, Array]:
    """b = log U(1, T_max − 1) for the gate that keeps, −b for one that writes: one b a unit.

    σ(b) leaves of a state a time constant of 1 + e^b steps, uniform between 2 and T_max.
    """
    drawn = np.log(random().uniform(1.0, max(longest - 1.0, 1.0), hidden))
    return {gate: way * drawn for gate, way in keeping.items()}


def _blocks(
    random: np.random.RandomState, draw: Draw, shape: Shape, gates: int, hidden: int
) -> Array:
    """One block below the other."""
    block = (shape[0] // gates, shape[1])
    return np.concatenate([draw(random, block, hidden) for _ in range(gates)])


@dataclass(frozen=True, slots=True)
class Init:
    """One initialisation: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: how a matrix is drawn, as LaTeX.
        does: the same in words.
        recurrent: how the recurrent parameter is drawn.
        others: how the other matrices are.
        whole: whether a gated cell's recurrent parameter is drawn as one matrix, as PyTorch's and
            Keras's initialisers do, rather than gate by gate.
        scaled: whether it has a scale of its own: then no spectral radius is wanted unless said.
        biases: what it adds to the gates' biases.
        gated: whether it is for cells with a gate that keeps the state alone.
        takes_length: whether it asks for T_max.
        keeping: what weights are called whose recurrent matrix, drawn so, keeps the length of every
            vector: a cure that is tried. Empty where it does not, or brings more than that.
        fixed: whether the recurrent matrix is the same for every seed, and wants to be square.
    """

    label: str
    formula: str
    does: str
    recurrent: Draw
    others: Draw
    whole: bool = False
    scaled: bool = False
    biases: Biases = lambda keeping, random, hidden, longest: {}
    gated: bool = False
    takes_length: bool = False
    keeping: str = ""
    fixed: bool = False

    def matrix(self, name: str, shape: Shape, hidden: int, seed: int, *, recurrent: bool) -> Array:
        """Draw a parameter from its own stream of a seed, gate by gate where it is not whole."""
        gates = max(1, shape[0] // hidden) if recurrent and not self.whole else 1
        draw = self.recurrent if recurrent else self.others
        return np.asarray(drawn(name, seed, _blocks, draw, shape, gates, hidden))


INITS: dict[str, Init] = {
    "normal": Init(
        label="normal",
        formula=r"N(0, \frac{1}{\text{fan-in}})",
        does="N(0, 1/fan-in)",
        recurrent=_normal,
        others=_normal,
    ),
    "uniform": Init(
        label="uniform",
        formula=r"U(-\frac{1}{\sqrt{H}}, \frac{1}{\sqrt{H}})",
        does="within ±1/√H, as PyTorch's modules",
        recurrent=_uniform,
        others=_uniform,
    ),
    "orthogonal": Init(
        label="orthogonal",
        formula=r"W^\top W = 1",
        does="orthonormal rows or columns",
        recurrent=_orthogonal,
        others=_orthogonal,
        keeping="orthogonal weights",
    ),
    "identity": Init(
        label="identity",
        formula="W^H = 1",
        does="the recurrent one, the others as normal",
        recurrent=_identity,
        others=_normal,
        keeping="identity recurrent weights",
        fixed=True,
    ),
    "xavier": Init(
        label="Xavier (Glorot)",
        formula=r"U(-b, b) \, , \, b = \sqrt{\frac{6}{\text{fan-in} + \text{fan-out}}}",
        does="Glorot's uniform one for every matrix",
        recurrent=_glorot,
        others=_glorot,
        whole=True,
        scaled=True,
    ),
    "he": Init(
        label="He (Kaiming)",
        formula=r"N(0, \frac{2}{\text{fan-in}})",
        does="N(0, 2/fan-in) for every matrix",
        recurrent=_kaiming,
        others=_kaiming,
        whole=True,
        scaled=True,
    ),
    "keras": Init(
        label="as Keras",
        formula=r"W^{H\top} W^H = 1 \, , \, b^f = 1",
        does="recurrent orthogonal, the others as xavier, and 1 in a bias",
        recurrent=_orthogonal,
        others=_glorot,
        whole=True,
        scaled=True,
        biases=_open_forget_gate,
    ),
    "chrono": Init(
        label="chrono",
        formula=r"b^f = \log U(1, T_{\max} - 1) \, , \, b^i = - b^f",
        does="as normal, with log U(1, t_max − 1) in the bias of a gate that keeps the state and "
        "its negative in that of one that writes",
        recurrent=_normal,
        others=_normal,
        biases=_chrono,
        gated=True,
        takes_length=True,
    ),
}
"""Initialisations by their names. Source: Tallec & Ollivier 2018 (chrono); the defaults of
``torch.nn.init.xavier_uniform_`` and ``kaiming_normal_``, and of Keras's recurrent layers."""
