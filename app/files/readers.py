"""What a file's graph says of the matrices that read states, in words that all formats share."""

from dataclasses import dataclass

OPEN = "nothing stands between the layer and the head, and no activation after it"
UNSAID = "the head's activation and what stands between the layer and the head are not in the file"
OF_THE_LOSS = ("softmax", "sigmoid")
"""Activations that a loss computes itself: cross-entropy does."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One matrix in its graph.

    Attributes:
        reads: the tensor, or the layer, whose states it reads; None: unknown.
        bias: the tensor that is added; None: none, or the one that is named alike.
        turned: whether the matrix has a column for each output; None: as names and shapes say.
        assumed: what is not computed, or not in the file, as sentences.
        why_not: why it cannot be taken as a head; None where nothing is known against it.
    """

    reads: str | None = None
    bias: str | None = None
    turned: bool | None = None
    assumed: tuple[str, ...] = ()
    why_not: str | None = None


def of_the_loss(activation: str) -> str:
    """That an activation after the head is left to the loss."""
    return f"the head's activation {activation} belongs to the loss and is not applied"
