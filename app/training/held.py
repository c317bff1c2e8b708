"""One run that this process computes: what its worker says is told and kept, what its user wants
is said to its worker.
"""

import json
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.store import training_keeping as keeping
from unrolled.app.store.database import Database
from unrolled.app.store.runs import now
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import Batch, Lost
from unrolled.app.store.trainings import (
    STOPPED,
    blocks,
    inputs_of,
    last_mark,
    opened,
    shape_of,
    snapshot_before,
)
from unrolled.app.training.columns import Columns, from_raw, joined
from unrolled.app.training.frames import Head
from unrolled.app.training.live import Live
from unrolled.app.training.process import Process
from unrolled.app.training.words import clip_words

BLOCK = 100
"""Updates of one block in the database; the last may have fewer, and grows."""
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
        store: where it is kept.
        me: who computes it.
        row: of the run.
        training: beside it.
        watched: when somebody last followed it here.
        place: whether one more may compute.
        command: that starts a process.

    Attributes:
        id: of the run.
        client: whose it is.
        going: whether it computes; else it is paused.
        since: when it began to.
        live: what is newest.
    """

    def __init__(
        self,
        store: Database,
        me: str,
        row: Found,
        training: Found,
        watched: Callable[[str], float],
        place: Callable[[], bool],
        command: Sequence[str],
    ) -> None:
        self.id: str = row.id
        self.client: str = training.client
        self.going = True
        self.since = monotonic()
        self._store, self._me, self._command, self._watched = store, me, command, watched
        self._place = place
        self._number: int = row.number
        self._training = training
        self._row = row
        self._kept: int = row.last_update or 0
        self._open: Columns | None = None
        self._watcher: Any = json.loads(training.watcher)
        self._seconds: float = training.seconds
        self._purpose: dict[str, Any] | None = None
        self._asked_change = False
        self._said: Any = None
        self._renewed = monotonic()
        self._keeping, self._settled = anyio.Lock(), anyio.Event()
        self._poked = anyio.Event()
        self._worker: Process | None = None
        self.live = Live(shape_of(training), self._kept, 0)

    @property
    def rows(self) -> tuple[Found, Found]:
        """The run and what stands beside it, as they were when they were last read or written."""
        return self._row, self._training

    @property
    def pid(self) -> int | None:
        """Of its process."""
        return None if self._worker is None else self._worker.pid

    # --- from the beginning to the end --------------------------------------------------------

    async def run(self) -> None:
        """Compute until it is over, or no longer ours."""
        try:
            begin, body = await self._beginning()
            self._worker = await Process.start(self._command)
            await self._worker.say(begin, body)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._look_again_and_again)
                tasks.start_soon(self._keep_again_and_again)
                if not await self._listen(self._worker):
                    await self._lost()
                tasks.cancel_scope.cancel()
        except* Lost:
            pass
        except* (StoreAway, StoreFull) as errors:
            _log.warning("a training cannot go on: %s", errors.exceptions[0])
        finally:
            with anyio.CancelScope(shield=True):
                await self._leave()

    async def _beginning(self) -> tuple[Head, bytes]:
        """What the worker is told first."""

        async def read(connection: AsyncConnection) -> tuple[Any, ...]:
            inputs = await inputs_of(connection, self._number)
            snapshot = await snapshot_before(connection, self._number, self._kept)
            last = await blocks(connection, self._number, self._kept, self._kept, 1)
            return inputs, snapshot, last, await last_mark(connection, self._number)

        inputs, snapshot, last, mark = await self._store.read(read)
        training, shape = self._training, self.live.shape
        self.live = Live(shape, self._kept, mark)
        if last:
            (block,) = opened(shape, last)
            self._open = block if len(block) < BLOCK else None
        parts = dict(inputs) | ({} if snapshot is None else {"snapshot": snapshot[1]})
        return {
            "do": "begin",
            "plan": json.loads(training.plan),
            "changes": json.loads(training.changes),
            "recorded": self._kept,
            "watcher": self._watcher,
            "has_cell": shape.has_cell,
            "apart": training.apart,
            "memory_bytes": self._store.settings.training_memory_bytes,
            "parts": [[name, len(part)] for name, part in parts.items()],
        } | self._orders(training), b"".join(parts.values())

    def _orders(self, training: Found) -> Head:
        self._said = (training.until, training.pace)
        return {"go": True, "until": training.until, "pace": training.pace}

    async def _leave(self) -> None:
        """The process ends; what was computed is kept, and the run is anybody's."""
        if self._worker is not None:
            await self._worker.end()
        state = "queued" if self._row.state == "running" else None
        try:
            await self._keep(Batch(state=state, release=True))
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
                case "updates":
                    await self._take(head, body)
                case "snapshot":
                    self.live.snapshots[head["update"]] = body
                case "changed":
                    await self._changed(head)
                case "refused":
                    await self._refused(head)
                case "paused":
                    if await self._paused():
                        return True
                case "ended":
                    facts = json.loads(self._training.facts)
                    why = _ended(head, json.loads(self._training.plan))
                    if head["not_finite"]:
                        facts["not_finite"] = head["not_finite"]
                    await self._end(why, {"facts": json.dumps(facts)})
                    return True
                case "failed":
                    return await self._failed(head)
        return False

    async def _take(self, head: Head, body: bytes) -> None:
        columns = from_raw(self.live.shape, head["first"], head["count"], body)
        self._watcher = head["watcher"]
        self._seconds += head["seconds"]
        self.live.add(columns, head["marks"])
        while self.live.newest - self._kept > MOST_WAITING:
            await self._keep_or_wait(Batch())

    async def _changed(self, head: Head) -> None:
        """It is kept before anything is told that follows from it."""
        changes = json.loads(self._training.changes)
        changes.append([head["update"], head["change"]])
        self.live.add_marks([_change_mark(head)])
        await self._keep_or_wait(Batch(values={"changes": json.dumps(changes)}, made=1))
        self._asked_change = False
        self.poke()

    async def _refused(self, head: Head) -> None:
        _log.error("a change was refused that had been allowed: %s", head["why"])
        await self._keep_or_wait(Batch(made=1))
        self._asked_change = False

    async def _paused(self) -> bool:
        """Whether that is the end of it here."""
        purpose, self._purpose = self._purpose, None
        if purpose is not None and purpose["state"] == "ended":
            await self._end(purpose["why"], {})
            return True
        if purpose is not None and purpose["state"] == "queued":
            await self._keep_or_wait(Batch(state="queued", values={"asked": now()}, release=True))
            return True
        self.going, self.since = False, monotonic()
        self.live.forget_rate()
        await self._keep_or_wait(Batch(state="paused", reached=self.live.newest))
        self.poke()
        return False

    async def _end(self, why: str, values: dict[str, Any]) -> None:
        values = values | {"wanted": "ended", "ended": why, "until": None}
        self.going = False
        await self._keep_or_wait(Batch(state="ended", values=values, release=True))

    async def _failed(self, head: Head) -> bool:
        if "log" in head:
            _log.error("a training failed:\n%s", head["log"])
            return False
        why = head.get("why") or (
            "It needed more memory than allowed (UNROLLED_TRAINING_MEMORY_BYTES)."
        )
        await self._end(why, {})
        return True

    async def _lost(self) -> None:
        """The worker is gone: somebody goes on from what is kept, unless that was tried often."""
        failures = self._training.failures + 1
        _log.warning("a process that trained was lost")
        if failures >= MOST_LOST:
            why = f"The process that trained it was lost {failures} times after update "
            await self._end(f"{why}{self.live.newest}.", {"failures": failures})
            return
        await self._keep_or_wait(Batch(state="queued", values={"failures": failures}, release=True))

    # --- what is kept -------------------------------------------------------------------------

    async def keep(self) -> None:
        """Keep what has been computed, now."""
        await self._keep(Batch())

    async def keep_to(self, update: int) -> None:
        """Keep that update, where it has been computed and is not kept yet."""
        if self._kept < update <= self.live.newest:
            await self.keep()

    async def _keep_again_and_again(self) -> None:
        while True:
            await anyio.sleep(KEEP_SECONDS)
            if self.live.parts or self.live.marks:
                await self._keep_or_wait(Batch())

    async def _keep_or_wait(self, batch: Batch) -> None:
        """As often as it takes; where there is no room the run ends."""
        while True:
            try:
                await self._keep(batch)
                return
            except StoreAway as error:
                await anyio.sleep(min(error.retry_after, 1))
            except StoreFull as error:
                await self._full(str(error))
                raise Lost from None

    async def _full(self, why: str) -> None:
        """Nothing more can be kept: what is not is forgotten."""
        _log.warning("a training ends: %s", why)
        self.live.parts, self.live.snapshots = [], {}
        self.live.marks = []
        values = {"wanted": "ended", "ended": f"There is no more room: {why}.", "until": None}
        await self._keep(Batch(state="ended", values=values, release=True))

    async def _keep(self, batch: Batch) -> None:
        async with self._keeping:
            parts, marks = list(self.live.parts), list(self.live.marks)
            newest = parts[-1].last if parts else self._kept
            snapshots = {n: one for n, one in self.live.snapshots.items() if n <= newest}
            batch.snapshots = snapshots
            batch.marks = marks
            whole: list[Columns] = []
            if parts:
                whole = await anyio.to_thread.run_sync(_divided, self._open, parts)
                batch.blocks = [(one.first, one.last, one.body()) for one in whole]
                batch.update = newest
            batch.values |= {"seconds": self._seconds, "watcher": json.dumps(self._watcher)}
            if parts:
                batch.values.setdefault("failures", 0)
            write = lambda c: keeping.keep(  # noqa: E731
                c, self._store.settings, self._me, self._number, batch
            )
            apart = self._training.apart
            self._row, self._training = await self._store.write(write)
            self._renewed = monotonic()
            if whole:
                self._open = whole[-1] if len(whole[-1]) < BLOCK else None
            self._kept = newest
            self.live.parts = self.live.parts[len(parts) :]
            self.live.marks = self.live.marks[len(marks) :]
            for done in snapshots:
                self.live.snapshots.pop(done, None)
        self._settle()
        if self._training.apart != apart and self._worker is not None:
            await self._worker.say({"do": "apart", "apart": self._training.apart})

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
        if self._training.pending == "[]" and self._row.state == (
            "running" if self.going else "paused"
        ):
            self._settled.set()
        self.live.tell()

    async def _look_again_and_again(self) -> None:
        while True:
            with anyio.move_on_after(LOOK_SECONDS):
                await self._poked.wait()
            self._poked = anyio.Event()
            try:
                await self._look()
            except StoreAway:
                continue

    async def _look(self) -> None:
        read = lambda c: keeping.look(c, self._me, self._number)  # noqa: E731
        async with self._keeping:
            self._row, self._training = await self._store.read(read)
        training, worker = self._training, self._worker
        assert worker is not None
        if monotonic() - self._renewed > RENEW_SECONDS:
            await self._keep_or_wait(Batch())
        if self._purpose is not None:
            return
        if why := self._why_end():
            await self._stop({"state": "ended", "why": why})
            return
        if training.pending != "[]" and not self._asked_change:
            self._asked_change = True
            await worker.say({"do": "change", "change": json.loads(training.pending)[0]})
        if training.wanted == "paused" and self.going:
            await worker.say({"do": "pause"})
        elif training.wanted == "running":
            await self._go(worker)
        elif not self.going and monotonic() - self.since > PAUSED_SECONDS:
            raise Lost
        self._settle_wanted()

    def _settle_wanted(self) -> None:
        goes = self._training.wanted == "running"
        if goes == self.going and self._training.pending == "[]":
            self._settled.set()

    async def _go(self, worker: Process) -> None:
        training = self._training
        if self.going and self._said == (training.until, training.pace):
            return
        begins = not self.going
        if begins and not self._place():
            await self._keep_or_wait(Batch(state="queued", values={"asked": now()}, release=True))
            raise Lost
        self.going = True
        await worker.say({"do": "go"} | self._orders(training))
        if begins:
            self.since = monotonic()
            await self._keep_or_wait(Batch(state="running"))

    def _why_end(self) -> str | None:
        """Why it is to end now."""
        training, settings = self._training, self._store.settings
        if training.wanted == "ended":
            return STOPPED
        if self._seconds > settings.training_seconds:
            return (
                f"It has computed for {settings.training_seconds:g} s, as long as one may "
                "(UNROLLED_TRAINING_SECONDS)."
            )
        if training.keep or not self.going:
            return None
        last = max(self._watched(self.id), training.watched / 1e3)
        if now() / 1e3 - last > settings.training_unwatched_seconds:
            return keeping.unwatched(settings)
        return None

    async def _stop(self, purpose: dict[str, Any]) -> None:
        """Let it come to rest, for what is to be done then."""
        assert self._worker is not None
        self._purpose = purpose
        await self._worker.say({"do": "pause"})

    async def yield_turn(self) -> None:
        """Let another run have this one's place; it waits for its next turn."""
        if self._purpose is None and self._worker is not None:
            await self._stop({"state": "queued"})


def _divided(start: Columns | None, parts: list[Columns]) -> list[Columns]:
    """Updates as blocks, of which the first takes the place of the one that is not full."""
    whole = joined(parts if start is None else [start, *parts])
    firsts = range(whole.first, whole.last + 1, BLOCK)
    return [whole.rows(first, first + BLOCK - 1) for first in firsts]


def _change_mark(head: Head) -> dict[str, Any]:
    """What was changed, in words."""
    said = head["change"]
    words = []
    if "learning_rate" in said:
        words.append(f"the learning rate is {said['learning_rate']:g}")
    if "clip" in said:
        words.append(f"clipping is {clip_words(said['clip'])}")
    text = f"From update {head['update']:,} on {' and '.join(words)}."
    return {"update": head["update"], "kind": "changed", "text": text, "values": said}


def _ended(head: Head, plan: dict[str, Any]) -> str:
    """Why it is over, in words."""
    where = head["not_finite"]
    if not where:
        return f"It is done: {plan['updates']} updates."
    at = "" if where["step"] is None else f"_{where['step']}"
    return (
        f"A number left the range of a double at update {where['update']}, first in "
        f"{where['quantity']}{at}."
    )
