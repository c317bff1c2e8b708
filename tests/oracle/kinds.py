"""PyTorch's modules by the names that the engine's table has, without ``torch.nn.``."""

from __future__ import annotations

from typing import Any

import numpy as np

KINDS = (
    *(("RNN", "tanh"), ("RNN", "relu"), ("LSTM", "tanh"), ("GRU", "tanh")),
    ("LSTM(proj_size)", "tanh"),
)
"""Each with its activation."""


def projected(
    random: np.random.Generator, kind: str, units: int
) -> tuple[str, int, int, dict[str, Any]]:
    """The class of a module, H, the width of h_t, and the option that makes it so."""
    if not kind.endswith("(proj_size)"):
        return kind, units, units, {}
    shown = int(random.integers(1, units + 1))
    return kind.removesuffix("(proj_size)"), units + 1, shown, {"proj_size": shown}
