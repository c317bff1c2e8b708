"""Maps worth looking at, as data.

What `look` claims is asserted by tests/app/test_sweep_presets.py.
"""

from typing import Any

_RADII = {"at": "/weights/spectral_radius", "from": 0.2, "to": 3.0, "points": 33}
_LENGTHS = {"at": "/sequence/steps", "from": 4, "to": 200, "points": 25, "scale": "log"}
_DRAWN = {"sequence": {"kind": "random"}, "loss": "squared-error"}


def _linear(coupling: float) -> dict[str, Any]:
    """Two linear units, both of eigenvalue 0.95, the second heard by the first."""
    return {
        "kind": "explicit",
        "W_xh": [[1.0, 0.0], [0.0, 1.0]],
        "W_hh": [[0.95, coupling], [0.0, 0.95]],
        "b_h": [0.0, 0.0],
        "W_hy": [[1.0, 0.0]],
        "b_y": [0.0],
    }


_COUPLINGS = [round(0.1 * n, 1) for n in range(33)]

SWEEP_PRESETS: tuple[dict[str, Any], ...] = (
    {
        "name": "radius-and-length",
        "title": "Vanishing and exploding: radius and length",
        "look": "How much of the last loss's gradient arrives at step 1, behind small inputs. A "
        "simple network's vanishes where ρ is well below 1 and mostly explodes where it is 3, the "
        "more the longer. Of cells with gates, drawn half open, most lose it at a ρ of 2 all the "
        "same.",
        "sweep": {
            "experiment": _DRAWN
            | {
                "network": {"topology": "many-to-one", "hidden_size": 16},
                "weights": {"input_scale": 0.1},
            },
            "axes": [_RADII, _LENGTHS],
            "rows": {
                "at": "/network/cell",
                "values": ["simple", "lstm", "gru", "mgu", "lstm-peephole"],
            },
            "seeds": 3,
            "numbers": ["arriving", "verdict", "decay_per_step"],
        },
    },
    {
        "name": "forget-bias",
        "title": "An LSTM's forget gate: bias and length",
        "look": "Each step keeps σ(bias) of C. The longer the sequence, the wider the gate has to "
        "stand open for anything to arrive: over 50 steps less than a billionth does with bias 0, "
        "and more than a hundredth with 5.",
        "sweep": {
            "experiment": _DRAWN
            | {
                "network": {"cell": "lstm", "topology": "many-to-one", "hidden_size": 16},
                "weights": {"spectral_radius": 0.9},
            },
            "axes": [
                {"at": "/weights/forget_bias", "from": -2.0, "to": 6.0, "points": 33},
                _LENGTHS,
            ],
            "seeds": 3,
            "numbers": ["arriving", "verdict", "saturation"],
        },
    },
    {
        "name": "non-normal",
        "title": "Growth before decay: what eigenvalues hide",
        "look": "Both eigenvalues are 0.95 everywhere, and the gradient should fade. The stronger "
        "one unit is coupled to the other, the longer it grows first: at a coupling of 3 it "
        "explodes over 20 steps.",
        "sweep": {
            "experiment": _DRAWN
            | {
                "network": {
                    "topology": "many-to-one",
                    "activation": "linear",
                    "input_size": 2,
                    "hidden_size": 2,
                    "output_size": 1,
                }
            },
            "axes": [
                {
                    "at": "/weights",
                    "values": [_linear(coupling) for coupling in _COUPLINGS],
                    "labels": _COUPLINGS,
                    "label": "coupling",
                },
                _LENGTHS,
            ],
            "numbers": ["arriving", "verdict", "spectral_norm"],
        },
    },
    {
        "name": "clipping",
        "title": "How much is clipped: radius and threshold",
        "look": "The share of draws whose gradient is above μ. Where ρ is small it turns from all "
        "to none within a decade of μ. Where ρ is large ‖g‖ is, too, and differs from draw to "
        "draw: it turns later, and more slowly.",
        "sweep": {
            "experiment": _DRAWN
            | {
                "network": {"hidden_size": 16},
                "sequence": {"kind": "random", "steps": 50},
                "clip": {"rule": "norm", "max_norm": 1.0},
            },
            "axes": [
                _RADII,
                {"at": "/clip/max_norm", "from": 0.1, "to": 1000, "points": 25, "scale": "log"},
            ],
            "seeds": 8,
            "numbers": ["clipped", "log10_norm"],
        },
    },
    {
        "name": "adding",
        "title": "Who learns the adding problem: learning rate and μ",
        "look": "The loss of 20 steps after 2,000 updates; always answering the mean has 0.083. "
        "Adam divides a gradient by its own size, so the rate decides much more than μ: "
        "rates from 0.001 to 0.01 learn at every μ, and rates of 0.03 and more at none.",
        "sweep": {
            "training": {
                "task": {"name": "adding", "steps": 20},
                "hidden_size": 24,
                "updates": 2000,
                "optimizer": {"name": "adam"},
                "clip": {"rule": "norm", "threshold": 1.0},
            },
            "axes": [
                {
                    "at": "/optimizer/learning_rate",
                    "from": 1e-4,
                    "to": 0.1,
                    "points": 7,
                    "scale": "log",
                },
                {"at": "/clip/threshold", "from": 0.01, "to": 100, "points": 5, "scale": "log"},
            ],
            "seeds": 3,
            "numbers": ["final_loss", "solved", "updates_to_success"],
        },
    },
)
"""The first is the page's own."""
