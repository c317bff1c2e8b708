"""The process that computes one map: `python -m unrolled.app.sweeps.conductor`.

It takes the map from the database and writes places into it as they come, so that the service's own
loop never waits for it. Its workers stand behind everything else.
"""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import anyio
import anyio.to_thread
import msgspec

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.orphan import end_with_parent
from unrolled.app.priority import stand_aside
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.sweep_keeping import Batch, Lost, keep, known, look, places
from unrolled.app.store.tables import Found
from unrolled.app.sweeps.forms import form_of
from unrolled.app.sweeps.local import LocalPool
from unrolled.app.sweeps.patient import PatientPool
from unrolled.app.sweeps.places import place_of, row_of
from unrolled.app.sweeps.running import Found as Network
from unrolled.app.sweeps.running import Numbers
from unrolled.app.sweeps.whole import mapped
from unrolled.engine import Sweep, SweepPoint, theory_of

KEEP_SECONDS = 0.4
_MOST_WAITING = 4_000
"""Places that wait to be kept; those that compute wait meanwhile."""
_RATE_SECONDS = 5.0
_TRIES = 3


class Over(Exception):
    """It is not to go on."""


class Conductor:
    """One map, from what is known of it to its end.

    Args:
        store: where it is kept.
        me: in whose name it is computed.
        row: the map as it was taken.
    """

    def __init__(self, store: Database, me: str, row: Found) -> None:
        self._store, self._me, self._row = store, me, row
        self._sweep = Sweep.of(json.loads(row.document))
        self._batch = Batch()
        self._draws: dict[int, list[Network]] = {}
        self._done = bytearray()
        self._begun = self._said = monotonic()
        self._came: list[tuple[float, int]] = []
        self._seconds = row.seconds
        self._cluster: PatientPool | None = None

    async def run(self) -> None:
        """Compute what is not known; leave as soon as nobody wants it any more."""
        there = await self._store.read(lambda c: places(c, self._row.number))
        self._done = bytearray(self._sweep.count)
        for place in there:
            self._done[place] = 1
        why: str | None = ""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._keep_again_and_again)
                if self._row.theory is None:
                    tasks.start_soon(self._theory)
                await self._compute()
                tasks.cancel_scope.cancel()
        except* (Over, Lost):
            why = None
        except* StoreFull as errors:
            self._batch = Batch()
            why = f"There is no room: {_first(errors)}."
        if why:
            await self._end("paused", why)
        elif why is not None:
            await self._finish()

    async def _compute(self) -> None:
        settings = self._store.settings
        if settings.dask:
            self._cluster = PatientPool(settings.dask)
        pool = self._cluster or LocalPool(settings.sweep_workers, settings.sweep_memory_bytes)
        kept = _Kept(self._store)
        async with pool, mapped(self._sweep, pool, kept, done=self._is_done) as stream:
            async for found in stream:
                for one in found:
                    self._take(one)
                if len(self._batch.places) > _MOST_WAITING:
                    await self._keep()

    def _is_done(self, point: SweepPoint) -> bool:
        """Whether its place is known; asked a million times before a large map goes on."""
        return bool(self._done[place_of(self._sweep, point.at)])

    def _take(self, one: Network) -> None:
        """A network; with the last of its draws its place is known."""
        place = place_of(self._sweep, one.draw.point.at)
        if self._done[place]:
            return
        if one.new and one.error is None:
            self._batch.numbers[one.draw.hash] = one.numbers
        self._batch.computed += one.new and one.draw.error is None
        self._batch.known += not one.new
        own = self._draws.setdefault(place, [])
        own.append(one)
        if len(own) == self._sweep.seeds:
            del self._draws[place]
            self._done[place] = 1
            self._batch.places.append(_kept(self._sweep, one.draw.point, own))

    # --- what is kept -------------------------------------------------------------------------

    async def _keep_again_and_again(self) -> None:
        while True:
            await anyio.sleep(KEEP_SECONDS)
            row = await self._keep()
            if row.wanted != "running":
                raise Over
            if self._seconds > self._store.settings.sweep_seconds:
                why = f"It took longer than {self._store.settings.sweep_seconds:g} s may"
                await self._end("ended", f"{why} (UNROLLED_SWEEP_SECONDS).")
                raise Over

    async def _keep(self, **values: Any) -> Found:
        batch, self._batch = self._batch, Batch()
        now = monotonic()
        if self._cluster is None or not self._cluster.waits:
            self._seconds += now - self._said
        self._said = now
        self._came.append((now, len(batch.places)))
        while self._came[0][0] < now - _RATE_SECONDS:
            self._came.pop(0)
        span = max(now - max(self._begun, now - _RATE_SECONDS), 0.1)
        rate = sum(count for _, count in self._came) / span
        batch.values = {"seconds": self._seconds, "rate": rate} | self._said_of_cluster() | values
        settings, number = self._store.settings, self._row.number
        for left in reversed(range(_TRIES)):
            try:
                return await self._store.write(lambda c: keep(c, settings, self._me, number, batch))
            except StoreAway:
                if not left:
                    raise
                await anyio.sleep(1.0)
        raise AssertionError

    def _said_of_cluster(self) -> dict[str, Any]:
        """Why it does not go on, or without whom."""
        return {} if self._cluster is None else {"why": self._cluster.why}

    async def _theory(self) -> None:
        """The lines beside it, meanwhile."""
        lines = await anyio.to_thread.run_sync(_lines, self._sweep, abandon_on_cancel=True)
        await self._keep(theory=lines)

    async def _end(self, state: str, why: str) -> None:
        with suppress(Lost):
            await self._keep(state=state, wanted=state, why=why)

    async def _finish(self) -> None:
        """Nothing is left to compute."""
        if self._row.theory is None:
            lines = await anyio.to_thread.run_sync(_lines, self._sweep)
            await self._keep(theory=lines)
        row = await self._keep()
        told = f", {row.count - row.done:,} of them told by their neighbours"
        more = told if row.done < row.count else ""
        await self._end("ended", f"It is done: {row.count:,} points{more}.")


