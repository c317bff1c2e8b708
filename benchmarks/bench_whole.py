"""Whole answers, engine against PyTorch: analysis, spectrum, exponents, graph and JSON.

The engine's time is that of a worker: from a request in its canonical form to the JSON that is
sent. PyTorch computes what ``bench_engine`` says, and of the first sample the Jacobians
(``torch.func.jacrev``, over all steps at once), the largest singular values of every one and of
every product (``linalg.svdvals``), the eigenvalues of the recurrent matrix (``linalg.eigvals``) and
the 8 leading Lyapunov exponents (``linalg.qr`` of eight columns after every step, from the first
frame that comes). Graph and JSON are written by the same functions on both sides.

`python -m benchmarks.bench_whole` prints this table, and what each part of an answer costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import torch

from benchmarks.bench_engine import (
    GATED,
    MAX_NORM,
    geometric_mean,
    milliseconds,
    threaded,
    use_threads,
)
from benchmarks.clock import processor
from benchmarks.torch_cells import PEERS
from benchmarks.torch_peer import Outputs, TorchPeer
from unrolled import engine
from unrolled.app import job
from unrolled.app.canonical import canonical
from unrolled.app.resolve import prepare
from unrolled.app.schemas import Experiment
from unrolled.engine.analysis.graph import build_graph

CELLS = ("simple", "lstm", "gru")
COLUMNS = 8
PARTS: dict[str, dict[str, Any]] = {
    "bare": {"include": []},
    "graph": {"include": ["graph"]},
    "itemized": {"include": ["itemized"]},
    "both": {"include": ["itemized", "graph"]},
    "spectrum": {"include": ["itemized", "graph", "spectrum"]},
    "whole": {},
    "all exponents": {"lyapunov": {"count": None}},
}
"""What is asked for; a moving hand asks for `both`."""


def request(cell: str, steps: int, hidden: int, batch: int, **fields: Any) -> bytes:
    """An experiment in its canonical form."""
    asked = {
        "network": {"cell": cell, "hidden_size": hidden},
        "sequence": {"steps": steps, "batch_size": batch},
        "clip": {"rule": "norm", "max_norm": MAX_NORM},
    }
    return canonical(Experiment.model_validate(asked | fields))


def spectral(peer: TorchPeer, recurrent: torch.Tensor) -> Outputs:
    """The Jacobians along the first sample, and what is read off them."""
    hidden = recurrent.shape[1]
    with torch.no_grad():
        drive = torch.nn.functional.linear(
            peer.inputs[:, :1], peer.parameters["W_xh"], peer.parameters["b_h"]
        )
        run = peer.forward(drive, drive.new_zeros(1, hidden))
        parts = [run.states, run.cells] if run.cells else [run.states]
        states = torch.cat([torch.stack(part)[:, 0] for part in parts], dim=1)
        before = torch.cat((torch.zeros_like(states[:1]), states[:-1]))
        jacobians = torch.func.vmap(torch.func.jacrev(peer.step, argnums=1))(drive[:, 0], before)
        running, products, logs = torch.eye(states.shape[1], dtype=torch.float64), [], []
        exponent = torch.zeros((), dtype=torch.float64)
        for jacobian in jacobians.flip(0).unbind():
            running = running @ jacobian
            size = running.norm()
            running, exponent = running / size, exponent + size.log10()
            products.append(running)
            logs.append(exponent)
        product, log10 = torch.stack(products).flip(0), torch.stack(logs).flip(0)
        outputs = {
            "eigenvalues": torch.linalg.eigvals(recurrent),
            "singular": torch.linalg.svdvals(recurrent),
            "jacobians": torch.linalg.svdvals(jacobians[:, :hidden, :hidden])[:, 0].log10(),
            "h": torch.linalg.svdvals(product[:, :hidden, :hidden])[:, 0].log10() + log10,
        }
        if run.cells:
            cells = product[:, hidden:, hidden:]
            outputs["c"] = torch.linalg.svdvals(cells)[:, 0].log10() + log10
        frame = torch.eye(states.shape[1], dtype=torch.float64)[:, :COLUMNS]
        growth = []
        for jacobian in jacobians[1:].unbind():
            frame, upper = torch.linalg.qr(jacobian @ frame)
            growth.append(upper.diagonal().abs().log())
        outputs["exponents"] = torch.stack(growth).mean(dim=0)
    return outputs


def check(flow: engine.GradientFlow, outputs: Outputs) -> None:
    """PyTorch's numbers are the engine's.

    Raises:
        AssertionError: with both numbers, where they differ by more than 1e-9.
    """
    seen = flow.spectrum
    assert seen is not None
    pairs: list[tuple[Any, torch.Tensor]] = [
        (seen.singular_values, outputs["singular"]),
        (seen.spectral_radius, outputs["eigenvalues"].abs().max()),
        (seen.jacobian_log10_norm, outputs["jacobians"][1:]),
        (seen.product_log10_norm, outputs["h"][1:]),
    ]
    if seen.cell_product_log10_norm is not None:
        pairs.append((seen.cell_product_log10_norm, outputs["c"][1:]))
    for mine, other in pairs:
        np.testing.assert_allclose(mine, other.numpy(), rtol=1e-9, atol=1e-9)


def compare(cell: str, steps: int, hidden: int, batch: int) -> tuple[float, float, str]:
    """Milliseconds of the engine and of PyTorch's fastest way, and that way."""
    form = request(cell, steps, hidden, batch)
    prepared = prepare(msgspec.json.decode(form))
    flow = engine.gradient_flow(
        prepared.network,
        prepared.parameters,
        prepared.sequence,
        loss=prepared.loss,
        clip=prepared.clip,
    )
    passage = flow.top.passage
    recurrent = torch.tensor(passage.cell.recurrent_matrix(passage.of_layer(0)))
    peer = PEERS[cell](prepared.parameters, prepared.sequence, MAX_NORM)
    peer.check(flow)
    check(flow, spectral(peer, recurrent))
    terms = flow.backward.step_log10_norms()

    def with_the_rest(way: Callable[[], Outputs]) -> Callable[[], object]:
        def work() -> object:
            way()
            spectral(peer, recurrent)
            build_graph(passage, flow.backward, terms, passage.trace.emits, None)
            return job.encode(job.report(prepared, flow))

        return work

    ours = threaded({"engine": lambda: job.answer(form)})
    theirs = threaded({name: with_the_rest(way) for name, way in peer.ways().items()})
    times = milliseconds({**ours, **theirs})
    best, way = (min(ways, key=lambda name: times[name]) for ways in (ours, theirs))
    return times[best], times[way], f"{way} ({best})"


