"""The mathematics of Unrolled: recurrent networks and their gradients through time, in NumPy.

Arrays are time-major, ``[step][sample][unit]``; index 0 is step 1. Weights are named from → to:

=================  ==================  ==========  ===========================================
notes              code                shape
=================  ==================  ==========  ===========================================
X_t, I_t           ``x[t]``            (B, D)      input
                   ``a[t]``            (B, H)      pre-activation; f′ is taken here
H_t                ``h[t]``            (B, H)      hidden state
O_t, Y             ``o[t]``, ``y[t]``  (B, K)      output, target
W^I = W^X          ``W_xh``            (H, D)
W^H                ``W_hh``            (H, H)
W^O                ``W_hy``            (K, H)
Jordan's feedback  ``W_yh``            (H, K)
projection         ``W_hr``            (P, H)      H_t is W_hr times what the units show
∂L/∂H_t            ``dh[t]``           (B, H)      total: every later loss included
∂L_i/∂H_t          ``states[0][i]``    (B, H)      itemized: loss i alone
∂L/∂W, its term    ``steps(name)[t]``  as W        what step t adds to the sum
μ                  ``threshold``       scalar
=================  ==================  ==========  ===========================================
"""

from __future__ import annotations

from unrolled.engine.analysis.check import (
    MAX_ENTRIES,
    Check,
    CheckedEntry,
    ParameterCheck,
    check_gradients,
    check_passes,
)
from unrolled.engine.analysis.factors import Factors
from unrolled.engine.analysis.graph import Edge, Graph, Node
from unrolled.engine.analysis.lyapunov import LEADING
from unrolled.engine.analysis.norms import gradient_log10_norms
from unrolled.engine.analysis.pascanu import LongToShort
from unrolled.engine.analysis.saturation import GateSaturation, Saturation
from unrolled.engine.analysis.spectrum import Spectrum, spectrum
from unrolled.engine.analysis.threshold_rules import (
    PERCENTILE,
    PERCENTILES,
    THRESHOLD_RULES,
    ThresholdRule,
    Thresholds,
    thresholds,
)
from unrolled.engine.analysis.trajectory import Trajectory
from unrolled.engine.analysis.values import LayerValues, Values, count_values
from unrolled.engine.cells import CELLS
from unrolled.engine.cells.modules import MODULES, Module
from unrolled.engine.cells.wiring import Connection, Line, Slope, Unit
from unrolled.engine.choices.activations import ACTIVATIONS, Activation
from unrolled.engine.choices.inits import INITS, Init
from unrolled.engine.choices.losses import LOSSES, Loss
from unrolled.engine.choices.parameters import spectral_radius_of
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.clip.clipping import Clip, Clipping, PerParameter, PerSample, clip_gradients
from unrolled.engine.clip.rules import RULES as CLIP_RULES
from unrolled.engine.clip.rules import Rule
from unrolled.engine.diagnosis.arriving import Arriving
from unrolled.engine.diagnosis.directions import Carried
from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.verdict import Diagnosis, verdict_of
from unrolled.engine.diagnosis.words import share, times
from unrolled.engine.experiment.foreign import (
    Imported,
    export_gradients,
    import_module,
    torch_layers,
    torch_names,
)
from unrolled.engine.experiment.network import (
    MAX_LAYERS,
    MAX_LENGTH,
    MIN_LENGTH,
    Network,
    check_parameters,
    draw_parameters,
)
from unrolled.engine.experiment.sequences import (
    PLACES,
    Sequence,
    explicit_sequence,
    random_sequence,
)
from unrolled.engine.experiment.text import TOKENS, Text, encode_text
from unrolled.engine.flow import arriving, bidirectional_flow, gradient_flow
from unrolled.engine.landscape.descents import (
    MAX_DESCENT_STEPS,
    MAX_DESCENTS,
    OPTIMIZERS,
    Descent,
    Optimizer,
    Path,
    descend,
)
from unrolled.engine.landscape.forward import carried
from unrolled.engine.landscape.places import (
    MAX_PLACES,
    MAX_SAMPLES,
    Clipped,
    Found,
    Place,
    Samples,
    look,
    with_noise,
)
from unrolled.engine.landscape.surface import (
    MAX_POINTS,
    Axis,
    Landscape,
    Slopes,
    Surface,
    check_scalar,
    landscape,
)
from unrolled.engine.numbers.arrays import Array, Nullable, Series
from unrolled.engine.numbers.errors import ForwardOverflow, InvalidInput
from unrolled.engine.numbers.magnitude import Magnitudes, Scaled
from unrolled.engine.passes.bptt import Backward, LayerGradient, backward
from unrolled.engine.passes.itemize import Itemized, itemize
from unrolled.engine.passes.passage import Passage
from unrolled.engine.passes.unroll import Trace, unroll
from unrolled.engine.passes.vector import Vector
from unrolled.engine.results import (
    Activity,
    BidirectionalFlow,
    DirectionFlow,
    GradientFlow,
    InitialGradient,
    LayerFlow,
    ParameterGradient,
)
from unrolled.engine.sweep.axes import SweepAxis
from unrolled.engine.sweep.number import Number
from unrolled.engine.sweep.numbers import NUMBERS
from unrolled.engine.sweep.numbers import VERSION as NUMBERS_VERSION
from unrolled.engine.sweep.plan import Sweep, SweepPoint, point_hash
from unrolled.engine.sweep.refine import Refinement
from unrolled.engine.sweep.summary import Spread, spread
from unrolled.engine.sweep.theory import THEORY, Theory, TheoryLine, theory_of
from unrolled.engine.sweep.together import Reading, numbers_of, numbers_of_training
from unrolled.engine.sweep.trial import Trial
from unrolled.engine.training.events import Watcher, changed
from unrolled.engine.training.optimizers import OPTIMIZERS as TRAINING_OPTIMIZERS
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.records import Records
from unrolled.engine.training.rules import RULES as TRAINING_RULES
from unrolled.engine.training.rules import TrainingRule
from unrolled.engine.training.run import Experiment, Training
from unrolled.engine.training.schedules import SCHEDULES, Schedule
from unrolled.engine.training.tasks import TASKS, Data, Problem, Task, posed
from unrolled.engine.training.train import train

