"""How a map's networks are cut into tasks: of one shape, and about a second long."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from unrolled.app.sweeps.forms import Draw
from unrolled.app.sweeps.work import Task, version

WANTED = 1.0
"""Seconds that a task takes: less costs a scheduler's time, more a user's who stops."""
_GUESSED = 0.02
"""Seconds of one network, before the first of its shape is measured."""
_TRAINED = b'{"training":'
"""How the shape of trainings begins: the first goes out alone, since one may take minutes."""
_MOST = 20_000
"""Networks of one task."""
_HELD = 100_000
"""So many wait at most for others of their shape."""
_NEWEST = 0.5
"""The weight of the newest task in what a network of its shape is said to cost."""


@dataclass(slots=True)
class Costs:
    """What a network of every shape has cost lately, in seconds."""

    each: dict[bytes, float] = field(default_factory=dict)

    def learn(self, shape: bytes, count: int, seconds: float) -> None:
        """So many networks took so long."""
        own, known = seconds / max(1, count), self.each.get(shape)
        self.each[shape] = own if known is None else known + _NEWEST * (own - known)

    def size(self, shape: bytes) -> int:
        """How many networks of a shape a task holds."""
        guessed = WANTED if shape.startswith(_TRAINED) else _GUESSED
        each = self.each.get(shape, guessed)
        return max(1, min(_MOST, int(WANTED / max(each, 1e-7))))


@dataclass(frozen=True, slots=True)
class Portion:
    """The networks of one task.

    Attributes:
        shape: what they have in common.
        draws: each.
    """

    shape: bytes
    draws: tuple[Draw, ...]

    def task(self, names: Iterable[str]) -> bytes:
        """As a worker takes it."""
        forms = [msgspec.Raw(draw.form) for draw in self.draws]
        return msgspec.json.encode(Task(version(), list(names), forms))

    def halves(self) -> tuple["Portion", "Portion"]:
        """Two tasks of it: one of its networks may be what ends every worker."""
        middle = len(self.draws) // 2
        first, second = self.draws[:middle], self.draws[middle:]
        return Portion(self.shape, first), Portion(self.shape, second)


class Cutter:
    """Cuts networks into tasks of about a second, a shape each, coarse points before finer ones.

    What a shape costs may be learned while they come. A level of the map is handed out before the
    next one is begun.

    Args:
        costs: what networks cost.
    """

    def __init__(self, costs: Costs) -> None:
        self._costs = costs
        self._waiting: dict[bytes, list[Draw]] = {}
        self._held = self._stride = 0

    def add(self, draw: Draw) -> Iterator[Portion]:
        """One more network; the tasks that are full by it."""
        if draw.point.stride != self._stride or self._held >= _HELD:
            yield from self.rest()
            self._stride = draw.point.stride
        shape = draw.shape
        own = self._waiting.setdefault(shape, [])
        own.append(draw)
        self._held += 1
        if len(own) >= self._costs.size(shape):
            self._held -= len(own)
            del self._waiting[shape]
            yield Portion(shape, tuple(own))

    def rest(self) -> Iterator[Portion]:
        """What is left of every shape."""
        for shape in list(self._waiting):
            own = self._waiting.pop(shape)
            self._held -= len(own)
            while own:
                size = self._costs.size(shape)
                yield Portion(shape, tuple(own[:size]))
                own = own[size:]


def portions(draws: Iterable[Draw], costs: Costs) -> Iterator[Portion]:
    """All of them."""
    cutter = Cutter(costs)
    for draw in draws:
        yield from cutter.add(draw)
    yield from cutter.rest()
