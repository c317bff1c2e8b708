"""One network of many: what is computed of it, and with which others it may be computed."""

from __future__ import annotations

from collections.abc import Hashable

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.clip.clipping import Clip
from unrolled.engine.clip.rules import RULES
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Parameters, record


@record
class Trial:
    """One network with its numbers, and what it reads.

    Attributes:
        network: cell, topology, activation, sizes and layers.
        parameters: from ``draw_parameters`` or ``check_parameters``.
        sequence: from ``random_sequence``, ``explicit_sequence`` or ``encode_text``.
        loss: a key of ``LOSSES``.
        truncation: which losses reach which steps.
        clip: what happens to the gradient of the parameters.
    """

    network: Network
    parameters: Parameters
    sequence: Sequence
    loss: str
    truncation: Truncation
    clip: Clip

    @property
    def shape(self) -> Hashable:
        """What networks have in common that are computed together; None of one that goes alone.

        Alone go two directions, what a mask or a given gradient leaves out, and clipping that is
        not of the summed gradient.
        """
        sequence, rule = self.sequence, RULES[self.clip.rule]
        if self.network.bidirectional or sequence.masks is not None or sequence.emits is not None:
            return None
        if rule.on_the_way or self.clip.per_sample:
            return None
        batch, targets = sequence.inputs.shape[1], sequence.targets.shape
        return self.network, sequence.steps, batch, targets, self.loss, self.truncation, rule.label

    @property
    def windowed(self) -> bool:
        """Whether of several losses at a step some go further back and some do not."""
        steps = self.sequence.steps
        several = TOPOLOGIES[self.network.topology].emits_all
        return several and 1 < self.truncation.reach(steps) <= steps

    @property
    def numbers(self) -> int:
        """How many numbers its way back holds: of states, gates and gradients."""
        sequence, network = self.sequence, self.network
        width = network.hidden_size * max(1, len(CELLS[network.cell].gates))
        return sequence.steps * int(sequence.inputs.shape[1]) * width * network.num_layers
