"""The contract's table of topologies."""

from __future__ import annotations

import pytest

from unrolled.engine import TOPOLOGIES


@pytest.mark.parametrize(
    ("name", "steps", "reads", "emits"),
    [
        ("one-to-one", 1, [1], [1]),
        ("many-to-one", 4, [1, 2, 3, 4], [4]),
        ("many-to-many", 4, [1, 2, 3, 4], [1, 2, 3, 4]),
        ("one-to-many", 4, [1], [1, 2, 3, 4]),
        ("many-to-one", 1, [1], [1]),
        ("one-to-many", 1, [1], [1]),
    ],
)
def test_masks(name: str, steps: int, reads: list[int], emits: list[int]) -> None:
    topology = TOPOLOGIES[name]
    for mask, wanted in ((topology.reads(steps), reads), (topology.emits(steps), emits)):
        assert mask.dtype == bool
        assert mask.shape == (steps,)
        assert [t for t in range(1, steps + 1) if mask[t - 1]] == wanted


def test_names() -> None:
    assert list(TOPOLOGIES) == ["one-to-one", "many-to-one", "many-to-many", "one-to-many"]
    assert [name for name, topology in TOPOLOGIES.items() if topology.single] == ["one-to-one"]
