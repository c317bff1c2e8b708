"""What ``gradient_flow`` returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unrolled.engine.analysis.factors import Factors
from unrolled.engine.analysis.graph import Graph
from unrolled.engine.analysis.saturation import Saturation, saturation
from unrolled.engine.analysis.spectrum import Spectrum
from unrolled.engine.analysis.trajectory import Trajectory
from unrolled.engine.analysis.values import Values
from unrolled.engine.cells import CELLS
from unrolled.engine.cells.base import Layer
from unrolled.engine.clip.clipping import Clipping
from unrolled.engine.diagnosis.diagnosed import diagnosed
from unrolled.engine.diagnosis.directions import Carried
from unrolled.engine.diagnosis.verdict import Diagnosis
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Array, Nullable, Series, record
from unrolled.engine.numbers.errors import ForwardOverflow
from unrolled.engine.numbers.magnitude import Magnitudes, Scaled, align, plain_norms
from unrolled.engine.passes.arrivals import initial_gradient
from unrolled.engine.passes.bptt import Backward, LayerGradient
from unrolled.engine.passes.directions import Direction
from unrolled.engine.passes.itemize import Itemized
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.unroll import Trace


@record
class ParameterGradient:
    """∂L/∂(parameter), and what every step added to it.

    Attributes:
        value: before clipping, the parameter's shape; what a double cannot hold is ±inf or 0.
        norm: ‖value‖; NaN where a double cannot hold it.
        log10_norm: NaN only where exactly zero.
        clipped_norm: after clipping.
        step_log10_norm: of the term that step t adds to the sum, (T,); NaN where exactly zero.
    """

    value: Array
    norm: float
    log10_norm: float
    clipped_norm: float
    step_log10_norm: Series


@dataclass(frozen=True, slots=True)
class Activity:
    """What the forward pass did, at every step.

    Attributes:
        hidden_norm: ‖h_t‖, (T,).
        mean_derivative: mean of f′(a_t) over samples and units, (T,); NaN for gated cells.
        output_norm: ‖o_t‖, (T,); NaN where no output is used.
    """

    hidden_norm: Series
    mean_derivative: Series
    output_norm: Series


@record
class OneNorm:
    """One norm.

    Attributes:
        norm: NaN where a double cannot hold it.
        log10_norm: NaN only where it is exactly zero.
    """

    norm: Nullable
    log10_norm: Nullable


@record
class InitialGradient:
    """What reaches a layer's initial state, every loss included; zero where a truncation stops it.

    Attributes:
        hidden: ‖∂L/∂h_0‖; None for Jordan's cell, which reads o_0 = 0 instead.
        cell: ‖∂L/∂c_0‖; None where there is no c.
    """

    hidden: OneNorm | None
    cell: OneNorm | None = None


def _initial(parts: list[Scaled]) -> InitialGradient:
    """The norms of what crosses to step 0."""
    sizes = [part.magnitudes() for part in parts]
    found = [OneNorm(size.norm.item(), size.log10_norm.item()) for size in sizes]
    return InitialGradient(*found) if found else InitialGradient(None)


@dataclass(frozen=True)
class LayerFlow:
    """What the page draws of one layer.

    Attributes:
        layer: from 0 at the input.
        itemized: ‖∂L_i/∂h_t‖ for every pair, or None where not asked for.
        trajectory: its matrix and its Jacobians, or None where not asked for.
        passage: the way back.
        backward: the backward pass, of all losses together.
    """

    layer: int
    itemized: Itemized | None
    trajectory: Trajectory | None
    passage: Passage
    backward: Backward

    @property
    def forward(self) -> Layer:
        """Its forward pass."""
        return self.passage.trace.layers[self.layer]

    @property
    def place(self) -> int:
        """Where its gradients stand in the backward pass."""
        return self.layer

    @cached_property
    def hidden_gradient(self) -> Magnitudes:
        """‖∂L/∂h_t‖, every later loss included, (T,)."""
        return self.backward.hidden(self.place)

    @cached_property
    def cell_gradient(self) -> Magnitudes | None:
        """‖∂L/∂c_t‖ for cells that have a c_t."""
        return self.backward.cell(self.place)

    @cached_property
    def gates(self) -> dict[str, Array] | None:
        """Gate → its mean activity, (T,); None for cells without gates."""
        return self.passage.cell.activity(self.forward) or None

    @cached_property
    def saturation(self) -> Saturation:
        """The share of saturated units and gates, (T,)."""
        return saturation(self.passage.network, self.forward)

    @cached_property
    def initial_gradient(self) -> InitialGradient:
        """‖∂L/∂h_0‖ and ‖∂L/∂c_0‖."""
        own = self.backward.layers[self.layer]
        return _initial(initial_gradient(self.passage, self.layer, own))


@dataclass(frozen=True)
class DirectionFlow(LayerFlow):
    """One direction of a layer; index 0 of every series is step 1 of the sequence, but where said.

    In a reverse direction a loss reaches later steps, in a layer below the last every step. The
    trajectory is on its own clock, whose step 1 is the first sample's last step where it is
    reverse, and so is the passage.

    Attributes:
        reverse: whether it reads from the end.
        direction: its forward pass and its way back.
        own: its gradients on its own clock.
        carries: of the last layer, how far the loss with the most steps to travel comes; None of
            the others, where every loss enters at every step, and where nothing was itemized.
    """

    reverse: bool
    direction: Direction
    own: LayerGradient
    carries: Carried | None

    @property
    def forward(self) -> Layer:
        """Its forward pass."""
        return self.direction.seen

    @property
    def place(self) -> int:
        """Forward before reverse."""
        return 2 * self.layer + self.reverse

    @cached_property
    def initial_gradient(self) -> InitialGradient:
        """What reaches the state that it begins with: in reverse, that behind the last step."""
        return _initial(initial_gradient(self.passage, 0, self.own))


@dataclass
class BidirectionalFlow:
    """What a network of two directions answers; NaN stands for "there is no such number".

    Attributes:
        steps: T.
        loss: L = Σ_t L_t; NaN where no step emits one, or where only its gradient is given.
        step_losses: L_t, NaN where none is emitted or only its gradient is given, (T,).
        directions: every layer's, the layer that reads the input first, its forward one first.
        parameter_gradients: parameter → its gradient.
        clipping: what the clip rule did.
        network: cell, topology, activation, sizes and layers.
        given: whether the gradient of the loss came from outside.
        trace: the forward pass, its states those of both directions side by side, (T, B, 2H).
        backward: the backward pass on the sequence's clock, a direction in each place of a layer.
    """

    steps: int
    loss: float
    step_losses: Array
    directions: tuple[DirectionFlow, ...]
    parameter_gradients: dict[str, ParameterGradient]
    clipping: Clipping
    network: Network
    given: bool
    trace: Trace
    backward: Backward

    @cached_property
    def hidden_gradient(self) -> Magnitudes:
        """‖∂L/∂[h→_t, h←_t]‖ of the last layer, both directions together, (T,)."""
        return self._joined(0)

    @cached_property
    def cell_gradient(self) -> Magnitudes | None:
        """‖∂L/∂[c→_t, c←_t]‖ likewise, for cells that have a c_t."""
        return self._joined(1) if CELLS[self.network.cell].has_c else None

    def _joined(self, part: int) -> Magnitudes:
        """Both directions of the last layer side by side."""
        first, second = (own.part(part) for own in self.backward.layers[-2:])
        values = np.stack((first.value, second.value), axis=1)
        exponents = np.stack((first.exponent, second.exponent), axis=1)
        aligned = [align(*pair) for pair in zip(values, exponents, strict=True)]
        whole = np.stack([value for value, _ in aligned])
        return Scaled(whole, np.array([exponent for _, exponent in aligned])).magnitudes()

    @property
    def activity(self) -> Activity:
        """Norms of the forward pass; f′ is each direction's own, and none is said here."""
        trace = self.trace
        outputs = plain_norms(trace.o) if trace.o.shape[2] else np.full(trace.steps, np.nan)
        return Activity(
            hidden_norm=plain_norms(trace.h),
            mean_derivative=np.full(trace.steps, np.nan),
            output_norm=np.where(trace.emits, outputs, np.nan),
        )


