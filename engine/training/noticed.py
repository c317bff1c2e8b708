"""What is noticed of a training's rows, kind by kind: a class each, whose memory is plain JSON."""

from __future__ import annotations

import bisect
import math
import statistics
from abc import ABC, abstractmethod
from typing import Any

from unrolled.engine.diagnosis.words import counted, percent, plain, share, times
from unrolled.engine.numbers.arrays import record

Event = dict[str, Any]
"""{"update", "kind", "text", "values"}."""

SPIKE, BEFORE, LEAST_BEFORE = 10.0, 100, 20
"""‖g‖ is a spike from so many times its median over so many updates before, at least so many;"""
APART = 20
"""another one is told after so many updates without, or where it is as many times larger again, and
then where it has risen by twice as many decades each time: an explosion is told in a few rows."""
UNCLIPPED = 50
"""Clipping has ended after so many updates that were not clipped."""
HEARD, UNHEARD, HEARD_OVER = -3.0, -3.5, 25
"""Step 1 hears a loss of which a thousandth arrives, in the median of so many updates; it is deaf
again below a third of that."""
STILL, STILL_FOR = -7.0, 50
"""Learning has stopped where no parameter moves by a ten-millionth of its norm for so long."""
ABOVE = 1.1
"""A loss that was below its baseline is above again from so many times that on."""
_NOTHING = -400.0
"""Decades of what is exactly zero, in a median."""


@record
class Row:
    """One update, in Python's numbers.

    Attributes:
        update: its number.
        before: log₁₀ ‖g‖.
        after: the same after clipping.
        engaged: whether it was clipped.
        heard: log₁₀ of ‖∂L/∂h_1‖ over ‖∂L/∂h_T‖, T being the last step with a loss; NaN where
            there is none.
        moved: log₁₀ of the largest share of its norm by which a parameter moved.
        rho: ρ, or NaN.
        held_out: the held-out loss, or NaN.
        share: the share of right sequences, or NaN.
    """

    update: int
    before: float
    after: float
    engaged: bool
    heard: float
    moved: float
    rho: float
    held_out: float
    share: float


class Notice(ABC):
    """One kind of thing to be noticed.

    Attributes:
        memory: all that it knows of the rows before, in plain JSON.
    """

    memory: dict[str, Any]

    @abstractmethod
    def see(self, row: Row) -> Event | None:
        """What this row brings."""


def event(row: Row, kind: str, text: str, **values: float | bool | int | None) -> Event:
    """As it is told."""
    return {"update": row.update, "kind": kind, "text": text, "values": values}


def number(decades: float) -> str:
    """A norm given by its log₁₀."""
    return times(decades) if math.isfinite(decades) else "0"


class Spikes(Notice):
    """‖g‖ far above its running median."""

    def __init__(self) -> None:
        self.memory = {"norms": [], "high": None, "size": None, "rise": math.log10(SPIKE)}
        self._ordered: list[float] | None = None

    def see(self, row: Row) -> Event | None:
        """A spike, the first of its kind for a while."""
        norms: list[float] = self.memory["norms"]
        if self._ordered is None:
            self._ordered = sorted(norms)
        ordered, found = self._ordered, None
        if len(norms) >= LEAST_BEFORE and math.isfinite(row.before):
            middle = len(ordered) // 2
            median = (ordered[middle] + ordered[-1 - middle]) / 2.0
            if row.before - median >= math.log10(SPIKE):
                if self._is_new(row):
                    self._remember(row)
                    found = self._told(row, median, len(norms))
                self.memory["high"] = row.update
        if math.isfinite(row.before):
            norms.append(row.before)
            bisect.insort(ordered, row.before)
            if len(norms) > BEFORE:
                del ordered[bisect.bisect_left(ordered, norms.pop(0))]
        return found

    def _is_new(self, row: Row) -> bool:
        return self._alone(row) or bool(row.before - self.memory["size"] >= self.memory["rise"])

    def _alone(self, row: Row) -> bool:
        high = self.memory["high"]
        return high is None or row.update - high > APART

    def _remember(self, row: Row) -> None:
        """How far ‖g‖ has to rise before it is told again."""
        rise = math.log10(SPIKE) if self._alone(row) else 2.0 * self.memory["rise"]
        self.memory |= {"size": row.before, "rise": rise}

    @staticmethod
    def _told(row: Row, median: float, count: int) -> Event:
        text = (
            f"‖g‖ is {number(row.before)}, {number(row.before - median)} times its median over the "
            f"{counted(count, 'update')} before"
        )
        if row.engaged:
            text += f"; clipped to {number(row.after)}"
        return event(
            row,
            "spike",
            text,
            log10_norm=row.before,
            log10_median=median,
            log10_after=row.after,
            engaged=row.engaged,
        )


class Clips(Notice):
    """Where clipping begins, and where it has ended."""

    def __init__(self) -> None:
        self.memory = {"last": None, "going": False}

    def see(self, row: Row) -> Event | None:
        """The first update that is clipped after many that were not, and the other way round."""
        last, going = self.memory["last"], self.memory["going"]
        if row.engaged:
            self.memory |= {"last": row.update, "going": True}
            if going:
                return None
            what = f"‖g‖ was {number(row.before)}, and is {number(row.after)} after it"
            text = f"the first gradient that is clipped: {what}"
            if last is not None:
                count = row.update - last - 1
                pause = f"{count:,} update{'' if count == 1 else 's'}"
                text = f"clipped again, after {pause} that were not: {what}"
            return event(
                row, "clipping", text, log10_norm=row.before, log10_after=row.after, last=last
            )
        if going and row.update - last >= UNCLIPPED:
            self.memory["going"] = False
            text = f"no gradient has been clipped for {UNCLIPPED} updates, since update {last:,}"
            return event(row, "unclipped", text, last=last)
        return None


