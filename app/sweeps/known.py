"""What is known of networks, who computes which, and where that is kept."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Numbers = dict[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one network.

    Attributes:
        numbers: name → number, name or None.
        error: why the engine has none of it; None: it has.
        old: whether nobody has used it for a day.
    """

    numbers: Numbers
    error: str | None = None
    old: bool = False

    def tells(self, names: Iterable[str]) -> bool:
        """Whether nothing is left to compute for these numbers."""
        return self.error is not None or all(name in self.numbers for name in names)

    def of(self, names: Iterable[str]) -> Numbers:
        """These numbers; None each where there are none."""
        return {name: self.numbers.get(name) for name in names}

    def __or__(self, more: "Known") -> "Known":
        """The same and more."""
        return Known(self.numbers | more.numbers, more.error)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of networks that were asked for; what is in neither is being computed already.

    Attributes:
        known: hash → what is known of those of which nothing is left to compute.
        mine: hashes of those that whoever asked is to compute now.
    """

    known: Mapping[str, Known] = field(default_factory=dict)
    mine: Collection[str] = ()


class Kept(Protocol):
    """Where networks are kept by the hashes of their experiments."""

    async def claim(self, hashes: Collection[str], names: Collection[str]) -> Claimed:
        """What is known of them; who asks computes those that nobody knows and nobody computes."""

    async def keep(self, found: Mapping[str, Known]) -> None:
        """They are computed; one that is there may get further numbers."""

    async def free(self, hashes: Collection[str]) -> None:
        """They are not computed here after all."""


class Memory:
    """Keeps them as long as it is there itself."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.claimed: set[str] = set()

    async def claim(self, hashes: Collection[str], names: Collection[str]) -> Claimed:
        """What is known of them, and what is to be computed."""
        known = {
            one: self.known[one]
            for one in hashes
            if one in self.known and self.known[one].tells(names)
        }
        mine = set(hashes) - known.keys() - self.claimed
        self.claimed.update(mine)
        return Claimed(known, mine)

    async def keep(self, found: Mapping[str, Known]) -> None:
        """Some more."""
        for one, known in found.items():
            self.known[one] = self.known[one] | known if one in self.known else known
        self.claimed.difference_update(found)

    async def free(self, hashes: Collection[str]) -> None:
        """They are not computed here after all."""
        self.claimed.difference_update(hashes)
