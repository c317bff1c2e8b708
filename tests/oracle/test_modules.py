"""PyTorch's own modules and linear algebra: nn.RNN, torch.linalg, torch.func."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.engine.reference.cases import ACTIVATIONS, CELLS, LOSSES, Case, draw_targets, make
from tests.engine.reference.compare import close, close_log10
from tests.oracle.model import ACTIVATIONS as FUNCTIONS
from tests.oracle.model import measure
from unrolled import engine

RELATIVE = 1e-9


def draw(random: np.random.Generator, cell: str, activation: str, loss: str) -> Case:
    return make(
        cell,
        "many-to-many",
        activation,
        loss,
        engine.Truncation(),
        sizes=(3, int(random.integers(1, 9)), 4),
        steps=int(random.integers(2, 15)),
        batch=int(random.integers(1, 4)),
        seed=int(random.integers(2**32)),
        h_0=True,
    )


@pytest.mark.parametrize("loss", ["squared-error", "cross-entropy"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("attempt", range(5))
def test_the_simple_cell_is_nn_rnn(
    random: np.random.Generator, activation: str, loss: str, attempt: int
) -> None:
    """The same weights in nn.RNN and nn.Linear: the same states, outputs, losses, gradients."""
    case = draw(random, "simple", activation, loss)
    net, p, seq = case.network, case.parameters, case.sequence
    rnn = torch.nn.RNN(net.input_size, net.hidden_size, nonlinearity=activation).double()
    out = torch.nn.Linear(net.hidden_size, net.output_size).double()
    with torch.no_grad():
        for leaf, value in (
            (rnn.weight_ih_l0, p["W_xh"]),
            (rnn.weight_hh_l0, p["W_hh"]),
            (rnn.bias_ih_l0, p["b_h"]),
            (rnn.bias_hh_l0, np.zeros_like(p["b_h"])),
            (out.weight, p["W_hy"]),
            (out.bias, p["b_y"]),
        ):
            leaf.copy_(torch.tensor(value))
    assert seq.h_0 is not None
    h, _ = rnn(torch.tensor(seq.inputs), torch.tensor(seq.h_0)[None])
    h.retain_grad()
    o = out(h)
    targets = torch.tensor(seq.targets)
    losses = [measure(loss, o[t], targets[t]) for t in range(seq.steps)]
    torch.stack(losses).sum().backward()

    flow = case.flow(graph=False, spectral=False)
    close("h_t", flow.trace.h, h.detach().numpy(), RELATIVE)
    close("o_t", flow.trace.o, o.detach().numpy(), RELATIVE)
    close("L_t", flow.step_losses, [value.item() for value in losses], RELATIVE)
    gradients = {
        "W_xh": rnn.weight_ih_l0.grad,
        "W_hh": rnn.weight_hh_l0.grad,
        "b_h": rnn.bias_ih_l0.grad,
        "W_hy": out.weight.grad,
        "b_y": out.bias.grad,
    }
    for name, gradient in gradients.items():
        assert gradient is not None
        close(f"∂L/∂{name}", flow.parameter_gradients[name].value, gradient.numpy(), RELATIVE)


def step(case: Case, t: int) -> Any:
    """h_{t−1} ↦ h_t of the first sample (t from 2)."""
    p = {name: torch.tensor(value) for name, value in case.parameters.items()}
    f, x = FUNCTIONS[case.network.activation], torch.tensor(case.sequence.inputs[t - 1, 0])

    def forward(h: torch.Tensor) -> torch.Tensor:
        feedback = p["W_hy"] @ h + p["b_y"] if case.network.cell == "jordan" else h
        return f(p["W_xh"] @ x + p[case.recurrent] @ feedback + p["b_h"])

    return forward


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("attempt", range(3))
def test_jacobians_by_torch_func(
    random: np.random.Generator, cell: str, activation: str, attempt: int
) -> None:
    case = draw(random, cell, activation, "squared-error")
    flow, steps = case.flow(), case.sequence.steps
    assert flow.spectrum is not None
    single, product = [], []
    for t in range(1, steps):
        h = torch.tensor(flow.trace.h[t - 1, 0])
        single.append(norm2(torch.func.jacrev(step(case, t + 1))(h)))

        def onward(state: torch.Tensor, t: int = t) -> torch.Tensor:
            for later in range(t + 1, steps + 1):
                state = step(case, later)(state)
            return state

        product.append(norm2(torch.func.jacrev(onward)(h)))
    close_log10("‖∂h_{t+1}/∂h_t‖", flow.spectrum.jacobian_log10_norm, single, RELATIVE, 1e-14)
    close_log10("‖∂h_T/∂h_t‖", flow.spectrum.product_log10_norm, product, RELATIVE, 1e-14)


def norm2(matrix: torch.Tensor) -> float:
    return float(torch.linalg.matrix_norm(matrix, ord=2))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attempt", range(5))
def test_spectrum_by_torch_linalg(random: np.random.Generator, cell: str, attempt: int) -> None:
    case = draw(random, cell, "tanh", "squared-error")
    flow, p = case.flow(), case.parameters
    assert flow.spectrum is not None
    matrix = torch.tensor(p["W_yh"] @ p["W_hy"] if cell == "jordan" else p["W_hh"])
    values = torch.linalg.eigvals(matrix).numpy()
    mine = flow.spectrum.eigenvalues[:, 0] + 1j * flow.spectrum.eigenvalues[:, 1]
    size = norm2(matrix)
    assert len(mine) == len(values)
    for value in values:
        nearest = int(np.argmin(np.abs(mine - value)))
        assert abs(mine[nearest] - value) < 1e-5 * size, f"torch {value}, engine {mine}"
        mine = np.delete(mine, nearest)
    # The conditioning of a multiple eigenvalue (Jordan's zeros) is the root of the rounding;
    # the largest is simple and must agree.
    close("ρ(R)", flow.spectrum.spectral_radius, np.abs(values).max(), RELATIVE, 1e-14)
    close("σ_max(R)", flow.spectrum.spectral_norm, size, RELATIVE)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_far_out(activation: str) -> None:
    a = torch.linspace(-300.0, 300.0, 2001, dtype=torch.float64)
    a = a[a != 0.0].requires_grad_()
    value = FUNCTIONS[activation](a)
    found = engine.ACTIVATIONS[activation].value(a.detach().numpy())
    lost = 1e-14 if activation == "gelu" else 0.0  # PyTorch's 1 + erf(a / √2) below 0
    np.testing.assert_allclose(found, value.detach().numpy(), rtol=1e-14, atol=lost)
    near = a.detach().abs() < 5.0  # beyond, PyTorch's 1 − tanh² has lost its digits
    (slope,) = torch.autograd.grad(value.sum(), a)
    mine = engine.ACTIVATIONS[activation].derivative(a.detach().numpy())
    np.testing.assert_allclose(mine[near.numpy()], slope[near].numpy(), rtol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e3])
@pytest.mark.parametrize("loss", LOSSES)
def test_losses(random: np.random.Generator, loss: str, scale: float) -> None:
    o = random.normal(scale=scale, size=(5, 4, 6))
    y = draw_targets(random, loss, 5, 4, 6)
    value, gradient = engine.LOSSES[loss].evaluate(o, y)
    theirs = torch.tensor(o, requires_grad=True)
    each = torch.stack([measure(loss, theirs[t], torch.tensor(y[t])) for t in range(5)])
    (slope,) = torch.autograd.grad(each.sum(), theirs)
    close("L_t", value, each.detach().numpy(), RELATIVE)
    lost = 1e-15 if loss == "binary-cross-entropy" else 0.0  # PyTorch's σ − 1 at a certain target
    close("∂L/∂o", gradient, slope.numpy(), RELATIVE, lost)


def test_the_same_text_in_both(random: np.random.Generator) -> None:
    """One-hot characters through nn.RNN: what the page shows for a text."""
    text = engine.encode_text("the cat sat on the mat", "characters", "many-to-many")
    net = engine.Network("simple", "many-to-many", "tanh", text.input_size, 8, text.output_size)
    p = engine.draw_parameters(net, seed=int(random.integers(1000)), spectral_radius=0.9)
    flow = engine.gradient_flow(net, p, text.sequence, loss="cross-entropy")
    w = {name: torch.tensor(value, requires_grad=True) for name, value in p.items()}
    h = torch.zeros(8, dtype=torch.float64)
    total = torch.zeros((), dtype=torch.float64)
    for said, next_ in zip(text.inputs, text.targets, strict=True):
        h = torch.tanh(w["W_xh"][:, text.vocabulary.index(said)] + w["W_hh"] @ h + w["b_h"])
        o = w["W_hy"] @ h + w["b_y"]
        total = total - torch.log_softmax(o, dim=0)[text.vocabulary.index(next_)]
    total.backward()
    close("L", flow.loss, float(total.detach()), RELATIVE)
    for name, leaf in w.items():
        assert leaf.grad is not None
        close(f"∂L/∂{name}", flow.parameter_gradients[name].value, leaf.grad.numpy(), RELATIVE)


@pytest.mark.parametrize("cell", engine.CELLS)
def test_xavier_and_he_are_those_of_torch_nn_init(cell: str) -> None:
    """The same distribution of every matrix of a module, whose gates are one matrix there."""
    net = engine.Network(cell, "many-to-many", "tanh", 30, 60, 40)
    theirs = {"xavier": torch.nn.init.xavier_uniform_, "he": torch.nn.init.kaiming_normal_}
    for init, fill in theirs.items():
        for name, mine in engine.draw_parameters(net, init=init, seed=5).items():
            if mine.ndim == 1:  # a bias; peepholes, which no module there has, are drawn
                assert mine.any() == name.startswith("p_")
                continue
            same = fill(torch.empty(mine.shape, dtype=torch.float64)).numpy()
            close(f"std of {name}", mine.std(), same.std(), 5.0 / np.sqrt(mine.size))
            if init == "xavier":
                close(f"bound of {name}", np.abs(mine).max(), np.abs(same).max(), 0.02)


def test_a_keras_like_init_is_orthogonal_as_torch_nn_init() -> None:
    net = engine.Network("lstm", "many-to-many", "tanh", 3, 8, 2)
    mine = engine.draw_parameters(net, init="keras", seed=1)["W_hh"]
    same = torch.nn.init.orthogonal_(torch.empty(32, 8, dtype=torch.float64)).numpy()
    for matrix in (mine, same):
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(8), atol=1e-12)