# fmt: off
__all__ = [
    "ACTIVATIONS", "CELLS", "CLIP_RULES", "INITS", "LEADING", "LOSSES", "MAX_DESCENTS",
    "MAX_DESCENT_STEPS", "MAX_ENTRIES", "MAX_LAYERS", "MAX_LENGTH", "MAX_PLACES", "MAX_POINTS",
    "MAX_SAMPLES", "MIN_LENGTH", "MODULES", "NUMBERS", "NUMBERS_VERSION", "OPTIMIZERS",
    "PERCENTILE", "PERCENTILES", "PLACES", "SCHEDULES", "TASKS", "THEORY",
    "THRESHOLD_RULES", "TOKENS", "TOPOLOGIES", "TRAINING_OPTIMIZERS", "TRAINING_RULES",
    "Activation", "Activity", "Array", "Arriving", "Axis", "Backward", "BidirectionalFlow",
    "Carried", "Check", "CheckedEntry", "Clip", "Clipped", "Clipping", "Connection", "Data",
    "Descent", "Diagnosis", "DirectionFlow", "Edge", "Experiment", "Factors", "ForwardOverflow",
    "Found", "GateSaturation", "GradientFlow", "Graph", "Imported", "Init", "InitialGradient",
    "InvalidInput", "Itemized", "Landscape", "LayerFlow", "LayerGradient", "LayerValues", "Line",
    "LongToShort", "Loss", "Magnitudes", "Module", "Network", "Node", "Nullable", "Number",
    "Optimizer", "ParameterCheck", "ParameterGradient", "Passage", "Path", "PerParameter",
    "PerSample", "Place", "Plan", "Problem", "Reading", "Records", "Refinement", "Row", "Rule",
    "Samples", "Saturation", "Scaled", "Schedule", "Sequence", "Series", "Slope", "Slopes",
    "Spectrum", "Spread", "Surface", "Sweep", "SweepAxis", "SweepPoint", "Task", "Text", "Theory",
    "TheoryLine", "ThresholdRule", "Thresholds", "Trace", "Training", "TrainingRule", "Trajectory",
    "Trial", "Truncation", "Unit", "Values", "Vector", "Watcher", "arriving", "backward",
    "bidirectional_flow", "carried", "changed", "check_gradients", "check_parameters",
    "check_passes", "check_scalar", "clip_gradients", "count_values", "descend", "draw_parameters",
    "encode_text", "explicit_sequence", "export_gradients", "gradient_flow", "gradient_log10_norms",
    "import_module", "itemize", "landscape", "look", "numbers_of", "numbers_of_training",
    "point_hash", "posed", "random_sequence", "share", "spectral_radius_of", "spectrum", "spread",
    "theory_of", "thresholds", "times", "torch_layers", "torch_names", "train", "unroll",
    "verdict_of", "with_noise",
]
# fmt: on
