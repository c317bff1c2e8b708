"""train(…): the one call that trains from a plan to its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.records import Records
from unrolled.engine.training.run import Training
from unrolled.engine.training.tasks import Data


def train(
    plan: Plan | Mapping[str, Any],
    *,
    series: Data | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Records:
    """Train a network on a task, and write down every update.

    Args:
        plan: a ``Plan``, or its fields: {"task": {"name": "adding"}, "cell": "lstm", …}.
        series: the user's own data, where the task takes it.
        parameters: the weights before the first update; None: drawn as the plan says.
    Returns:
        a row for each update, until the last, or until a number leaves the range.
    Raises:
        InvalidInput: for what no plan can be; its pointer leads from the plan.
    """
    if not isinstance(plan, Plan | Mapping):
        raise InvalidInput(
            (),
            f"train: received {plan!r}; allowed: a Plan, or a dictionary of its fields, such as "
            "{'task': {'name': 'adding'}, 'cell': 'lstm'}",
        )
    if series is not None and not isinstance(series, Data):
        raise InvalidInput(("series",), f"received {series!r}; allowed: unrolled.Data, or None")
    plan = plan if isinstance(plan, Plan) else Plan.from_json(dict(plan))
    training = Training(plan, series, parameters)
    return training.advance(plan.updates)
