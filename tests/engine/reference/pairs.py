"""Few rows instead of a product of everything: what two settings do together still occurs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product
from typing import Any


def pairs(*columns: Iterable[Any], of: int = 2) -> list[tuple[Any, ...]]:
    """Rows of a product in which any `of` values of different columns stand together at least once.

    A fault that needs no more than `of` settings at once is in one of the rows, as it is in the
    whole product (Kuhn, Wallace & Gallo 2004). The same rows at every run: of the product those
    that hold most of what no row before them held.
    """
    rows = list(product(*columns))
    places = list(combinations(range(len(columns)), of))
    seen: set[tuple[tuple[int, ...], tuple[Any, ...]]] = set()
    chosen = []
    for new in range(len(places), 0, -1):
        for row in rows:
            held = {(at, tuple(row[n] for n in at)) for at in places}
            if len(held - seen) >= new:
                seen |= held
                chosen.append(row)
    return chosen