class Hearing(Notice):
    """Whether step 1 hears the loss.

    Args:
        step: T, the last step with a loss.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self.memory = {"heard": [], "hears": None}

    def see(self, row: Row) -> Event | None:
        """What it begins with, and every change."""
        if math.isnan(row.heard):
            return None
        recent: list[float] = self.memory["heard"]
        recent.append(max(row.heard, _NOTHING))
        del recent[:-HEARD_OVER]
        if len(recent) < HEARD_OVER:
            return None
        median, hears = statistics.median(recent), self.memory["hears"]
        now = median >= (UNHEARD if hears else HEARD)
        if now == hears:
            return None
        self.memory["hears"] = now
        arrives = share(math.nan if median <= _NOTHING else median, again=True)
        said = "step 1 hears the loss" if now else "step 1 does not hear the loss"
        if hears is not None:
            said = "step 1 no longer hears the loss"
            if now:
                said = f"from update {row.update:,} on step 1 hears the loss"
        text = (
            f"{said}: of ‖∂L/∂h_{self._step}‖ {arrives} arrives there, in the "
            f"median of {HEARD_OVER} updates"
        )
        return event(row, "hears" if now else "deaf", text, log10_share=median)


class BelowBaseline(Notice):
    """The held-out loss against that of a constant answer.

    Args:
        baseline: that loss.
        words: which answer it is.
    """

    def __init__(self, baseline: float, words: str) -> None:
        self._baseline, self._words = baseline, words
        self.memory = {"below": False}

    def see(self, row: Row) -> Event | None:
        """The first time below, and where it is above again."""
        if math.isnan(row.held_out):
            return None
        below = self.memory["below"]
        now = row.held_out < self._baseline * (ABOVE if below else 1.0)
        if now == below:
            return None
        self.memory["below"] = now
        loss = plain(row.held_out, 4) if math.isfinite(row.held_out) else "infinite"
        text = (
            f"the held-out loss is {loss}, {'below' if now else 'above'} "
            f"{plain(self._baseline, 4)}, that of a constant answer: {self._words}"
        )
        return event(
            row,
            "below-baseline" if now else "above-baseline",
            text,
            held_out=row.held_out if math.isfinite(row.held_out) else None,
            baseline=self._baseline,
        )


class Solved(Notice):
    """The task's own criterion, on the held-out sequences.

    Args:
        words: when it is solved.
        wrong: fewer than this share of the sequences are wrong then; 0: none is.
    """

    def __init__(self, words: str, wrong: float) -> None:
        self._words, self._wrong = words, wrong
        self.memory = {"solved": False}

    def see(self, row: Row) -> Event | None:
        """Where it is solved, and where it no longer is."""
        if math.isnan(row.share):
            return None
        now = row.share == 1.0 or 1.0 - row.share < self._wrong
        if now == self.memory["solved"]:
            return None
        self.memory["solved"] = now
        right = percent(math.log10(row.share)) if row.share else "0 %"
        text = (
            f"{'solved' if now else 'no longer solved'}: {right} of the held-out sequences are "
            f"right ({self._words})"
        )
        return event(row, "solved" if now else "unsolved", text, share=row.share)


class Radius(Notice):
    """ρ of the recurrent matrix against 1."""

    def __init__(self) -> None:
        self.memory = {"rho": None}

    def see(self, row: Row) -> Event | None:
        """Where it has crossed 1."""
        if math.isnan(row.rho):
            return None
        before, self.memory["rho"] = self.memory["rho"], row.rho
        if before is None or (before > 1.0) == (row.rho > 1.0):
            return None
        side = "above" if row.rho > 1.0 else "not above"
        text = (
            f"ρ of the recurrent matrix is {_beside_one(row.rho)}, {side} 1; it was "
            f"{_beside_one(before)} when it was last measured"
        )
        return event(row, "radius", text, rho=row.rho, before=before)


def _beside_one(rho: float) -> str:
    """A number that does not read 1 unless it is."""
    return times(math.log10(rho)) if rho > 0.0 else "0"


class Stillness(Notice):
    """Whether anything still moves."""

    def __init__(self) -> None:
        self.memory = {"since": 0, "still": False}

    def see(self, row: Row) -> Event | None:
        """Where nothing has moved for long, and where something moves again."""
        if math.isnan(row.moved) or row.moved >= STILL:
            was, self.memory = self.memory["still"], {"since": row.update, "still": False}
            if not was or math.isnan(row.moved):
                return None
            return event(row, "moves", "parameters move again", log10_share=row.moved)
        if self.memory["still"] or row.update - self.memory["since"] < STILL_FOR:
            return None
        self.memory["still"] = True
        text = (
            f"learning has stopped: for {STILL_FOR} updates no parameter has moved by a "
            "ten-millionth of its norm"
        )
        return event(row, "still", text)
