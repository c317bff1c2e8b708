"""An update of a run as the experiment that shows it."""

import json
import math
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.schemas import Experiment
from unrolled.app.store.tables import Found
from unrolled.app.store.trainings import blocks, opened, shape_of
from unrolled.app.training.columns import Columns
from unrolled.engine import CLIP_RULES, TRAINING_RULES

Json = dict[str, Any]

_BY_NORM = next(
    name
    for name, row in CLIP_RULES.items()
    if row.keeps_direction and not (row.each or row.on_the_way)
)
"""The rule by which one that adapts clips."""
_ROUNDING = 1e-6
_MAX_NORM = str(CLIP_RULES[_BY_NORM].threshold)
_NONE = next(name for name, row in CLIP_RULES.items() if row.threshold is None)


async def row_of(
    connection: AsyncConnection, row: Found, training: Found, update: int
) -> Columns | None:
    """What was recorded of an update; None where it is not there."""
    found = await blocks(connection, row.number, update, update, 1)
    if not found:
        return None
    (block,) = opened(shape_of(training), found)
    return block.rows(update, update)


def experiment(
    row: Found, training: Found, recorded: Columns, include: list[str] | None
) -> Experiment:
    """The weights before an update, its own batch, and what clipped it.

    Args:
        row: of the run.
        training: beside it.
        recorded: the update alone.
        include: the parts of the answer that are wanted; None: those of a request that says none.
    """
    plan, facts = json.loads(training.plan), json.loads(training.facts)
    kept = {"kind": "run", "id": row.id, "update": recorded.first}
    asked: Json = {
        "network": {
            "cell": plan["cell"],
            "topology": facts["topology"],
            "activation": plan["activation"],
            "input_size": facts["input_size"],
            "hidden_size": plan["hidden_size"],
            "output_size": facts["output_size"],
            "num_layers": facts["layers"],
        },
        "weights": kept,
        "sequence": kept,
        "loss": facts["loss"],
        "clip": clip(_in_force(plan, training, recorded.first), recorded),
    }
    return Experiment.model_validate(asked if include is None else asked | {"include": include})


def _in_force(plan: Json, training: Found, update: int) -> Json:
    """What the plan clips by, or the last change of it before that update."""
    found: Json = plan["clip"]
    for first, change in json.loads(training.changes):
        if first <= update:
            found = change.get("clip", found)
    return found


def clip(said: Json, recorded: Columns) -> Json:
    """What clipped an update, as an experiment says it: a rule that adapts by the norm it allowed.

    Args:
        said: as a plan has it.
        recorded: the update alone.
    """
    if not TRAINING_RULES[said["rule"]].adapts:
        row = CLIP_RULES[said["rule"]]
        found: Json = {"rule": said["rule"]}
        if row.threshold:
            found[row.threshold] = said["threshold"]
        if row.samples and said.get("per_sample"):
            found["per_sample"] = True
        return found
    allowed = float(recorded.values["threshold"][0])
    if recorded.values["engaged"][0]:
        allowed = 10.0 ** float(recorded.values["log10_after"][0])
    elif math.isfinite(allowed):  # it was let pass, in whatever precision
        passed = 10.0 ** min(float(recorded.values["log10_before"][0]), 300.0)
        allowed = max(allowed, passed * (1.0 + _ROUNDING))
    if not (math.isfinite(allowed) and allowed > 0):
        return {"rule": _NONE}
    return {"rule": _BY_NORM, _MAX_NORM: allowed}