def parts() -> None:
    """Print what the parts of an answer cost, on one thread as in a worker."""
    use_threads(1)
    print("Milliseconds of one processor for an answer that holds ...")
    print(f"{'cell':6} {'T':>5} {'H':>4} {'B':>3} " + " ".join(f"{name:>13}" for name in PARTS))
    for cell in CELLS:
        for size in GATED:
            forms = [request(cell, *size, **asked) for asked in PARTS.values()]
            times = [
                processor(lambda form=form: job.answer(form), seconds=0.4, least=3)  # type: ignore[misc]
                for form in forms
            ]
            steps, hidden, batch = size
            print(f"{cell:6} {steps:5} {hidden:4} {batch:3} ", end="")
            print(" ".join(f"{time:13.2f}" for time in times), flush=True)


def run() -> None:
    """Print a line a cell and size, and the geometric mean."""
    print("Whole answers: milliseconds (best of many), engine against PyTorch")
    print(f"{'cell':6} {'T':>5} {'H':>4} {'B':>3} {'engine':>9} {'PyTorch':>9} {'ratio':>6}  way")
    ratios = []
    for cell in CELLS:
        for steps, hidden, batch in GATED:
            mine, other, way = compare(cell, steps, hidden, batch)
            ratios.append(other / mine)
            print(
                f"{cell:6} {steps:5} {hidden:4} {batch:3} {mine:9.2f} {other:9.2f} "
                f"{ratios[-1]:6.1f}  {way}",
                flush=True,
            )
    print(f"geometric mean vs PyTorch, whole answers: {geometric_mean(ratios):.1f}")


if __name__ == "__main__":
    parts()
    print()
    run()
