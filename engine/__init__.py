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
∂L/∂H_t            ``dh[t]``           (B, H)      total: every later loss included
∂L_i/∂H_t          ``states[0][i]``    (B, H)      itemized: loss i alone
∂L/∂W, its term    ``steps(name)[t]``  as W        what step t adds to the sum
μ                  ``threshold``       scalar
=================  ==================  ==========  ===========================================
"""

from __future__ import annotations

from engine.activations import ACTIVATIONS
from engine.arriving import Arriving
from engine.bptt import Backward, LayerGradient, backward
from engine.cells import CELLS
from engine.cells.wiring import Connection, Line, Slope, Unit
from engine.check import MAX_ENTRIES, Check, check_gradients, check_passes
from engine.clipping import Clip, Clipping, PerSample, clip_gradients
from engine.diagnosis import Diagnosis, Row, share, times, verdict_of
from engine.errors import ForwardOverflow, InvalidInput
from engine.flow import arriving, gradient_flow
from engine.graph import Edge, Graph, Node
from engine.itemize import Itemized, itemize
from engine.losses import LOSSES
from engine.magnitude import Magnitudes, Scaled
from engine.network import MAX_LAYERS, Network, check_parameters, draw_parameters
from engine.parameters import INITS, spectral_radius_of
from engine.passage import Passage
from engine.results import (
    Activity,
    GradientFlow,
    InitialGradient,
    LayerFlow,
    ParameterGradient,
)
from engine.saturation import GateSaturation, Saturation
from engine.sequences import Sequence, explicit_sequence, random_sequence
from engine.spectrum import Spectrum, spectrum
from engine.text import TOKENS, Text, encode_text
from engine.topologies import TOPOLOGIES
from engine.trajectory import Trajectory
from engine.truncation import Truncation
from engine.unroll import Trace, unroll
from engine.values import LayerValues, Values, count_values
from engine.vector import Vector

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "INITS",
    "LOSSES",
    "MAX_ENTRIES",
    "MAX_LAYERS",
    "TOKENS",
    "TOPOLOGIES",
    "Activity",
    "Arriving",
    "Backward",
    "Check",
    "Clip",
    "Clipping",
    "Connection",
    "Diagnosis",
    "Edge",
    "ForwardOverflow",
    "GateSaturation",
    "GradientFlow",
    "Graph",
    "InitialGradient",
    "InvalidInput",
    "Itemized",
    "LayerFlow",
    "LayerGradient",
    "LayerValues",
    "Line",
    "Magnitudes",
    "Network",
    "Node",
    "ParameterGradient",
    "Passage",
    "PerSample",
    "Row",
    "Saturation",
    "Scaled",
    "Sequence",
    "Slope",
    "Spectrum",
    "Text",
    "Trace",
    "Trajectory",
    "Truncation",
    "Unit",
    "Values",
    "Vector",
    "arriving",
    "backward",
    "check_gradients",
    "check_parameters",
    "check_passes",
    "clip_gradients",
    "count_values",
    "draw_parameters",
    "encode_text",
    "explicit_sequence",
    "gradient_flow",
    "itemize",
    "random_sequence",
    "share",
    "spectral_radius_of",
    "spectrum",
    "times",
    "unroll",
    "verdict_of",
]
