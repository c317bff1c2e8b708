"""What the engine itself refuses, where the service would not let it come so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from unrolled.engine import Clip, InvalidInput, Network, draw_parameters, explicit_sequence


def sequence(topology: str, inputs: int, targets: int, **others: Any) -> None:
    explicit_sequence(
        Network("simple", topology, "tanh", 2, 3, 2),
        "squared-error",
        inputs=np.zeros((inputs, 1, 2)),
        targets=np.zeros((targets, 1, 2)),
        **others,
    )


@pytest.mark.parametrize(
    ("refused", "pointer", "said"),
    [
        (
            lambda: draw_parameters(Network("simple", "many-to-many", "tanh", 2, 3, 2), seed=-1),
            ("weights", "seed"),
            "received -1; allowed: a whole number from 0",
        ),
        (
            lambda: Clip("none", 0.5),
            ("clip",),
            "received a threshold of 0.5; 'none' takes none",
        ),
        (
            lambda: sequence("many-to-many", 4, 4, steps=5),
            ("sequence", "steps"),
            "received 5, but the arrays hold 4; allowed: 4, or leave it out",
        ),
        (
            lambda: sequence("one-to-many", 2, 4),
            ("sequence", "inputs"),
            "received 2 steps; one-to-many reads 1 input step",
        ),
    ],
)
def test_it_says_what_came_where_and_what_is_allowed(
    refused: Callable[[], object], pointer: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        refused()
    assert (caught.value.pointer, caught.value.detail) == (pointer, said)
