"""Records: what the engine's rooms hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_Record = TypeVar("_Record")


@dataclass_transform(frozen_default=True)
def record(cls: type[_Record]) -> type[_Record]:
    """A dataclass with slots, whose fields are set once: the type checker says where they are not.

    A frozen dataclass says so at run time, for 0.1 µs a field and record.
    """
    return dataclass(slots=True)(cls)
