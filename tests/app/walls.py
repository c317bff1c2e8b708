"""Pascanu's network of one unit, as the API takes it."""

from typing import Any

SIGMOID_OF_HALF = 0.6224593312018546


def wall(w: float = 0.0, b: float = 0.0, steps: int = 50) -> dict[str, Any]:
    """a_t = w σ(a_{t−1}) + b, a_0 = 0.5, E = (h_T − 0.7)²; two outputs say h, for the ½."""
    return {
        "network": {
            "cell": "simple", "topology": "many-to-one", "activation": "sigmoid",
            "input_size": 1, "hidden_size": 1, "output_size": 2,
        },
        "weights": {
            "kind": "explicit", "W_xh": [[0.0]], "W_hh": [[w]], "b_h": [b],
            "W_hy": [[1.0], [1.0]], "b_y": [0.0, 0.0],
        },
        "sequence": {
            "kind": "explicit", "inputs": [[[0.0]]] * steps, "targets": [[[0.7, 0.7]]],
            "h_0": [[SIGMOID_OF_HALF]],
        },
        "loss": "squared-error",
    }  # fmt: skip


def axes(points: int = 5) -> list[dict[str, Any]]:
    """w and b around the wall."""
    return [
        {"parameter": "W_hh", "index": [0, 0], "from": 3.0, "to": 7.0, "points": points},
        {"parameter": "b_h", "index": [0], "from": -4.0, "to": -1.0, "points": points + 1},
    ]
