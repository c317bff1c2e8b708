"""One run that this process computes: what its worker says is told and kept, what its user wants
is said to its worker.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Any

import anyio

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.runs import now
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import Batch, Lost
from unrolled.app.training.bounds import why_stop
from unrolled.app.training.columns import from_raw
from unrolled.app.training.frames import Head
from unrolled.app.training.keeper import Keeper
from unrolled.app.training.live import Live
from unrolled.app.training.process import Process
from unrolled.app.training.words import why_ended

KEEP_SECONDS = 1.0
LOOK_SECONDS = 0.5
RENEW_SECONDS = 3.0
PAUSED_SECONDS = 60.0
"""A process whose run is paused waits so long for it to go on."""
MOST_WAITING = 4_096
"""Updates that wait to be kept; then the worker waits, too."""
MOST_LOST = 3
"""After so many processes that were lost at one place the run ends."""

_log = logging.getLogger("unrolled.training")


class Held:
    """A run, its process, and what is between them and the database.

    Args:
        keeper: of the run.
        settings: the bounds.
        watched: when somebody last followed it here.
        place: whether one more may compute.
        command: that starts a process.

    Attributes:
        id: of the run.
        client: whose it is.
        going: whether it computes; else it is paused.
        since: when it began to; before that infinite.
        taken: updates that were computed here.
    """

    def __init__(
        self,
        keeper: Keeper,
        settings: Settings,
        watched: Callable[[str], float],
        place: Callable[[], bool],
        command: Sequence[str],
    ) -> None:
        self.id: str = keeper.row.id
        self.client: str = keeper.training.client
        self.going = True
        self.since = inf
        self.taken = 0
        self._keeper, self._settings, self._command = keeper, settings, command
        self._watched, self._place = watched, place
        self._purpose: dict[str, Any] | None = None
        self._asked_change = self._asked_pause = False
        self._said, self._turn = (None, None), 0
        self._settled, self._poked = anyio.Event(), anyio.Event()
        self._worker: Process | None = None

    @property
    def live(self) -> Live:
        """What is newest."""
        return self._keeper.live

    @property
    def rows(self) -> tuple[Found, Found]:
        """The run and what stands beside it, as they were when they were last read or written."""
        return self._keeper.row, self._keeper.training

    @property
    def pid(self) -> int | None:
        """Of its process."""
        return None if self._worker is None else self._worker.pid

    # --- from the beginning to the end --------------------------------------------------------

    async def run(self) -> None:
        """Compute until it is over, or no longer ours."""
        failed = False
        try:
            begin, body = await self._keeper.beginning()
            worker = self._worker = await Process.start(self._command)
            await worker.say(begin | self._orders(), body)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._look_again_and_again, worker)
                tasks.start_soon(self._keep_again_and_again)
                if not await self._listen(worker):
                    await self._lost()
                tasks.cancel_scope.cancel()
        except* Lost:
            pass
        except* (StoreAway, StoreFull) as errors:
            _log.warning("a training cannot go on: %s", errors.exceptions[0])
        except* Exception as errors:  # noqa: BLE001  (no run ends the service)
            _log.error("a training failed", exc_info=errors)
            failed = True
        finally:
            with anyio.CancelScope(shield=True):
                await self._leave(failed)

    def _orders(self) -> Head:
        """How it is to go on."""
        training = self._keeper.training
        self._turn += 1
        self._said = (training.until, training.pace)
        return {"go": True, "turn": self._turn, "until": training.until, "pace": training.pace}

    async def _leave(self, failed: bool) -> None:
        """The process ends; what was computed is kept, and the run is anybody's."""
        if self._worker is not None:
            await self._worker.end()
        if failed:
            with suppress(Lost):
                await self._lost()
        state = "queued" if self._keeper.row.state == "running" else None
        try:
            await self._keeper.keep(Batch(state=state, release=True))
        except (Lost, StoreAway, StoreFull):
            return
        finally:
            self._settled.set()
            self.live.tell()

    # --- what the worker says -----------------------------------------------------------------

    async def _listen(self, worker: Process) -> bool:
        """Until it says nothing more; whether that was to be."""
        while (frame := await worker.hear()) is not None:
            head, body = frame
            match head["said"]:
                case "ready":
                    self.since = monotonic()
                case "updates":
                    await self._take(head, body)
                case "snapshot":
                    self.live.snapshots[head["update"]] = body
                case "changed":
                    await self._changed(head)
                case "refused":
                    _log.error("a change was refused that had been allowed: %s", head["why"])
                    await self._keep(Batch(made=1))
                    self._asked_change = False
                case "paused" if await self._paused(head):
                    return True
                case "ended":
                    await self._over(head)
                    return True
                case "failed":
                    return await self._failed(head)
        return False

    async def _take(self, head: Head, body: bytes) -> None:
        columns = from_raw(self.live.shape, head["first"], head["count"], body)
        keeper = self._keeper
        keeper.watcher = head["watcher"]
        keeper.seconds += head["seconds"]
        self.taken += len(columns)
        self.live.add(columns, head["marks"])
        while self.live.newest - keeper.kept > MOST_WAITING:
            await self._keep()

    async def _changed(self, head: Head) -> None:
        """It is kept before anything is told that follows from it."""
        changes = json.loads(self._keeper.training.changes)
        changes.append([head["update"], head["change"]])
        self.live.add_marks([head["mark"]])
        await self._keep(Batch(values={"changes": json.dumps(changes)}, made=1))
        self._asked_change = False
        self.poke()

    async def _paused(self, head: Head) -> bool:
        """Whether that is the end of it here."""
        if head["turn"] != self._turn:
            return False
        self._asked_pause = False
        purpose, self._purpose = self._purpose, None
        if purpose is not None and purpose["state"] == "ended":
            await self._end(purpose["why"])
            return True
        if purpose is not None:
            await self._give_back()
            return True
        self.going, self.since = False, monotonic()
        self.live.forget_rate()
        await self._keep(Batch(state="paused", reached=self.live.newest))
        self.poke()
        return False

    async def _over(self, head: Head) -> None:
        """The last update is done."""
        training, where = self._keeper.training, head["not_finite"]
        facts = json.loads(training.facts) | ({"not_finite": where} if where else {})
        why = why_ended(json.loads(training.plan)["updates"], where)
        await self._end(why, facts=json.dumps(facts))

    async def _failed(self, head: Head) -> bool:
        if "log" in head:
            _log.error("a training failed:\n%s", head["log"])
            return False
        await self._end(
            head.get("why")
            or "It needed more memory than allowed (UNROLLED_TRAINING_MEMORY_BYTES)."
        )
        return True

    async def _lost(self) -> None:
        """The worker is gone: somebody goes on from what is kept, unless that was tried often."""
        failures = self._keeper.training.failures + 1
        _log.warning("a process that trained was lost")
        if failures >= MOST_LOST:
            why = f"The process that trained it was lost {failures} times after update "
            await self._end(f"{why}{self.live.newest}.", failures=failures)
        else:
            await self._give_back(failures=failures)

    async def _end(self, why: str, **values: Any) -> None:
        """It is over."""
        values |= {"wanted": "ended", "ended": why, "until": None}
        self.going = False
        await self._keep(Batch(state="ended", values=values, release=True))

    async def _give_back(self, **values: Any) -> None:
        """It waits for its next turn."""
        await self._keep(Batch(state="queued", values=values | {"asked": now()}, release=True))

    # --- what is kept -------------------------------------------------------------------------

    async def keep_to(self, update: int) -> None:
        """Keep that update, where it has been computed and is not kept yet."""
        if self._keeper.kept < update <= self.live.newest:
            await self._keeper.keep()

    async def _keep_again_and_again(self) -> None:
        while True:
            await anyio.sleep(KEEP_SECONDS)
            if self.live.parts or self.live.marks:
                await self._keep()

    async def _keep(self, batch: Batch | None = None) -> None:
        apart = self._keeper.training.apart
        await self._keeper.keep_surely(batch)
        now_apart = self._keeper.training.apart
        if now_apart != apart and self._worker is not None:
            await self._worker.say({"do": "apart", "apart": now_apart})
        self._settle()
        self.live.tell()

    # --- what is wanted -----------------------------------------------------------------------

    def poke(self) -> None:
        """Look now what is wanted."""
        self._poked.set()

    async def settled(self, seconds: float) -> None:
        """Return when what is wanted has been done, or after so long."""
        with anyio.move_on_after(seconds):
            await self._settled.wait()

    def unsettle(self) -> None:
        """Something else is wanted."""
        self._settled = anyio.Event()
        self.poke()

    def _settle(self) -> None:
        """Wake who waits where nothing is left to be done."""
        row, training = self.rows
        does = "running" if self.going else "paused"
        if training.pending == "[]" and row.state == does == training.wanted:
            self._settled.set()

    async def _look_again_and_again(self, worker: Process) -> None:
        while True:
            with anyio.move_on_after(LOOK_SECONDS):
                await self._poked.wait()
            self._poked = anyio.Event()
            try:
                await self._look(worker)
            except StoreAway:
                continue

    async def _look(self, worker: Process) -> None:
        keeper = self._keeper
        await keeper.look()
        if monotonic() - keeper.written > RENEW_SECONDS:
            await self._keep()
        training = keeper.training
        if self._purpose is not None:
            return
        if why := why_stop(training, self._settings, keeper.seconds, self._watched(self.id)):
            await self._stop(worker, {"state": "ended", "why": why})
            return
        if training.pending != "[]" and not self._asked_change:
            self._asked_change = True
            await worker.say({"do": "change", "change": json.loads(training.pending)[0]})
        await self._follow_wish(worker)
        self._settle()

    async def _follow_wish(self, worker: Process) -> None:
        training = self._keeper.training
        if training.wanted == "paused" and self.going and not self._asked_pause:
            self._asked_pause = True
            await worker.say({"do": "pause"})
        elif training.wanted == "running":
            await self._go(worker)
        elif not self.going and monotonic() - self.since > PAUSED_SECONDS:
            raise Lost

    async def _go(self, worker: Process) -> None:
        training = self._keeper.training
        if self.going and self._said == (training.until, training.pace):
            return
        begins = not self.going
        if begins and not self._place():
            await self._give_back()
            raise Lost
        self.going, self._asked_pause = True, False
        await worker.say({"do": "go"} | self._orders())
        if begins:
            self.since = monotonic()
            await self._keep(Batch(state="running"))

    async def _stop(self, worker: Process, purpose: dict[str, Any]) -> None:
        """Let it come to rest, for what is to be done then."""
        self._purpose = purpose
        await worker.say({"do": "pause"})

    async def yield_turn(self) -> None:
        """Let another run have this one's place; it waits for its next turn."""
        if self._purpose is None and self._worker is not None:
            await self._stop(self._worker, {"state": "queued"})
