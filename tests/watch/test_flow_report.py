"""A report's flow is what the API answers, so that the page draws both alike."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np
import pytest

from unrolled.app import job, report
from unrolled.app.resolve import prepare
from unrolled.app.schemas.request import Experiment
from unrolled.engine import bidirectional_flow, gradient_flow
from unrolled.watch.written import both_ways_report, flow_report


def answered(asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the API answers, and what a report says of the same flow."""
    prepared = prepare(asked)
    if prepared.network.bidirectional:
        both = bidirectional_flow(
            prepared.network, prepared.parameters, prepared.sequence, loss=prepared.loss
        )
        written = msgspec.json.decode(job.encode(job.both_ways(prepared, both)))
        return written, both_ways_report(both)
    flow = gradient_flow(
        prepared.network, prepared.parameters, prepared.sequence, loss=prepared.loss, graph=False
    )
    return msgspec.json.decode(job.encode(job.report(prepared, flow))), flow_report(flow)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
def test_it_has_the_same_fields_and_numbers(cell: str, layers: int, both: bool) -> None:
    asked = Experiment.model_validate(
        {
            "network": {
                "cell": cell,
                "hidden_size": 4,
                "num_layers": layers,
                "bidirectional": both,
            },
            "sequence": {"kind": "random", "steps": 6, "batch_size": 2},
            "include": ["itemized", "spectrum", "lyapunov"],
        }
    ).model_dump()
    theirs, ours = answered(asked)
    assert ours.keys() == {one.name for one in fields(report.Flow)} - {"experiment", "graph"}
    del theirs["experiment"], theirs["graph"]
    same(theirs, json.loads(json.dumps(ours, allow_nan=False)), "")


def same(theirs: Any, ours: Any, where: str) -> None:
    if isinstance(theirs, dict):
        assert theirs.keys() == ours.keys(), where
        for name in theirs:
            same(theirs[name], ours[name], f"{where}/{name}")
    elif isinstance(theirs, list):
        assert len(theirs) == len(ours), where
        for n, (a, b) in enumerate(zip(theirs, ours, strict=True)):
            same(a, b, f"{where}/{n}")
    elif isinstance(theirs, float) and ours is not None:
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, err_msg=where)
    else:
        assert theirs == ours, where
