"""The newest updates of a run: not kept yet, and told already to whoever follows."""

from collections import deque
from collections.abc import Iterable
from time import monotonic
from typing import Any

import anyio

from unrolled.app.training.columns import Columns, Shape, joined
from unrolled.app.training.pages import event

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
        lately: the newest marks, kept or not.
    """

    def __init__(self, shape: Shape, kept: int, marks: int) -> None:
        self.shape = shape
        self.newest = kept
        self.parts: list[Columns] = []
        self.marks: list[Mark] = []
        self.snapshots: dict[int, bytes] = {}
        self.lately: deque[Mark] = deque(maxlen=500)
        self._last_mark = marks
        self._event: tuple[int, int, str, list[int]] | None = None
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
            whole = {"id": self._last_mark} | own | {"values": mark.get("values") or {}}
            self.marks.append(whole)
            self.lately.append(whole)
        self.tell()

    def forget(self, parts: int, marks: int, snapshots: Iterable[int]) -> None:
        """So much, from the oldest on, is kept."""
        self.parts, self.marks = self.parts[parts:], self.marks[marks:]
        for done in snapshots:
            self.snapshots.pop(done, None)

    def drop(self) -> None:
        """Nothing of it will be kept."""
        self.parts, self.marks, self.snapshots = [], [], {}

    def tell(self) -> None:
        """Wake everybody who waits for news."""
        self._news.set()
        self._news = anyio.Event()

    async def news(self) -> None:
        """Return when there are some."""
        await self._news.wait()

    def told_after(self, update: int) -> tuple[int, str, list[int]] | None:
        """The updates behind this one that are not kept: the last of them, the event that tells
        them with what happened, and the numbers of these marks.

        None where there are none, or where some of those that come first are not here.
        """
        if not self.parts or self.parts[0].first > update + 1 or self.newest <= update:
            return None
        known = self._event
        if known is not None and known[:2] == (update, self.newest):
            return known[1:]
        parts = [part for part in self.parts if part.last > update]
        whole = (parts[0] if len(parts) == 1 else joined(parts)).rows(update + 1, self.newest)
        happened = [mark for mark in self.lately if update < mark["update"] <= self.newest]
        ids = [mark["id"] for mark in happened]
        self._event = (update, self.newest, event(whole, happened), ids)
        return self._event[1:]

    def comes(self, mark: Mark) -> bool:
        """Whether a mark will be told with an update that is computed just now."""
        return bool(self.newest < mark["update"]) and self._came_lately()

    def _came_lately(self) -> bool:
        return bool(self._came) and monotonic() - self._came[-1][0] < _OVER_SECONDS

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
