"""The maps that this service computes: one at a time, in a process of its own, whose turn it is."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

import anyio
import msgspec
from anyio.abc import Process
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.store.database import Database
from unrolled.app.store.holders import leave, new_holder
from unrolled.app.store.sweep_keeping import Lost, claim, look, release, settle, waits
from unrolled.app.store.tables import Found

COMMAND = (sys.executable, "-m", "unrolled.app.sweeps.conductor")
POLL_SECONDS = 1.0
"""How soon a map is taken that another process let go."""
LOOK_SECONDS = 0.4
GRACE_SECONDS = 1.0
"""A process that is to leave has so long for it."""
TURN_SECONDS = 30.0
"""A map that has computed so long gives its place to one that waits."""
MOST_LOST = 3
COUNTED = ("computed", "known", "done", "wrong", "seconds")
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

_log = logging.getLogger("unrolled.sweeps")


class Conductors:
    """What computes maps in this process's name.

    Args:
        store: where they are kept.
        command: that starts a process which computes one.

    Attributes:
        pid: of the process that computes one now.
        counts: what has been done here, by the fields of a map: networks that were `computed` and
            `known`, points that are `done` and `wrong`, `seconds`.
    """

    def __init__(self, store: Database, command: Sequence[str] = COMMAND) -> None:
        self.pid: int | None = None
        self.counts = dict.fromkeys(COUNTED, 0.0)
        self._counted = dict.fromkeys(COUNTED, 0.0)
        self._store, self._command = store, command
        self._poked = anyio.Event()
        self._me = ""

    def poke(self) -> None:
        """Look now whether a map waits, or is not wanted any more."""
        self._poked.set()

    async def run(self) -> None:
        """Compute what waits, for ever."""
        if not self._store.settings.sweep_workers:
            return
        self._me = new_holder()
        try:
            while True:
                if await self._next():
                    continue
                with anyio.move_on_after(POLL_SECONDS):
                    await self._poked.wait()
                self._poked = anyio.Event()
        finally:
            leave(self._me)

    async def _next(self) -> bool:
        """Compute the map whose turn it is; whether there was one."""
        try:
            if not await self._store.read(waits):
                return False
            row = await self._store.write(self._claimed)
            if row is not None:
                await self._conduct(row)
        except (StoreAway, StoreFull):  # the log has it
            return False
        except Exception:  # noqa: BLE001  (no map ends the service)
            _log.exception("no map can be computed")
            return False
        return row is not None

    async def _claimed(self, connection: AsyncConnection) -> Found | None:
        await settle(connection)
        return await claim(connection, self._me)

    async def _conduct(self, row: Found) -> None:
        """One map, until it is over, nobody wants it, or it is another one's turn."""
        self._counted = {name: getattr(row, name) for name in COUNTED}
        process = await self._started(row)
        self.pid = process.pid
        code = 0
        try:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._watch, row.number, scope)
                    code = await process.wait()
                    tasks.cancel_scope.cancel()
        finally:
            self.pid = None
            with anyio.CancelScope(shield=True):
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                await process.aclose()
                lost = code != 0
                if lost:
                    _log.warning("a process that computed a map was lost")
                with suppress(StoreAway, StoreFull, Lost):
                    self._count(await self._store.read(lambda c: look(c, self._me, row.number)))
                with suppress(StoreAway, StoreFull):
                    await self._store.write(
                        lambda c: release(c, self._me, row.number, MOST_LOST, lost=lost)
                    )

    async def _started(self, row: Found) -> Process:
        found = os.pathsep.join(path for path in sys.path if path)
        env = os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": found}
        process = await anyio.open_process(
            list(self._command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=None,
            env=env,
        )
        said = {
            "settings": self._store.settings.model_dump(mode="json"),
            "me": self._me,
            "number": row.number,
        }
        assert process.stdin is not None
        with suppress(anyio.BrokenResourceError, OSError):
            await process.stdin.send(msgspec.json.encode(said))
            await process.stdin.aclose()
        return process

    def _count(self, row: Found) -> None:
        for name in COUNTED:
            now = getattr(row, name)
            self.counts[name] += now - self._counted[name]
            self._counted[name] = now

    async def _watch(self, number: int, scope: anyio.CancelScope) -> None:
        """End the process where it does not leave by itself, or another map waits."""
        begun = monotonic()
        unwanted: float | None = None
        while True:
            with anyio.move_on_after(LOOK_SECONDS):
                await self._poked.wait()
            self._poked = anyio.Event()
            try:
                row = await self._store.read(lambda c: look(c, self._me, number))
                self._count(row)
                wanted = row.wanted
                turn = monotonic() - begun < TURN_SECONDS or not await self._store.read(
                    lambda c: waits(c, number)
                )
            except Lost:
                wanted, turn = "", True
            except (StoreAway, StoreFull):
                continue
            if not turn:
                scope.cancel()
            if wanted == "running":
                unwanted = None
            elif unwanted is None:
                unwanted = monotonic()
            elif monotonic() - unwanted > GRACE_SECONDS:
                scope.cancel()
