"""Sequences: what the network reads and what it should say, drawn or given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.losses import LOSSES, Targets
from unrolled.engine.choices.parameters import as_numbers
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput, one_of, whole_number
from unrolled.engine.numbers.streams import drawn


@dataclass(frozen=True, slots=True)
class Sequence:
    """A batch of sequences of one length, time-major.

    Attributes:
        inputs: at the steps that read, (S_in, B, D).
        targets: at the steps that emit: class indices (S_out, B) or numbers (S_out, B, K).
        steps: T.
        h_0: initial state (B, H), or (layers, B, H) where layers are stacked; None for zeros.
        c_0: initial cell state, likewise.
    """

    inputs: Array
    targets: Targets
    steps: int
    h_0: Array | None = None
    c_0: Array | None = None

    def initial(self, part: str, layer: int, hidden: int) -> Array:
        """h_0 or c_0 of one layer, zeros where not given, (B, H)."""
        given = self.h_0 if part == "h" else self.c_0
        if given is None:
            return np.zeros((self.inputs.shape[1], hidden))
        return given[layer] if given.ndim == 3 else given

    def first(self, steps: int) -> Sequence:
        """The first steps alone; a loss that only the last step has is then gone."""
        inputs, targets = self.inputs[:steps], self.targets[:steps]
        if len(self.targets) != self.steps:
            targets = self.targets[:0]
        return Sequence(inputs, targets, steps, self.h_0, self.c_0)


def random_sequence(
    network: Network, loss: str, *, steps: int, batch_size: int = 1, seed: int = 0
) -> Sequence:
    """Draw standard normal inputs, and targets as the loss takes them.

    T and B are from 1 (T exactly 1 for one-to-one), the seed from 0; its stream is apart from that
    of the parameters.

    Raises:
        InvalidInput: for a value outside these, or an unknown loss.
    """
    one_of(("loss",), loss, LOSSES)
    whole_number(("sequence", "steps"), steps, 1)
    whole_number(("sequence", "batch_size"), batch_size, 1)
    whole_number(("sequence", "seed"), seed, 0)
    _check_steps(network, steps, ("sequence", "steps"))
    topology = TOPOLOGIES[network.topology]
    reading, emitting = int(topology.reads(steps).sum()), int(topology.emits(steps).sum())
    normal, shape = RandomState.standard_normal, (reading, batch_size, network.input_size)
    inputs = drawn("inputs", seed, normal, shape)
    draw, sizes = LOSSES[loss].draw, (emitting, batch_size, network.output_size)
    targets = drawn("targets", seed, draw, *sizes)
    return Sequence(inputs, targets, steps)


def explicit_sequence(
    network: Network,
    loss: str,
    *,
    inputs: object,
    targets: object,
    h_0: object = None,
    c_0: object = None,
    steps: int | None = None,
) -> Sequence:
    """Take given inputs and targets, holding only the steps that the topology reads or emits.

    Args:
        network: topology and sizes.
        loss: a key of ``LOSSES``.
        inputs: (S_in, B, D).
        targets: class indices (S_out, B) for a loss of classes, else numbers (S_out, B, K) in the
            loss's domain.
        h_0: (B, H), or (layers, B, H) where layers are stacked; zeros where None.
        c_0: likewise, for cells that have a c.
        steps: T, only needed where neither inputs nor targets say it; checked where they do.
    Raises:
        InvalidInput: for shapes that do not fit each other, the sizes or the topology, or a target
            that the loss does not take.
    """
    one_of(("loss",), loss, LOSSES)
    topology = TOPOLOGIES[network.topology]
    in_pointer, out_pointer = ("sequence", "inputs"), ("sequence", "targets")
    reading, batch = _leading(in_pointer, inputs)
    emitting, _ = _leading(out_pointer, targets)
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
    y = _targets(out_pointer, targets, loss, (emitting, batch, network.output_size))
    shape = (network.num_layers,) if network.num_layers > 1 else ()
    shape = (*shape, batch, network.hidden_size)
    h, c = (
        None if state is None else as_numbers(("sequence", name), state, shape)
        for name, state in (("h_0", h_0), ("c_0", c_0))
    )
    if c is not None and not CELLS[network.cell].has_c:
        raise InvalidInput(
            ("sequence", "c_0"), f"{network.cell!r} has no cell state: leave c_0 out"
        )
    return Sequence(x, y, said, h, c)


def _targets(
    pointer: tuple[str, ...], given: object, loss: str, shape: tuple[int, int, int]
) -> Targets:
    """Targets (S, B, K) in the loss's domain, or (S, B) where it takes classes."""
    row, count = LOSSES[loss], shape[2]
    numbers = as_numbers(pointer, given, shape[:2] if row.classes else shape)
    inside = (numbers >= row.least) & (numbers <= row.most)
    allowed = f"allowed with {loss}: {row.targets}"
    if row.classes:
        inside = (numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < count)
        allowed = f"allowed: {row.targets} 0 … {count - 1}"
    if not inside.all():
        place = tuple(np.argwhere(~inside)[0].tolist())
        raise InvalidInput((*pointer, *place), f"received {numbers[place]:g}; {allowed}")
    return numbers.astype(np.int64) if row.classes else numbers


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
