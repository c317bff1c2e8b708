"""Experiments worth looking at, as data: every row of the notes. The first is the page's own.

What `look` claims is asserted by tests/app/test_presets.py.
"""

import math
from typing import Any

from unrolled.app.schemas import Preset


def _text(text: str, tokens: str = "graphemes", label: tuple[int, int] | None = None) -> Any:
    classes = label and {"index": label[0], "of": label[1]}
    return {"kind": "text", "text": text, "tokens": tokens, "label": classes}


def _drawn(spectral_radius: float, init: str = "normal") -> Any:
    return {"kind": "random", "init": init, "spectral_radius": spectral_radius}


def _network(cell: str, topology: str, hidden_size: int = 16, activation: str = "tanh") -> Any:
    return {
        "cell": cell,
        "topology": topology,
        "hidden_size": hidden_size,
        "activation": activation,
    }


def _states(recurrent: list[list[float]], steps: int) -> list[float]:
    """h_T of h_t = W h_{t−1} + x_t, where every x_t is 1 in every unit and h_0 is 0."""
    h = [0.0] * len(recurrent)
    for _ in range(steps):
        h = [sum(w * past for w, past in zip(row, h, strict=True)) + 1.0 for row in recurrent]
    return h


def _linear(recurrent: list[list[float]], steps: int) -> Any:
    """Linear units that read 1 at every step, h_t = W h_{t−1} + x_t; the output is the first unit.

    The target is one less than what comes out, so that ∂L/∂o_T = o_T − y_T = 1.
    """
    size = len(recurrent)
    unit = [[float(row == column) for column in range(size)] for row in range(size)]
    sizes = {"input_size": size, "output_size": 1}
    target = _states(recurrent, steps)[0] - 1.0
    return {
        "network": _network("simple", "many-to-one", size, "linear") | sizes,
        "weights": {
            "kind": "explicit",
            "W_xh": unit,
            "W_hh": recurrent,
            "b_h": [0.0] * size,
            "W_hy": unit[:1],
            "b_y": [0.0],
        },
        "sequence": {
            "kind": "explicit",
            "inputs": [[[1.0] * size]] * steps,
            "targets": [[[target]]],
        },
        "loss": "squared-error",
    }


def _wall(w: float, b: float, steps: int) -> Any:
    """Pascanu's network of one unit, A_t = w σ(A_{t−1}) + b with A_0 = 0.5, and E = (H_T − 0.7)².

    Two outputs both say H, since a squared error is halved.
    """
    sizes = {"input_size": 1, "output_size": 2}
    return {
        "network": _network("simple", "many-to-one", 1, "sigmoid") | sizes,
        "weights": {
            "kind": "explicit",
            "W_xh": [[0.0]],
            "W_hh": [[w]],
            "b_h": [b],
            "W_hy": [[1.0], [1.0]],
            "b_y": [0.0, 0.0],
        },
        "sequence": {
            "kind": "explicit",
            "inputs": [[[0.0]]] * steps,
            "targets": [[[0.7, 0.7]]],
            "h_0": [[1.0 / (1.0 + math.exp(-0.5))]],
        },
        "loss": "squared-error",
    }


_CHAIN_STEPS = 115
"""The notes' example goes from step 115 back to step 50."""

_JORDAN_BLOCK = [[0.9, 4.0], [0.0, 0.9]]
"""Both eigenvalues 0.9, and nothing orthogonal about its eigenvectors: there is but one."""

_SENTENCE = "the keys to the old wooden cabinet in the hall by the garden door are on the table"

