"""Sequences: what the network reads and what it should say, drawn or given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import RandomState

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.losses import LOSSES, Targets, valued
from unrolled.engine.choices.parameters import as_numbers
from unrolled.engine.choices.topologies import TOPOLOGIES, Topology
from unrolled.engine.experiment.masks import IGNORED, Masks, masks
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.errors import InvalidInput, one_of, whole_number
from unrolled.engine.numbers.streams import drawn

PLACES = ("hidden", "output")
"""Where a given gradient may enter: h_t of the last layer, or o_t."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A batch of sequences of one length, time-major.

    Attributes:
        inputs: at the steps that read, (S_in, B, D).
        targets: at the steps that emit: class indices (S_out, B) or numbers (S_out, B, K); of a
            given loss its gradient, (S_out, B, K), or (S_out, B, H) without outputs, (S_out, B, 2H)
            of two directions.
        steps: T.
        h_0: initial state (B, H), or (layers, B, H) where layers are stacked; of two directions
            each, (2 layers, B, H), the reverse one behind its layer's first; None for zeros.
        c_0: initial cell state, likewise.
        emits: the steps that emit a loss, (T,); None: those of the topology.
        masks: which pairs of step and sample count; None: all.
    """

    inputs: Array
    targets: Targets
    steps: int
    h_0: Array | None = None
    c_0: Array | None = None
    emits: Mask | None = None
    masks: Masks | None = None

    @property
    def weights(self) -> Array | None:
        """w_tb at the steps that emit, (S_out, B); None where all are 1."""
        if self.masks is None or self.emits is None:
            return None
        return self.masks.weights[self.emits]

    def emitting(self, topology: Topology) -> Mask:
        """The steps that emit a loss, (T,)."""
        if self.emits is not None:
            return self.emits
        return topology.emits(self.steps) & (len(self.targets) > 0)

    def initial(self, part: str, layer: int, width: int) -> Array:
        """h_0 or c_0 of one layer, zeros where not given, (B, width)."""
        given = self.h_0 if part == "h" else self.c_0
        if given is None:
            return np.zeros((self.inputs.shape[1], width))
        return given[layer] if given.ndim == 3 else given

    def first(self, steps: int) -> Sequence:
        """The first steps alone; a loss that only the last step has is then gone."""
        inputs, emits = self.inputs[:steps], self.emits
        if emits is not None:
            emits = emits[:steps]
            targets = self.targets[: np.count_nonzero(emits)]
        else:
            targets = self.targets[: steps if len(self.targets) == self.steps else 0]
        masks = self.masks and self.masks.first(steps)
        return replace(self, inputs=inputs, targets=targets, steps=steps, emits=emits, masks=masks)

    def heard(self, topology: Topology) -> Sequence:
        """A given gradient without the steps at which all of it is zero."""
        weights = 1.0 if self.weights is None else self.weights[..., np.newaxis]
        enters = (self.targets * weights).any(axis=(1, 2))
        if enters.all():
            return self
        emits = self.emitting(topology).copy()
        emits[emits] = enters
        return replace(self, targets=self.targets[enters], emits=emits)

    def masked(self, counts: Masks | None) -> Sequence:
        """The same where not every pair of step and sample counts.

        Of a topology with one loss every sample's is at its own last step.
        """
        if counts is None:
            return self
        inputs, targets, emits = self.inputs, self.targets, counts.emits
        if len(inputs) == self.steps:
            inputs = inputs * counts.live[..., np.newaxis]
        own = np.ones(self.steps, dtype=bool) if self.emits is None else self.emits
        if len(targets) == np.count_nonzero(own):
            emits = emits & own
            targets = targets[emits[own]]
        else:
            targets = targets[np.zeros(np.count_nonzero(emits), dtype=np.int64)]
        return replace(self, inputs=inputs, targets=targets, emits=emits, masks=counts)


def random_sequence(
    network: Network, loss: str, *, steps: int, batch_size: int = 1, seed: int = 0
) -> Sequence:
    """Draw standard normal inputs, and targets as the loss takes them.

    T and B are from 1 (T exactly 1 for one-to-one), the seed from 0; its stream is apart from that
    of the parameters.

    Raises:
        InvalidInput: for a value outside these, an unknown loss, or one whose gradient is given.
    """
    draw = valued(loss).draw
    assert draw is not None
    whole_number(("sequence", "steps"), steps, 1)
    whole_number(("sequence", "batch_size"), batch_size, 1)
    whole_number(("sequence", "seed"), seed, 0)
    _check_steps(network, steps, ("sequence", "steps"))
    topology = TOPOLOGIES[network.topology]
    reading, emitting = int(topology.reads(steps).sum()), int(topology.emits(steps).sum())
    normal, shape = RandomState.standard_normal, (reading, batch_size, network.input_size)
    inputs = drawn("inputs", seed, normal, shape)
    sizes = (emitting, batch_size, network.output_size)
    targets = drawn("targets", seed, draw, *sizes)
    return Sequence(inputs, targets, steps)


def explicit_sequence(
    network: Network,
    loss: str,
    *,
    inputs: object,
    targets: object = None,
    entering: Mapping[str, Any] | None = None,
    h_0: object = None,
    c_0: object = None,
    steps: int | None = None,
    lengths: object = None,
    loss_weights: object = None,
    resets: object = None,
) -> Sequence:
    """Take given inputs and targets, holding only the steps that the topology reads or emits.

    Args:
        network: topology and sizes.
        loss: a key of ``LOSSES``.
        inputs: (S_in, B, D).
        targets: class indices (S_out, B) for a loss of classes, else numbers (S_out, B, K) in the
            loss's domain; not of a given loss.
        entering: of a given loss {"at": "output", "value": ∂L/∂o_t, (S_out, B, K)}, or of a network
            without outputs {"at": "hidden", "value": ∂L/∂h_t of the last layer, (S_out, B, H)}, as
            any head and any loss left it: no 1/B is added. Where all of a step is zero, no loss is
            emitted.
        h_0: (B, H), or (layers, B, H) where layers are stacked, (2 layers, B, H) with two
            directions each; zeros where None.
        c_0: likewise, for cells that have a c.
        steps: T, only needed where neither inputs nor targets say it; checked where they do.
        lengths: T_b of every sample, 1 … T: nothing behind it counts; None: T. Of a topology with
            one loss that of sample b is at step T_b.
        loss_weights: w_tb of L_t = (1/B) Σ_b w_tb ℓ_tb at the steps that emit, (S_out, B), from 0;
            None: 1. A class target of −100 has weight 0.
        resets: true where the state starts at zero, (T, B): the recurrence is cut there, forward
            and back; None: nowhere.
    Raises:
        InvalidInput: for shapes that do not fit each other, the sizes or the topology, or a target
            that the loss does not take.
    """
    one_of(("loss",), loss, LOSSES)
    topology = TOPOLOGIES[network.topology]
    in_pointer = ("sequence", "inputs")
    out_pointer, said_there = _said_there(network, loss, targets, entering)
    reading, batch = _leading(in_pointer, inputs)
    emitting, _ = _leading(out_pointer, said_there)
    said = reading if topology.reads_all else emitting if topology.emits_all else 1
    if steps is not None and steps != said:
        raise InvalidInput(
            ("sequence", "steps"),
            f"received {steps}, but the arrays hold {said}; allowed: {said}, or leave it out",
        )
    _check_steps(network, said, in_pointer)
    if reading != int(topology.reads(said).sum()):
        raise InvalidInput(
            in_pointer, f"received {reading} steps; {network.topology} reads 1 input step"
        )
    wanted = int(topology.emits(said).sum())
    if emitting != wanted:
        raise InvalidInput(
            out_pointer,
            f"received {emitting} steps; {network.topology} over {said} steps has {wanted}",
        )
    x = as_numbers(in_pointer, inputs, (reading, batch, network.input_size))
    width = network.output_size or network.read_size
    counts = masks(topology, said, batch, lengths=lengths, loss_weights=loss_weights, resets=resets)
    ignored = _ignored(out_pointer, said_there, loss, (emitting, batch))
    if ignored is not None:
        counts = counts or masks(topology, said, batch, loss_weights=~ignored * 1.0)
        assert counts is not None
        counts = replace(counts, weights=np.where(ignored, 0.0, counts.weights))
    read = None if counts is None else counts.of(topology) > 0.0
    y = _targets(out_pointer, said_there, loss, (emitting, batch, width), read)
    h, c = (
        None
        if state is None
        else as_numbers(
            ("sequence", f"{part}_0"), state, (*network.initial_shape, batch, network.widths[part])
        )
        for part, state in (("h", h_0), ("c", c_0))
    )
    if c is not None and not CELLS[network.cell].has_c:
        raise InvalidInput(
            ("sequence", "c_0"), f"{network.cell!r} has no cell state: leave c_0 out"
        )
    found = Sequence(x, y, said, h, c).masked(counts)
    return found.heard(topology) if LOSSES[loss].given else found


def _said_there(
    network: Network, loss: str, targets: object, entering: Mapping[str, Any] | None
) -> tuple[tuple[str, ...], object]:
    """What the steps that emit should say, and where it stands: targets, or a given gradient."""
    own, other = ("sequence", "targets"), ("sequence", "entering")
    if not LOSSES[loss].given:
        if entering is not None:
            given = " or ".join(repr(name) for name, row in LOSSES.items() if row.given)
            raise InvalidInput(
                other, f"received with loss {loss!r}, which has its own gradient; allowed: {given}"
            )
        return own, targets
    if entering is None:
        raise InvalidInput(other, f"missing; needed with loss {loss!r}: where it enters, and value")
    if targets is not None:
        raise InvalidInput(own, f"received with loss {loss!r}, which has none: leave them out")
    at = str(entering.get("at"))
    one_of((*other, "at"), at, PLACES)
    fits = "output" if network.output_size else "hidden"
    if at != fits:
        raise InvalidInput(
            (*other, "at"), f"received {at!r}; with output_size {network.output_size}: {fits!r}"
        )
    return (*other, "value"), entering.get("value")


def _targets(
    pointer: tuple[str, ...],
    given: object,
    loss: str,
    shape: tuple[int, int, int],
    read: Mask | None,
) -> Targets:
    """Targets (S, B, K) in the loss's domain, or (S, B) where it takes classes; 0 if not read."""
    row, count = LOSSES[loss], shape[2]
    numbers = as_numbers(pointer, given, shape[:2] if row.classes else shape)
    if read is not None:
        numbers = np.where(read if row.classes else read[..., np.newaxis], numbers, 0.0)
    inside = (numbers >= row.least) & (numbers <= row.most)
    allowed = f"allowed with {loss}: {row.targets}"
    if row.classes:
        inside = (numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < count)
        allowed = f"allowed: {row.targets} 0 … {count - 1}"
    if not inside.all():
        place = tuple(np.argwhere(~inside)[0].tolist())
        raise InvalidInput((*pointer, *place), f"received {numbers[place]:g}; {allowed}")
    return numbers.astype(np.int64) if row.classes else numbers


def _ignored(
    pointer: tuple[str, ...], given: object, loss: str, shape: tuple[int, int]
) -> Mask | None:
    """Where a class is −100, (S, B); None where none is."""
    if not LOSSES[loss].classes:
        return None
    found = as_numbers(pointer, given, shape) == IGNORED
    return found if found.any() else None


def _leading(pointer: tuple[str, ...], given: object) -> tuple[int, int]:
    """Steps and batch size of nested lists."""
    try:
        steps = len(given)  # type: ignore[arg-type]
        batch = len(given[0])  # type: ignore[index]
    except (TypeError, IndexError, KeyError):
        steps = batch = 0
    if not (steps and batch):
        raise InvalidInput(
            pointer, "received nothing; needed: [step][sample][unit], at least one step and sample"
        )
    return steps, batch


def _check_steps(network: Network, steps: int, pointer: tuple[str, ...]) -> None:
    if TOPOLOGIES[network.topology].single and steps != 1:
        raise InvalidInput(pointer, f"received {steps} steps; {network.topology} has exactly 1")
