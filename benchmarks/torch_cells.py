"""The cells as PyTorch users write them where every state's gradient is wanted.

``torch.nn``'s own layers give no gradient of a state inside them, so the steps are written out;
what all steps share is one product before the loop.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.torch_peer import Factors, Pass, TorchPeer
from unrolled import engine


class SimplePeer(TorchPeer):
    """h_t = tanh(W_xh x_t + W_hh h_{t−1} + b_h)."""

    def forward(self, drive: torch.Tensor, h: torch.Tensor) -> Pass:
        """Two operations a step."""
        run, weights = Pass(drive), self.parameters["W_hh"].T
        for own in drive.unbind():
            run.previous.append(h)
            h = torch.tanh(torch.addmm(own, h, weights))
            run.states.append(h)
        return run

    def step(self, own: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        """One sample's h_t from its drive and h_{t−1}."""
        return torch.tanh(own + self.parameters["W_hh"] @ state)

    def factors(
        self, enters: torch.Tensor, returns: torch.Tensor, previous: torch.Tensor
    ) -> Factors:
        """da_tᵀ x_t, da_tᵀ h_{t−1} and Σ_B da_t."""
        return {
            "W_xh": (enters, self.inputs),
            "W_hh": (returns, previous),
            "b_h": (enters, None),
        }


class LstmPeer(SimplePeer):
    """PyTorch's LSTMCell with its gates in the order i, f, o, g, so that one sigmoid serves three.

    Norms do not depend on the order.
    """

    def __init__(
        self, parameters: dict[str, np.ndarray], sequence: engine.Sequence, max_norm: float
    ) -> None:
        def ordered(weights: np.ndarray) -> np.ndarray:
            i, f, g, o = np.split(weights, 4)
            return np.concatenate((i, f, o, g))

        gates = ("W_xh", "W_hh", "b_h")
        parameters = {n: ordered(w) if n in gates else w for n, w in parameters.items()}
        super().__init__(parameters, sequence, max_norm)

    def forward(self, drive: torch.Tensor, h: torch.Tensor) -> Pass:
        """Nine operations a step."""
        run, weights, hidden = Pass(drive), self.parameters["W_hh"].T, h.shape[1]
        c = torch.zeros_like(h)
        for own in drive.unbind():
            run.previous.append(h)
            gates, g = torch.addmm(own, h, weights).split((3 * hidden, hidden), 1)
            i, f, o = torch.sigmoid(gates).chunk(3, 1)
            c = torch.addcmul(f * c, i, torch.tanh(g))
            h = o * torch.tanh(c)
            run.cells.append(c)
            run.states.append(h)
        return run

    def step(self, own: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        """One sample's (h_t, c_t) from its drive and (h_{t−1}, c_{t−1})."""
        h, c = state.chunk(2)
        i, f, o, g = (own + self.parameters["W_hh"] @ h).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.cat((torch.sigmoid(o) * torch.tanh(c), c))


class GruPeer(TorchPeer):
    """PyTorch's GRUCell: r and z, then n with the reset inside the product."""

    def forward(self, drive: torch.Tensor, h: torch.Tensor) -> Pass:
        """Eight operations a step."""
        p, hidden = self.parameters, h.shape[1]
        run, weights = Pass(drive), p["W_hh"].T
        bias = torch.cat((p["b_hn"].new_zeros(2 * hidden), p["b_hn"]))
        sides = drive.split((2 * hidden, hidden), 2)
        for own, own_n in zip(sides[0].unbind(), sides[1].unbind(), strict=True):
            run.previous.append(h)
            through = torch.addmm(bias, h, weights)
            inside, q = through.split((2 * hidden, hidden), 1)
            r, z = torch.sigmoid(own + inside).chunk(2, 1)
            h = torch.lerp(torch.tanh(torch.addcmul(own_n, r, q)), h, z)
            run.returning.append(through)
            run.states.append(h)
        return run

    def step(self, own: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        """One sample's h_t from its drive and h_{t−1}."""
        p, hidden = self.parameters, len(state)
        through = p["W_hh"] @ state
        r, z = torch.sigmoid(own[: 2 * hidden] + through[: 2 * hidden]).chunk(2)
        n = torch.tanh(own[2 * hidden :] + r * (through[2 * hidden :] + p["b_hn"]))
        return torch.lerp(n, state, z)

    def factors(
        self, enters: torch.Tensor, returns: torch.Tensor, previous: torch.Tensor
    ) -> Factors:
        """What enters W_xh and what enters W_hh differ by the reset."""
        hidden = previous.shape[2]
        return {
            "W_xh": (enters, self.inputs),
            "W_hh": (returns, previous),
            "b_h": (enters, None),
            "b_hn": (returns[:, :, 2 * hidden :], None),
        }


PEERS: dict[str, type[TorchPeer]] = {"simple": SimplePeer, "lstm": LstmPeer, "gru": GruPeer}