@dataclass
class GradientFlow:
    """Everything the page draws and the API answers; NaN stands for "there is no such number".

    Attributes:
        steps: T, or the steps before an overflow.
        loss: L = Σ_t L_t; NaN where no step emits one, or where only its gradient is given.
        step_losses: L_t, NaN where none is emitted or only its gradient is given, (T,).
        layers: every layer's gradients, the layer that reads the input first.
        followed_gradient: ‖∂L_i/∂h_t‖ of the followed loss at every step of the last layer, (T,);
            None where none is followed, or where neither graph nor values were asked for.
        followed_cell_gradient: ‖∂L_i/∂c_t‖ likewise, for cells that have a c_t; else None.
        parameter_gradients: parameter → its gradient.
        clipping: what the clip rule did.
        graph: None where not asked for.
        values: the signed numbers; None where not asked for.
        factors: between one loss and an earlier step; None where not asked for.
        network: cell, topology, activation, sizes and layers.
        follow: the followed step, from 1, or None.
        overflow: where the forward pass left the range of a double, or None.
        given: whether the gradient of the loss came from outside.
        trace: the forward pass itself.
        entering: what every loss brings to its own step.
        backward: the backward pass itself: every per-step term before it is summed.
    """

    steps: int
    loss: float
    step_losses: Array
    layers: tuple[LayerFlow, ...]
    followed_gradient: Magnitudes | None
    followed_cell_gradient: Magnitudes | None
    parameter_gradients: dict[str, ParameterGradient]
    clipping: Clipping
    graph: Graph | None
    values: Values | None
    factors: Factors | None
    network: Network
    follow: int | None
    overflow: ForwardOverflow | None
    given: bool
    trace: Trace
    entering: Entering
    backward: Backward

    @property
    def top(self) -> LayerFlow:
        """The layer that the outputs read."""
        return self.layers[-1]

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        """The verdict; None where the itemized matrix was not asked for."""
        pairs = [layer.itemized for layer in self.layers if layer.itemized is not None]
        if not pairs:
            return None
        own = self.top.passage
        return diagnosed(own, self.entering, pairs, self.overflow, given=self.given)

    @property
    def activity(self) -> Activity:
        """Norms of the forward pass, of the last layer."""
        trace, every_output = self.trace, CELLS[self.network.cell].feeds_outputs
        steps, batch, width = trace.h.shape
        outputs = plain_norms(trace.o) if trace.o.shape[2] else np.full(steps, np.nan)
        slope = self.top.passage.lane(self.top.layer).slope
        mean = np.full(steps, np.nan)
        if slope is not None:
            mean = np.add.reduce(slope, axis=(1, 2)) / (batch * width)
            if trace.masks is not None:
                mean = self.top.forward.mean(slope)
        return Activity(
            hidden_norm=plain_norms(trace.h),
            mean_derivative=mean,
            output_norm=outputs if every_output else np.where(trace.emits, outputs, np.nan),
        )

    @property
    def hidden_gradient(self) -> Magnitudes:
        """‖∂L/∂h_t‖ of the last layer, every later loss included, (T,)."""
        return self.top.hidden_gradient

    @property
    def cell_gradient(self) -> Magnitudes | None:
        """‖∂L/∂c_t‖ of the last layer, (T,)."""
        return self.top.cell_gradient

    @property
    def itemized(self) -> Itemized | None:
        """‖∂L_i/∂h_t‖ of the last layer."""
        return self.top.itemized

    @property
    def spectrum(self) -> Spectrum | None:
        """Of the last layer."""
        return None if self.top.trajectory is None else self.top.trajectory.spectrum
