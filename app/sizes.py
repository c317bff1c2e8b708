"""The two products of sizes that are limited: work and memory."""

from dataclasses import dataclass

from unrolled.engine import CELLS


@dataclass(frozen=True, slots=True)
class Most:
    """What one request may ask for, in these units."""

    work: float = float("inf")
    numbers: float = float("inf")


UNLIMITED = Most()


def blocks(cell: str, layers: int) -> int:
    """G, how many (H, H) blocks the recurrent weights of all layers have."""
    return layers * max(1, len(CELLS[cell].gates))


def work(steps: int, batch: int, hidden: int, blocks: int) -> int:
    """T·H²·B·G."""
    return steps * hidden**2 * batch * blocks


def numbers(steps: int, batch: int, inputs: int, hidden: int, blocks: int, outputs: int) -> int:
    """T·B·(D + H·G + K)."""
    return steps * batch * (inputs + hidden * blocks + outputs)
