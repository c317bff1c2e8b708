"""The newest updates of a run: not kept yet, and told already to whoever follows."""

from collections import deque
from time import monotonic
from typing import Any

import anyio

from unrolled.app.training.columns import Columns, Shape, joined

Mark = dict[str, Any]
_OVER_SECONDS = 2.0
"""The rate of updates is that of so long a time."""


class Live:
    """Updates and marks in the order in which they came.

    Args:
        shape: of every update.
        kept: how many updates the database holds.
        marks: the number of the last mark that it holds.

    Attributes:
        newest: the last update that was computed.
        parts: updates that are not kept.
        marks: likewise.
        snapshots: updates done → the bytes, likewise.
    """

    def __init__(self, shape: Shape, kept: int, marks: int) -> None:
        self.shape = shape
        self.newest = kept
        self.parts: list[Columns] = []
        self.marks: list[Mark] = []
        self.snapshots: dict[int, bytes] = {}
        self._last_mark = marks
        self._came: deque[tuple[float, int]] = deque()
        self._news = anyio.Event()

    def add(self, columns: Columns, marks: list[Mark]) -> None:
        """Updates that follow the newest, and what happened at them."""
        self.parts.append(columns)
        self.newest = columns.last
        self._came.append((monotonic(), len(columns)))
        self.add_marks(marks)

    def add_marks(self, marks: list[Mark]) -> None:
        """What happened; each gets its number."""
        for mark in marks:
            self._last_mark += 1
            own = {name: mark[name] for name in ("update", "kind", "text")}
            self.marks.append({"id": self._last_mark} | own | {"values": mark.get("values") or {}})
        self.tell()

    def tell(self) -> None:
        """Wake everybody who waits for news."""
        self._news.set()
        self._news = anyio.Event()

    async def news(self) -> None:
        """Return when there are some."""
        await self._news.wait()

    def after(self, update: int) -> tuple[Columns, list[Mark]] | None:
        """The updates behind this one that are not kept, with their marks; None where some of
        those that come first are not here.
        """
        if not self.parts or self.parts[0].first > update + 1 or self.newest <= update:
            return None
        whole = joined(part for part in self.parts if part.last > update)
        return whole.rows(update + 1, self.newest), [
            mark for mark in self.marks if mark["update"] > update
        ]

    @property
    def rate(self) -> float | None:
        """Updates a second lately; None where there were none."""
        now = monotonic()
        while self._came and self._came[0][0] < now - _OVER_SECONDS:
            self._came.popleft()
        if len(self._came) < 2:
            return None
        begun = self._came[0][0]
        done = sum(count for _, count in list(self._came)[1:])
        return done / max(now - begun, 1e-3)

    def forget_rate(self) -> None:
        """It stands still."""
        self._came.clear()
