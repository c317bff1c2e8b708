"""Every gradient against autograd: cell × activation × loss × topology × truncation × clip.

Any three of the cell with its activation, the layers, the loss, the topology and the truncation
occur together, each with every clip rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import (
    ACTIVATIONS,
    CELLS,
    GATED,
    LOSSES,
    TOPOLOGIES,
    TRUNCATIONS,
    WITH_C,
    Case,
    make,
)
from tests.engine.reference.compare import close, close_log10, norms
from tests.engine.reference.inside import cells, hidden, item_vectors
from tests.engine.reference.pairs import pairs
from tests.engine.reference.rules import reaches
from tests.oracle.model import Gradients, clipped, differentiate
from unrolled import engine
from unrolled.engine import Clip, Truncation

RELATIVE = 1e-9
FLOOR = 1e-14
"""What cancels to nothing leaves about this much on either side."""
TORCH_EPSILON = 1e-6
"""clip_grad_norm_ scales by μ / (‖g‖ + 1e-6); the engine by μ / ‖g‖, as the notes say."""


def draw(random: np.random.Generator, *names: Any) -> Case:
    """Draw sizes and numbers, until no target of a softmax is certain.

    There PyTorch's softmax − 1 has no digits left; the engine's gradient is held to mpmath.
    """
    while True:
        case = propose(random, *names)
        certain = case.loss.endswith("cross-entropy")
        if not certain or np.nanmin(case.flow().step_losses) > 1e-4:
            return case


def propose(
    random: np.random.Generator,
    cell: str,
    activation: str,
    loss: str,
    topology: str,
    truncation: str,
    layers: int = 1,
) -> Case:
    steps = 1 if topology == "one-to-one" else int(random.integers(2, 10))
    rule = {"default": None, "none": Truncation()}.get(truncation)
    if truncation in ("window", "chunk"):
        rule = Truncation(truncation, int(random.integers(1, steps + 2)))
    least = 2 if loss == "cross-entropy" else 1
    sizes = tuple(int(n) for n in random.integers([1, 1, least], [5, 7, 6]))
    return make(
        cell,
        topology,
        activation,
        loss,
        rule,
        sizes=(sizes[0], sizes[1], sizes[2]),
        steps=steps,
        batch=int(random.integers(1, 5)),
        seed=int(random.integers(2**32)),
        h_0=bool(random.integers(2)),
        layers=layers,
    )


EVERY = [f"{cell} {f}" for cell in CELLS for f in ACTIVATIONS] + [f"{cell} tanh" for cell in GATED]


@pytest.mark.parametrize(
    ("kind", "layers", "loss", "topology", "truncation"),
    pairs(EVERY, (1, 2, 3, 4), LOSSES, TOPOLOGIES, TRUNCATIONS, of=3),
)
def test_everything(
    random: np.random.Generator,
    kind: str,
    layers: int,
    loss: str,
    topology: str,
    truncation: str,
) -> None:
    cell, activation = kind.split()
    case = draw(random, cell, activation, loss, topology, truncation, layers)
    flow, expected = case.flow(graph=False, spectral=False), differentiate(case)
    at = np.array(case.emits) - 1
    close("L_t", flow.step_losses[at], expected.losses, RELATIVE, FLOOR)
    close("L", flow.loss, expected.losses.sum(), RELATIVE, FLOOR)
    for layer in range(layers):
        states(case, flow, expected, layer)
    parameters(flow, expected.terms)
    share = float(random.uniform(0.05, 1.5))
    for rule in ("none", "norm", "value", "per-parameter"):
        clipping(case, expected.terms, rule, share)


def states(case: Case, flow: engine.GradientFlow, expected: Gradients, layer: int = 0) -> None:
    """∂L/∂h_t, ∂L/∂c_t and ∂L_i/∂h_t of a layer: vectors, norms, NaN where nothing reaches."""
    items, own = expected.items[layer], flow.layers[layer]
    total = items.sum(axis=0)
    close("∂L/∂h_t", hidden(flow.backward, layer), total, RELATIVE, FLOOR)
    close("‖∂L/∂h_t‖", own.hidden_gradient.norm, norms(total, 1), RELATIVE, FLOOR)
    for careful in (False, True):
        vectors = item_vectors(case, flow, careful=careful, layer=layer)
        close("∂L_i/∂h_t", vectors, items, RELATIVE, FLOOR)
    assert own.itemized is not None
    found = own.itemized.log10_norm
    close_log10("‖∂L_i/∂h_t‖", found, norms(items, 2), RELATIVE, FLOOR)
    for n, i in enumerate(case.emits):
        for t in range(1, case.sequence.steps + 1):
            assert reaches(case.rule, i, t) or np.isnan(found[n, t - 1]), (i, t)
    if case.network.cell not in WITH_C:
        assert own.cell_gradient is None
        return
    of_c = expected.cells[layer].sum(axis=0)
    assert own.cell_gradient is not None
    close("∂L/∂c_t", cells(flow.backward, layer), of_c, RELATIVE, FLOOR)
    close("‖∂L/∂c_t‖", own.cell_gradient.norm, norms(of_c, 1), RELATIVE, FLOOR)


def parameters(flow: engine.GradientFlow, terms: dict[str, Any]) -> None:
    """Every parameter's gradient, and the term of every step before it is summed."""
    assert list(flow.parameter_gradients) == list(terms)
    for name, gradient in flow.parameter_gradients.items():
        total = terms[name].sum(axis=0)
        steps = flow.backward.steps(name).unscaled()
        close(f"∂L/∂{name}, its terms", steps, terms[name], RELATIVE, FLOOR)
        close(f"∂L/∂{name}", gradient.value, total, RELATIVE, FLOOR)
        close(f"‖∂L/∂{name}‖", gradient.norm, norms(total, 0), RELATIVE, FLOOR)
        close_log10(
            f"‖∂L/∂{name}‖, its terms",
            gradient.step_log10_norm,
            norms(terms[name], 1),
            RELATIVE,
            FLOOR,
        )


