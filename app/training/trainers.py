"""The runs that this service computes: whose turn it is, and who follows which."""

import logging
import time
from collections import Counter
from collections.abc import Sequence

import anyio
from anyio.abc import TaskGroup
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.store.database import Database
from unrolled.app.store.holders import leave, new_holder
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import claim, end_unwatched, settle, waits
from unrolled.app.training.held import Held
from unrolled.app.training.keeper import Keeper
from unrolled.app.training.process import COMMAND

POLL_SECONDS = 1.0
"""How soon a run is taken that another process let go."""
TURN_SECONDS = 30.0
"""A run that has computed so long gives its place to one that waits."""

_log = logging.getLogger("unrolled.training")


class Trainers:
    """What trains in this process's name.

    Args:
        store: where runs are kept.
        command: that starts a process which trains.

    Attributes:
        held: id → the run, of those that this process computes.
    """

    def __init__(self, store: Database, command: Sequence[str] = COMMAND) -> None:
        self.held: dict[str, Held] = {}
        self._store = store
        self._command = command
        self._followers: Counter[str] = Counter()
        self._last: dict[str, float] = {}
        self._poked = anyio.Event()
        self._me = ""
        self._done = 0
        self._began = time.time()

    def poke(self) -> None:
        """Look now whether a run waits."""
        self._poked.set()

    # --- who follows --------------------------------------------------------------------------

    def follow(self, run: str) -> None:
        """Somebody does."""
        self._followers[run] += 1

    def unfollow(self, run: str) -> None:
        """Somebody does not any more."""
        self._followers[run] -= 1
        self._last[run] = time.time()
        if not self._followers[run]:
            del self._followers[run]

    def watched(self, run: str) -> float:
        """When somebody last followed it here, in seconds since 1970.

        Who did before this service began has time to come back.
        """
        return time.time() if self._followers[run] else self._last.get(run, self._began)

    # --- whose turn it is ---------------------------------------------------------------------

    @property
    def computing(self) -> list[Held]:
        """The runs that take a place."""
        return [one for one in self.held.values() if one.going]

    @property
    def updates(self) -> int:
        """How many have been computed."""
        return self._done + sum(one.taken for one in self.held.values())

    async def run(self) -> None:
        """Compute what waits, for ever."""
        if not self._store.settings.training_workers:
            return
        self._me, self._began = new_holder(), time.time()
        try:
            async with anyio.create_task_group() as tasks:
                while True:
                    await self._take_if_it_can_be(tasks)
                    with anyio.move_on_after(POLL_SECONDS):
                        await self._poked.wait()
                    self._poked = anyio.Event()
        finally:
            leave(self._me)

    async def _take_if_it_can_be(self, tasks: TaskGroup) -> None:
        try:
            await self._take(tasks)
        except (StoreAway, StoreFull):  # the log has it
            return
        except Exception:  # noqa: BLE001  (no run ends the service)
            _log.exception("no training can be taken")

    def _has_place(self) -> bool:
        return len(self.computing) < self._store.settings.training_workers

    async def _take(self, tasks: TaskGroup) -> None:
        """Take the runs that wait, as far as there are places."""
        if not await self._store.read(waits):
            return
        while self._has_place():
            found = await self._store.write(self._claimed)
            if found is None:
                break
            self._begin(tasks, *found)
        else:
            await self._share()

    async def _claimed(self, connection: AsyncConnection) -> tuple[Found, Found] | None:
        watched = [run for run, count in self._followers.items() if count]
        settings = self._store.settings
        await settle(connection)
        if time.time() - self._began > settings.training_unwatched_seconds:
            await end_unwatched(connection, settings, watched)
        return await claim(connection, self._me, [one.client for one in self.computing])

    async def _share(self) -> None:
        """Every place is taken and a run waits: the one that has computed longest gives way."""
        oldest = min(self.computing, key=lambda one: one.since)
        if time.monotonic() - oldest.since > TURN_SECONDS:
            await oldest.yield_turn()

    def _begin(self, tasks: TaskGroup, row: Found, training: Found) -> None:
        keeper = Keeper(self._store, self._me, row, training)
        settings = self._store.settings
        held = Held(keeper, settings, self.watched, self._has_place, self._command)
        self.held[held.id] = held

        async def compute() -> None:
            try:
                await held.run()
            finally:
                self._done += held.taken
                if self.held.get(held.id) is held:
                    del self.held[held.id]
                if not self._followers[held.id]:
                    self._last.pop(held.id, None)
                self.poke()

        tasks.start_soon(compute)