_PRESETS: list[dict[str, Any]] = [
    {
        "name": "next-character",
        "title": "Next character",
        "look": "Many-to-many: every step guesses the next character. Follow the last loss back: "
        "nine steps earlier less than a thousandth of its gradient is left.",
        "experiment": {
            "network": _network("simple", "many-to-many"),
            "weights": _drawn(0.55),
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "elman",
        "title": "Elman network",
        "look": "The context units hold a copy of the hidden state, and a copy passes no gradient: "
        "no loss reaches a step before its own. Let the gradient through and compare.",
        "experiment": {
            "network": _network("elman", "many-to-many"),
            "weights": _drawn(0.9),
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "jordan",
        "title": "Jordan network",
        "look": "The copy is taken from the output instead of the hidden state; it passes no "
        "gradient either.",
        "experiment": {
            "network": _network("jordan", "many-to-many"),
            "weights": _drawn(0.9),
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "lstm",
        "title": "LSTM that remembers",
        "look": "Forget gates that start open (bias +5) let 99 % of the cell state C through at "
        "each step: nowhere is ∂L/∂C smaller than 60 % of what it is at the last step. Choose "
        "Simple, and of ∂L/∂H a hundred-millionth is left at the first.",
        "experiment": {
            "network": _network("lstm", "many-to-one"),
            "weights": _drawn(0.9) | {"forget_bias": 5.0},
            "sequence": _text(_SENTENCE),
        },
    },
    {
        "name": "gru",
        "title": "GRU",
        "look": "No cell state: each H is a mix of the last one and a candidate. Drawn weights "
        "leave the update gate half open, so about half of H is kept, and the gradient vanishes.",
        "experiment": {
            "network": _network("gru", "many-to-many"),
            "weights": _drawn(0.9),
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "gru-reset-before",
        "title": "GRU, reset first",
        "look": "As the GRU was published: the weights multiply r ⊙ H, where the other one resets "
        "what they have made of H. The update gate holds the gradient: with bias +3 it keeps 95 % "
        "of H a step, and 48 % of the last loss's gradient arrives at step 1.",
        "experiment": {
            "network": _network("gru-reset-before", "many-to-many"),
            "weights": _drawn(0.9) | {"update_bias": 3.0},
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "mgu",
        "title": "Minimal gated unit",
        "look": "One gate does all: H = (1 − f) H + f n, so that an open forget gate forgets. With "
        "bias −3 it is nearly shut, and 50 % of the last loss's gradient arrives at step 1; with "
        "bias 0 less than a thousandth does.",
        "experiment": {
            "network": _network("mgu", "many-to-many"),
            "weights": _drawn(0.9) | {"forget_bias": -3.0},
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "lstm-peephole",
        "title": "LSTM with peepholes",
        "look": "The gates see the cell state that they guard, each unit its own. Of ∂L/∂C a "
        "second way goes back beside the forget gate's, through the gates themselves.",
        "experiment": {
            "network": _network("lstm-peephole", "many-to-many"),
            "weights": _drawn(0.9) | {"forget_bias": 3.0},
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "lstm-relu",
        "title": "LSTM with ReLU",
        "look": "ReLU in the place of tanh: a unit whose C is not above 0 shows nothing, and hears "
        "nothing through H. What a unit keeps in C has no bound.",
        "experiment": {
            "network": _network("lstm-relu", "many-to-many"),
            "weights": _drawn(0.9) | {"forget_bias": 3.0},
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "lstm-projected",
        "title": "LSTM, projected",
        "look": "Of 16 units each step shows 4 numbers: H is a projection of what an LSTM would "
        "show, and the gates and the outputs read no more. C keeps all 16, and its way back is an "
        "LSTM’s.",
        "experiment": {
            "network": _network("lstm-projected", "many-to-many") | {"projection_size": 4},
            "weights": _drawn(0.9) | {"forget_bias": 3.0},
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "stacked",
        "title": "Three layers",
        "look": "Errors fall through the layers as well as back in time. At the last step the "
        "first layer gets less than the third; at step 1 it gets more, for more ways lead there.",
        "experiment": {
            "network": _network("simple", "many-to-many") | {"num_layers": 3},
            "weights": _drawn(0.9),
            "sequence": _text("gradients vanish"),
        },
    },
    {
        "name": "one-to-one",
        "title": "One-to-one",
        "look": "One step in, one step out: an ordinary multilayer perceptron. "
        "The recurrent matrix has nothing to do, so its gradient is zero.",
        "experiment": {
            "network": _network("simple", "one-to-one"),
            "weights": _drawn(0.9),
            "sequence": _text("ab"),
        },
    },
    {
        "name": "sentiment",
        "title": "Sentiment of a review",
        "look": "Many-to-one: one label for the whole review. The first word gets less than a "
        "hundredth of the gradient that the last word gets.",
        "experiment": {
            "network": _network("simple", "many-to-one"),
            "weights": _drawn(0.9),
            "sequence": _text(
                "the plot was thin and the start was slow but the ending was wonderful",
                tokens="words",
                label=(1, 2),
            ),
        },
    },
    {
        "name": "blood-type",
        "title": "Blood type from DNA",
        "look": "Many-to-one over 48 bases with one of four labels. By the first base the gradient "
        "is over a hundred million times smaller than at the last: too long for this network.",
        "experiment": {
            "network": _network("simple", "many-to-one"),
            "weights": _drawn(0.9),
            "sequence": _text("ATGGCCGAGGTGTTGCGGACGCTGGCCGGAAAACCAAAATGCCACGCA", label=(0, 4)),
        },
    },
    {
        "name": "caption",
        "title": "Caption of a picture",
        "look": "One-to-many: only step 1 reads, and every word's loss must find its way back to "
        "it. Orthogonal weights bring more than half of the last word's gradient there.",
        "experiment": {
            "network": _network("simple", "one-to-many"),
            "weights": _drawn(1.0, "orthogonal"),
            "sequence": _text("photo: a small dog runs after a red ball in the park", "words"),
        },
    },
    {
        "name": "music",
        "title": "Melody from its first note",
        "look": "One-to-many again, with a small spectral radius: the last note's gradient is "
        "below a thousandth when it reaches the first note that all others follow from.",
        "experiment": {
            "network": _network("simple", "one-to-many"),
            "weights": _drawn(0.6),
            "sequence": _text("C4 C4 G4 G4 A4 A4 G4 F4 F4 E4 E4 D4 D4 C4", "words"),
        },
    },
    {
        "name": "chain-explodes",
        "title": "One unit, w = 1.1",
        "look": "Each step back multiplies the gradient by 1.1. From 1 at step 115 it grows to "
        "117.4 after 50 steps (step 65) and to 490.4 after 65 (step 50). Every input is 1: summed "
        "over the steps, ∂L/∂Wᴴ is 54 million.",
        "experiment": _linear([[1.1]], _CHAIN_STEPS),
    },
    {
        "name": "chain-vanishes",
        "title": "One unit, w = 0.9",
        "look": "Each step back multiplies the gradient by 0.9. From 1 at step 115 it shrinks to "
        "0.00515 after 50 steps (step 65) and to 0.00106 after 65 (step 50). Every input is 1: "
        "∂L/∂Wᴴ is 100.0, of which 99.5 % come from the last 50 steps.",
        "experiment": _linear([[0.9]], _CHAIN_STEPS),
    },
    {
        "name": "transient",
        "title": "Growth before decay",
        "look": "Both eigenvalues are 0.9, yet the gradient first grows more than fifteenfold: "
        "σ_max is 4.2. Only 52 steps back is it below what entered. See the hump in "
        "the product of Jacobians.",
        "experiment": _linear(_JORDAN_BLOCK, 60),
    },
    {
        "name": "clipping",
        "title": "Exploding ReLU, clipped",
        "look": "The gradient's norm is beyond a hundred million; norm clipping brings it to 1 "
        "and keeps its direction. Switch to clipping by value and see the direction bend.",
        "experiment": {
            "network": _network("simple", "many-to-one", 16, "relu"),
            "weights": _drawn(2.5),
            "sequence": {"kind": "random", "steps": 30},
            "loss": "squared-error",
            "clip": {"rule": "norm", "max_norm": 1.0},
        },
    },
    {
        "name": "wall",
        "title": "Pascanu’s wall",
        "look": "One unit, w = 4.8 and b = −2.3: one step back keeps about 59 % of the gradient. "
        "But open The wall below: near by the loss has a cliff, and a step that meets it throws "
        "plain gradient descent far away.",
        "experiment": _wall(4.8, -2.3, 50),
    },
]

PRESETS: list[Preset] = [Preset.model_validate(preset) for preset in _PRESETS]
