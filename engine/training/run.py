"""A training: update after update, each recorded, to be paused, changed, kept and gone on with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.clip.clipping import Clip
from unrolled.engine.clip.rules import RULES as ENGINE_RULES
from unrolled.engine.experiment.network import Network, check_parameters
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Parameters, record
from unrolled.engine.numbers.errors import ForwardOverflow, InvalidInput
from unrolled.engine.numbers.magnitude import all_finite
from unrolled.engine.passes.vector import cut
from unrolled.engine.training.clipped import clipped
from unrolled.engine.training.course import Change, Changes, Course
from unrolled.engine.training.measured import Norms, held_out_loss, recurrent_norms
from unrolled.engine.training.noise import noise
from unrolled.engine.training.omega import with_omega
from unrolled.engine.training.optimizers import OPTIMIZERS
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.records import Records
from unrolled.engine.training.snapshots import Kept, packed, unpacked
from unrolled.engine.training.step import Gradient, Gradients
from unrolled.engine.training.tasks import Data, batches, posed

_MEASURED = 100
"""ρ, σ and the held-out loss are measured every so many updates at most,"""
_PARTS = 40
"""and so often in a training that is shorter: 256 sequences cost as much as a dozen updates."""


@record
class Experiment:
    """One update as an analysis takes it.

    Attributes:
        network: whose gradients.
        parameters: the weights before the update, float64.
        sequence: its batch.
        loss: a key of ``LOSSES``.
        truncation: the cell's own.
        clip: what the update's gradient is clipped by; of a rule that adapts, by norm to what it
            allows.
    """

    network: Network
    parameters: Parameters
    sequence: Sequence
    loss: str
    truncation: Truncation
    clip: Clip


class Training:
    """A training that a plan describes; nothing but plan, data and changes decides its numbers.

    Attributes:
        plan: as given.
        problem: what is learned.
        network: what learns it.
        names: its parameters, in the order of the records.
        update: how many updates are done.
        ended: None, or why there are no more, in words.
        first_not_finite: None, or where a number left the range: update, step, layer (from 1, None
            where it has none) and quantity.
    """

    def __init__(
        self,
        plan: Plan,
        series: Data | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Draw the weights, or take those that are given.

        Args:
            plan: what decides the numbers.
            series: the user's own data, where the task takes it.
            parameters: the weights before the first update, every one of the network's.
        Raises:
            InvalidInput: for data that is missing or too short, or weights that do not fit.
        """
        self.plan = plan
        self.problem = posed(plan.task, series)
        self.network = self.problem.network(
            plan.cell, plan.activation, plan.hidden_size, plan.num_layers
        )
        if parameters is None:
            drawn = plan.draw(self.network, self.problem.steps)
        else:
            drawn = check_parameters(self.network, parameters)
        self._shapes = self.network.parameter_shapes()
        self.names = list(self._shapes)
        self._theta = np.concatenate([drawn[name].ravel() for name in self.names]).astype(
            plan.precision
        )
        self._norms = Norms(self._shapes)
        self._gradients = Gradients(self.network, self._theta, self.problem.loss)
        self.update = 0
        self.ended: str | None = None
        self.first_not_finite: dict[str, Any] | None = None
        self._optimizer = OPTIMIZERS[plan.optimizer["name"]]
        self._memory = tuple(np.zeros_like(self._theta) for _ in self._optimizer.memory)
        self._course = Course(plan)
        self._batches = batches(plan.seed)
        self._held_out: Sequence | None = None
        self.measured_every = max(1, min(_MEASURED, plan.updates // _PARTS))

    @property
    def learning_rate(self) -> float:
        """η of the next update."""
        return self._course.learning_rate(self.update + 1)

    @property
    def clip(self) -> dict[str, Any]:
        """What clips the next update, as in a plan."""
        return dict(self._course.clip)

    @property
    def parameters(self) -> Parameters:
        """The weights before the next update, float64."""
        return cut(self._theta.astype(np.float64), self._shapes)

    # --- going on -----------------------------------------------------------------------------

    def advance(self, count: int = 1) -> Records:
        """Do so many updates, or as many as there are before the end.

        Returns:
            a row for each; the last may be one that did nothing, since a number left the range.
        """
        count = 0 if self.ended else min(count, self.plan.updates - self.update)
        has_c = CELLS[self.plan.cell].has_c
        records = Records.empty(
            max(0, count),
            self.plan.num_layers,
            self.problem.steps,
            len(self.names),
            has_c=has_c,
        )
        done = 0
        while done < count and self.ended is None:
            self._course.apply(self.update + 1)
            with np.errstate(all="ignore"):
                self._one(records, done)
            done += 1
            self.update += 1
            self._end()
        return records.rows(slice(done))

    def _end(self) -> None:
        """All updates are done."""
        if self.ended is None and self.update >= self.plan.updates:
            self.ended = "done"

    def _one(self, records: Records, row: int) -> None:
        """The next update: its batch, its gradient, what clips it, and the step."""
        n, rate = self.update + 1, self.learning_rate
        records.update[row], records.learning_rate[row] = n, rate
        records.log10_weight[row] = self._norms(self._theta)
        if (n - 1) % self.measured_every == 0 or n == self.plan.updates:
            self._measure(records, row)
        sequence = self.problem.draw(self._batches, self.plan.batch_size)
        try:
            found = self._gradient(sequence)
        except ForwardOverflow as overflow:
            self._stop(n, overflow.quantity, overflow.step, overflow.layer)
            return
        except InvalidInput as wrong:  # a loss, or a product of two parameters, is no double
            self._stop(n, str(wrong.pointer[-1]) if wrong.pointer[0] == "weights" else "loss")
            return
        if self.plan.omega:
            found, records.omega[row] = with_omega(found, self.plan.omega)
        records.loss[row] = found.loss
        records.log10_hidden[row] = found.hidden
        if records.log10_cell is not None and found.cell is not None:
            records.log10_cell[row] = found.cell
        after = self._clipped(found, records, row)
        if not math.isfinite(found.loss):
            self._stop(n, "loss")
        elif not all_finite(after):
            self._stop(n, "gradient")
        if self.ended:
            return
        if self.plan.noise:
            after = after + noise(self.plan.noise, self.plan.seed, n, len(after))
        self._take(after, rate, n, records, row)

    def _gradient(self, sequence: Sequence) -> Gradient:
        """Of a batch at the weights as they are; where the rule asks for it, with its passes."""
        clip = self._course.clipper.clip(-math.inf)
        if self.plan.omega or clip.per_sample or ENGINE_RULES[clip.rule].on_the_way:
            return self._gradients.by_the_engine(sequence)
        return self._gradients.of(sequence)

    def _clipped(self, found: Gradient, records: Records, row: int) -> Array:
        """g as it is used, plain numbers in the training's precision."""
        _, log10_norm = found.vector.norm()
        log10_norm = -math.inf if math.isnan(log10_norm) else log10_norm
        clip = self._course.clipper.clip(log10_norm)
        records.log10_before[row] = log10_norm
        records.threshold[row] = self._course.clipper.threshold(log10_norm)
        after, engaged = clipped(clip, found)
        self._course.clipper.remember(log10_norm)
        log10_after = after.norm()[1] if engaged else log10_norm
        records.log10_after[row] = -math.inf if math.isnan(log10_after) else log10_after
        records.engaged[row] = engaged
        return after.plain().astype(self._theta.dtype)

    def _take(self, g: Array, rate: float, n: int, records: Records, row: int) -> None:
        """θ ← θ − step."""
        settings = self.plan.optimizer
        step = self._optimizer.step(self._theta, g, self._memory, rate, n, settings)
        records.log10_step[row] = self._norms(step)
        self._theta -= step
        if not all_finite(self._theta):
            own = cut(self._theta, self._shapes)
            self._stop(n, next(name for name in own if not np.isfinite(own[name]).all()))

    def _measure(self, records: Records, row: int) -> None:
        """What is not measured at every update."""
        parameters = self.parameters
        records.rho[row], records.sigma[row] = recurrent_norms(self.network, parameters)
        if self._held_out is None:
            self._held_out = self.problem.held_out()
        loss, outputs = held_out_loss(self.network, parameters, self._held_out, self.problem.loss)
        records.held_out[row] = loss
        if self.problem.criterion is not None and outputs is not None:
            records.share[row] = self.problem.criterion.share(outputs, self._held_out)

    def _stop(
        self, update: int, quantity: str, step: int | None = None, layer: int | None = None
    ) -> None:
        """No more updates: a number has left the range."""
        self.ended = "not finite"
        self.first_not_finite = {
            "update": update,
            "step": step,
            "layer": layer,
            "quantity": quantity,
        }

    # --- changes ------------------------------------------------------------------------------

    @property
    def changes(self) -> Changes:
        """What was changed, and from which update on."""
        return self._course.changes

    def change(self, change: Change) -> None:
        """Change the learning rate or what clips, from the next update on.

        A rule that adapts begins with an empty history.

        Args:
            change: {"learning_rate": η} and/or {"clip": as in a plan}.
        Raises:
            InvalidInput: for anything else.
        """
        self._course.change(self.update + 1, change)

    # --- keeping and looking ------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """All that the next update depends on: an .npz file without pickled objects."""
        return packed(
            Kept(
                update=self.update,
                ended=self.ended,
                first_not_finite=self.first_not_finite,
                learning_rate=self._course.rate,
                clip=self._course.clip,
                applied=self._course.applied,
                theta=self._theta,
                memory=self._memory,
                history=self._course.clipper.state(),
                batches=self._batches.get_state(legacy=False),
            )
        )

    @classmethod
    def restore(
        cls,
        plan: Plan,
        snapshot: bytes,
        changes: Iterable[tuple[int, Change]] = (),
        series: Data | None = None,
    ) -> Training:
        """Go on from what ``snapshot`` left, with the same numbers.

        Args:
            plan: that of the training.
            snapshot: of a training with this plan.
            changes: all of the training, before the snapshot and after; those that come later are
                made when their update comes.
            series: as it was given.
        Raises:
            InvalidInput: for a snapshot of another plan, or bytes that are none.
        """
        kept = unpacked(snapshot)
        training = cls(replace(plan, weights={"kind": "random"}), series)
        training.plan = plan
        own = training._theta
        if kept.theta.shape != own.shape or kept.theta.dtype != own.dtype:
            raise InvalidInput(("snapshot",), "is of another plan")
        training._take_over(kept, list(changes))
        return training

    def _take_over(self, kept: Kept, changes: Changes) -> None:
        self.update, self.ended = kept.update, kept.ended
        self.first_not_finite = kept.first_not_finite
        self._theta[:] = kept.theta
        for own, other in zip(self._memory, kept.memory, strict=True):
            own[:] = other
        self._batches.set_state(kept.batches)
        self._course.take_over(kept.learning_rate, kept.clip, kept.applied, changes)
        self._course.clipper.restore(kept.history)
        self._course.apply(self.update + 1)

    def experiment(self) -> Experiment:
        """The next update, which is not done: the weights before it, and its own batch."""
        state = self._batches.get_state(legacy=False)
        sequence = self.problem.draw(self._batches, self.plan.batch_size)
        self._batches.set_state(state)
        return Experiment(
            network=self.network,
            parameters=self.parameters,
            sequence=sequence,
            loss=self.problem.loss,
            truncation=CELLS[self.plan.cell].default_truncation,
            clip=self._clip_of(sequence),
        )

    def _clip_of(self, sequence: Sequence) -> Clip:
        """What the next update is clipped by."""
        clip = self._course.clipper.clip(-math.inf)
        try:
            found = self._gradient(sequence)
        except InvalidInput:
            return clip
        return self._course.clipper.clip(found.vector.norm()[1])
