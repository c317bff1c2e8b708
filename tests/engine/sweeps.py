"""Trials for the tests of what is computed together."""

from __future__ import annotations

from collections.abc import Sequence as Many
from typing import Any

import numpy as np

from unrolled.engine import (
    CELLS,
    NUMBERS,
    Clip,
    GradientFlow,
    Network,
    Trial,
    draw_parameters,
    gradient_flow,
    numbers_of,
    random_sequence,
)

NAMES = tuple(name for name, number in NUMBERS.items() if not number.trained)


def trials(network: Network, radii: Many[float], **said: Any) -> list[Trial]:
    """A network at several spectral radii, each with a seed of its own."""
    loss, clip = said.get("loss", "cross-entropy"), said.get("clip", Clip("norm", 1.0))
    truncation = said.get("truncation") or CELLS[network.cell].default_truncation
    steps, batch = said.get("steps", 12), said.get("batch", 1)
    return [
        Trial(
            network,
            draw_parameters(network, spectral_radius=radius, seed=seed),
            random_sequence(network, loss, steps=steps, batch_size=batch, seed=seed),
            loss,
            truncation,
            clip,
        )
        for seed, radius in enumerate(radii)
    ]


def flow_of(trial: Trial) -> GradientFlow:
    return gradient_flow(
        trial.network,
        trial.parameters,
        trial.sequence,
        loss=trial.loss,
        truncation=trial.truncation,
        clip=trial.clip,
        graph=False,
        exponents=1,
    )


def said_by(flow: GradientFlow) -> dict[str, Any]:
    """The same numbers, as an answer to a request for one flow holds them."""
    found, seen = flow.diagnosis, flow.top.trajectory
    assert found is not None
    assert seen is not None
    assert seen.lyapunov_exponents is not None
    assert seen.long_to_short is not None
    gates, units = flow.top.saturation.gates, flow.top.saturation.units
    shares = [] if units is None else [units]
    shares += [] if gates is None else [gate.saturated for gate in gates.values()]
    return {
        "arriving": found.log10_arriving,
        "decay_per_step": found.decay_per_step,
        "verdict": found.verdict,
        "log10_norm": flow.clipping.log10_norm_before,
        "clipped": float(flow.clipping.engaged),
        "lyapunov": [*seen.lyapunov_exponents, float("nan")][0],
        "long_to_short": seen.long_to_short.log10_ratio,
        "saturation": np.mean(shares) if shares else float("nan"),
        "spectral_radius": seen.spectrum.spectral_radius,
        "spectral_norm": seen.spectrum.spectral_norm,
    }


def check(some: list[Trial]) -> None:
    """The numbers of all together are those of each one's flow."""
    for trial, found in zip(some, numbers_of(some, NAMES), strict=True):
        assert found.error is None
        wanted = said_by(flow_of(trial))
        for name in NAMES:
            compare(name, found.numbers[name], wanted[name])


def compare(name: str, found: Any, wanted: Any) -> None:
    if isinstance(wanted, str):
        assert found == wanted, name
    elif wanted != wanted:
        assert found is None, name
    else:
        # λ₁ and what is summed over hundreds of pairs are as near as rounding lets them be.
        assert found is not None, name
        assert abs(found - wanted) <= 1e-12 * max(1.0, abs(wanted)), (name, found, wanted)