def clipping(case: Case, terms: dict[str, Any], rule: str, share: float) -> None:
    """Against clip_grad_norm_, of all parameters or of each, and clip_grad_value_."""
    before = {name: term.sum(axis=0) for name, term in terms.items()}
    flat = np.concatenate([g.ravel() for g in before.values()])
    size = float(np.linalg.norm(flat))
    largest = max(float(np.linalg.norm(g)) for g in before.values())
    most = {"norm": size, "per-parameter": largest}.get(rule, float(np.abs(flat).max()))
    threshold = share * most
    clip = Clip(rule, None if rule == "none" else threshold)
    flow = case.flow(clip=clip, graph=False, spectral=False, itemized=False)
    report = flow.clipping
    close("‖g‖", report.norm_before, size, RELATIVE, FLOOR)
    close("log10 ‖g‖", report.log10_norm_before, np.log10(size), RELATIVE, 1e-9)
    if rule == "none":
        assert (report.scale, report.engaged) == (1.0, False)
        return
    theirs, norm = clipped(before, rule, threshold)
    slack = {"norm": TORCH_EPSILON / size, "per-parameter": TORCH_EPSILON / threshold}.get(
        rule, 0.0
    )
    if rule != "per-parameter":
        close("‖g‖", report.norm_before, norm, RELATIVE)
    after = np.concatenate([g.ravel() for g in theirs.values()])
    close("‖g after‖", report.norm_after, np.linalg.norm(after), RELATIVE + 2 * slack, FLOOR)
    close("scale", report.scale, np.linalg.norm(after) / size, RELATIVE + 2 * slack, FLOOR)
    assert report.engaged == (share < 1.0)
    cosine = float(flat @ after) / size / float(np.linalg.norm(after))
    close("cosine", report.cosine, cosine, RELATIVE + 2 * slack)
    for name, gradient in flow.parameter_gradients.items():
        close(
            f"‖∂L/∂{name} after‖",
            gradient.clipped_norm,
            norms(theirs[name], 0),
            RELATIVE + 2 * slack,
            FLOOR,
        )


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
@pytest.mark.parametrize("truncation", [Truncation(), Truncation("chunk", 16)], ids=str)
def test_a_longer_sequence(random: np.random.Generator, cell: str, truncation: Truncation) -> None:
    case = make(
        cell,
        "many-to-many",
        "tanh",
        "cross-entropy",
        truncation,
        sizes=(6, 24, 6),
        steps=60,
        batch=2,
        seed=int(random.integers(2**32)),
        scale=0.6,
    )
    flow, expected = case.flow(graph=False, spectral=False), differentiate(case)
    states(case, flow, expected)
    parameters(flow, expected.terms)
