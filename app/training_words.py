"""What a run may learn and by which rules, read off the engine's tables."""

import math
from collections.abc import Iterable
from typing import Any

from unrolled.app.schemas.vocabulary import (
    MethodWords,
    PublishedWords,
    SettingWords,
    TaskWords,
    TrainingWords,
)
from unrolled.engine import SCHEDULES, TASKS, TRAINING_OPTIMIZERS, TRAINING_RULES

_PER_SAMPLE = SettingWords(
    name="per_sample",
    label="per sample",
    kind="switch",
    default=False,
    least=None,
    most=None,
    help="Whether each sample's gradient is clipped by itself, before their mean.",
)


def _bound(value: float | None) -> float | None:
    return None if value is None or math.isinf(value) else float(value)


def _settings(rows: Iterable[Any]) -> list[SettingWords]:
    return [
        SettingWords(
            name=row.name,
            label=row.label,
            kind=row.kind,
            default=row.default,
            least=_bound(row.least),
            most=_bound(row.most),
            above=getattr(row, "above", False),
            below=getattr(row, "below", False),
            choices=list(getattr(row, "choices", ())),
            help=row.help,
        )
        for row in rows
    ]


def _method(name: str, row: Any) -> MethodWords:
    own = _settings(row.settings)
    return MethodWords(
        name=name,
        label=row.label,
        formula=row.formula,
        does=getattr(row, "does", ""),
        letter=getattr(row, "letter", ""),
        adapts=getattr(row, "adapts", False),
        settings=[*own, _PER_SAMPLE] if getattr(row, "samples", False) else own,
    )


def _task(name: str, row: Any) -> TaskWords:
    return TaskWords(
        name=name,
        label=row.label,
        about=row.about,
        source=row.source,
        published=[
            PublishedWords(
                size=one.size, batch=one.batch, criterion=one.criterion, source=one.source
            )
            for one in row.published
        ],
        takes=row.takes or None,
        lacks=row.lacks() or None,
        settings=_settings(row.settings),
    )


def training_words() -> TrainingWords:
    """Every task, optimizer, schedule and rule, with its settings."""
    return TrainingWords(
        tasks=[_task(name, row) for name, row in TASKS.items()],
        optimizers=[_method(name, row) for name, row in TRAINING_OPTIMIZERS.items()],
        schedules=[_method(name, row) for name, row in SCHEDULES.items()],
        rules=[_method(name, row) for name, row in TRAINING_RULES.items()],
    )
