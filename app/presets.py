"""Experiments worth looking at, as data: every row of the notes. The first is the page's own.

What `look` claims is asserted by tests/app/test_presets.py.
"""

from typing import Any

from app.schemas import Preset


def _text(text: str, tokens: str = "characters", label: tuple[int, int] | None = None) -> Any:
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


def _chain(w: float) -> Any:
    """The notes' univariate network: one linear unit, h_t = w h_{t−1}, and o_115 − y_115 = 1."""
    one = {"input_size": 1, "output_size": 1}
    return {
        "network": _network("simple", "many-to-one", 1, "linear") | one,
        "weights": {
            "kind": "explicit",
            "W_xh": [[1.0]],
            "W_hh": [[w]],
            "b_h": [0.0],
            "W_hy": [[1.0]],
            "b_y": [0.0],
        },
        "sequence": {"kind": "explicit", "inputs": [[[0.0]]] * 115, "targets": [[[-1.0]]]},
        "loss": "squared-error",
    }


def _transient() -> Any:
    """Two linear units, W_hh = [[0.9, 4], [0, 0.9]] with both eigenvalues 0.9; ∂L/∂o = (1, 0)."""
    unit = [[1.0, 0.0], [0.0, 1.0]]
    return {
        "network": _network("simple", "many-to-one", 2, "linear")
        | {"input_size": 2, "output_size": 2},
        "weights": {
            "kind": "explicit",
            "W_xh": unit,
            "W_hh": [[0.9, 4.0], [0.0, 0.9]],
            "b_h": [0.0, 0.0],
            "W_hy": unit,
            "b_y": [0.0, 0.0],
        },
        "sequence": {"kind": "explicit", "inputs": [[[0.0, 0.0]]] * 60, "targets": [[[-1.0, 0.0]]]},
        "loss": "squared-error",
    }


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
        "look": "A forget gate that starts open (bias +3) hands ∂L/∂c almost whole from step to "
        "step: 80 steps back a fiftieth is left. Choose Simple, and it is a hundred-millionth.",
        "experiment": {
            "network": _network("lstm", "many-to-one"),
            "weights": _drawn(0.9) | {"forget_bias": 3.0},
            "sequence": _text(_SENTENCE),
        },
    },
    {
        "name": "gru",
        "title": "GRU",
        "look": "No cell state: each h is a mix of the last one and a candidate. Drawn weights "
        "leave the update gate half open, so about half of h is kept, and the gradient vanishes.",
        "experiment": {
            "network": _network("gru", "many-to-many"),
            "weights": _drawn(0.9),
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
        "is a hundred million times smaller than at the last: too long for this network.",
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
        "117.4 after 50 steps (step 65) and to 490.4 after 65 (step 50).",
        "experiment": _chain(1.1),
    },
    {
        "name": "chain-vanishes",
        "title": "One unit, w = 0.9",
        "look": "Each step back multiplies the gradient by 0.9. From 1 at step 115 it shrinks to "
        "0.00515 after 50 steps (step 65) and to 0.00106 after 65 (step 50).",
        "experiment": _chain(0.9),
    },
    {
        "name": "transient",
        "title": "Growth before decay",
        "look": "Both eigenvalues are 0.9, yet the gradient first grows more than fifteenfold: "
        "σ is 4.2. Only 52 steps back is it below what entered. See the hump beside.",
        "experiment": _transient(),
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
]

PRESETS: list[Preset] = [Preset.model_validate(preset) for preset in _PRESETS]