class _Kept:
    """The networks that are known; what is new is written with the places that it makes."""

    def __init__(self, store: Database) -> None:
        self._store = store

    async def find(self, hashes: Sequence[str]) -> Mapping[str, Numbers]:
        """Those that are there."""
        return await self._store.read(lambda c: known(c, hashes))

    async def keep(self, found: Mapping[str, Numbers]) -> None:
        """Some more: `Conductor` takes them from what is told."""


def _kept(sweep: Sweep, point: SweepPoint, own: list[Network]) -> dict[str, Any]:
    own.sort(key=lambda one: one.draw.number)
    error = next((one.error for one in own if one.error is not None), None)
    return row_of(sweep, point, [one.numbers for one in own], error)


def _lines(sweep: Sweep) -> str:
    found = theory_of(sweep, _complete)
    said = [
        {"name": one.name, "axis": one.axis, "radii": one.radii, "row": one.row} for one in found
    ]
    return msgspec.json.encode(said).decode()


def _complete(spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(form_of(spec))
    return found


def _first(errors: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def conduct(settings: Settings, me: str, number: int) -> None:
    """Compute a map that was taken in somebody's name."""
    store = Database(settings)
    try:
        row = await store.read(lambda c: look(c, me, number))
        await Conductor(store, me, row).run()
    except Lost:
        return
    finally:
        with anyio.CancelScope(shield=True):
            await store.close()


def main() -> None:
    """Read what is to be done from standard input."""
    end_with_parent()
    stand_aside()
    logging.basicConfig(level=logging.WARNING)
    said = msgspec.json.decode(sys.stdin.buffer.read())
    anyio.run(conduct, Settings(**said["settings"]), said["me"], said["number"])


if __name__ == "__main__":
    main()
