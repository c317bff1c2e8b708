"""The simple recurrent cell: a_t = W_xh x_t + W_hh h_{t−1} + b_h, h_t = f(a_t)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.arrays import Array, Parameters, times
from engine.cells.base import Cell, Shapes, Terms
from engine.truncation import Truncation


class SimpleCell(Cell):
    """h_t = f(W_xh x_t + W_hh h_{t−1} + b_h), o_t = W_hy h_t + b_y.

    Source: notes, "RNN Structure".
    """

    name = "simple"
    recurrent = "W_hh"
    default_truncation = Truncation("none")
    copies = False
    feeds_outputs = False

    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """W_xh (H, D), W_hh (H, H), b_h (H,), W_hy (K, H), b_y (K,)."""
        return {
            "W_xh": (hidden, inputs),
            "W_hh": (hidden, hidden),
            "b_h": (hidden,),
            "W_hy": (outputs, hidden),
            "b_y": (outputs,),
        }

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R = W_hh."""
        return parameters["W_hh"]

    def step(
        self,
        weights: Array,
        drive: Array,
        feedback: Array,
        activation: Callable[..., Array],
        a: Array,
        h: Array,
    ) -> None:
        """One step forward through time.

        a_t = drive_t + h_{t−1} W_hhᵀ;   h_t = f(a_t)

        Args:
            weights: W_hhᵀ, shape (H, H).
            drive: W_xh x_t + b_h, shape (B, H).
            feedback: h_{t−1}, shape (B, H).
            activation: f.
            a: receives a_t, shape (B, H).
            h: receives h_t, shape (B, H).
        Source: notes, "RNN Structure".
        """
        np.dot(feedback, weights, out=a)
        np.add(a, drive, out=a)
        activation(a, out=h)

    def step_back(
        self, recurrent: Array, derivative: Array, dh: Array, da: Array, dh_previous: Array
    ) -> None:
        """Carry ∂L/∂h_t one step back through time.

        da_t = dh_t ⊙ f′(a_t);   dh_{t−1} = da_t R

        Args:
            recurrent: R, shape (H, H).
            derivative: f′(a_t), shape (B, H).
            dh: ∂L/∂h_t, shape (B, H), or one row a loss, (n, B, H).
            da: receives ∂L/∂a_t, the shape of ``dh``.
            dh_previous: receives what arrives at h_{t−1}; the caller adds ∂L_{t−1}/∂h_{t−1}.
        Source: notes, "Learning in RNNs: BPTT".
        """
        np.multiply(dh, derivative, out=da)
        if da.ndim > 2:
            width = len(recurrent)
            da, dh_previous = da.reshape(-1, width), dh_previous.reshape(-1, width)
        np.dot(da, recurrent, out=dh_previous)

    def terms(
        self, parameters: Parameters, x: Array, feedback: Array, h: Array, da: Array, do: Array
    ) -> Terms:
        """Step t adds da_tᵀ x_t, da_tᵀ h_{t−1}, Σ_B da_t, do_tᵀ h_t and Σ_B do_t.

        Args:
            parameters: unused here.
            x: inputs, (T, B, D).
            feedback: h_{t−1}, (T, B, H).
            h: states, (T, B, H).
            da: ∂L/∂a_t, (T, B, H).
            do: ∂L/∂o_t, (T, B, K).
        Source: notes, "Many-to-One RNN" (gradients are summed up over time).
        """
        return {
            "W_xh": (da, x),
            self.recurrent: (da, feedback),
            "b_h": (da, None),
            "W_hy": (do, h),
            "b_y": (do, None),
        }

    def feedback_gradient(self, parameters: Parameters, da: Array) -> Array:
        """da_t times the recurrent parameter: what arrives at h_{t−1}."""
        return times(da, parameters[self.recurrent])


SIMPLE = SimpleCell()
