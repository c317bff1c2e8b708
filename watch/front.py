"""``watch(model)``: the one line in a training loop."""

from __future__ import annotations

import atexit
import contextlib
import os
import weakref
from types import TracebackType
from typing import Any, Self

import torch

from unrolled.watch.analyse import SAMPLED
from unrolled.watch.opening import ADDRESS, opening_of
from unrolled.watch.slot import Slot
from unrolled.watch.watching import Watching

PATIENCE = 30.0
"""Seconds that ``close`` waits for the last report."""


class Watch:
    """A training that is watched, until ``close`` or the end of the process."""

    def __init__(self, watching: Watching, slot: Slot) -> None:
        self._watching, self._slot = watching, slot
        self._process = os.getpid()
        _OPEN.add(self)

    @property
    def to(self) -> str:
        """The address, or the path of the file that is written: another one than was asked for
        where that is not ours, or where the server did not take every report.
        """
        return self._slot.left or self._slot.to

    def loss(self, value: Any) -> None:
        """Say the loss of this step, where it is not what ``backward`` was called on."""
        if self._watching.armed:
            self._watching.said = float(value)

    def step(self) -> None:
        """Say that a step is done, where no optimizer of ``torch.optim`` does it."""
        self._watching.step()

    @property
    def update(self) -> int:
        """Steps done so far."""
        return self._watching.update

    @property
    def reports(self) -> int:
        """Reports made so far; a sample that came while the last was analysed replaced another."""
        return self._slot.done

    def close(self, state: str = "ended", timeout: float = PATIENCE) -> None:
        """Give the model back as it was, and wait for the last report.

        Args:
            state: "ended", or "interrupted" where the training is to go on another time.
            timeout: seconds to wait; the analysis then ends by itself.
        """
        _OPEN.discard(self)
        if os.getpid() != self._process:  # a fork's copy: the run belongs to the parent
            return
        self._watching.close()
        self._slot.close(state, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close("ended" if kind is None else "interrupted")

    def __repr__(self) -> str:
        names = ", ".join(tap.name or tap.kind for tap in self._watching.taps)
        return f"Watch({names}; every {self._watching.every} steps, to {self.to})"


_OPEN: weakref.WeakSet[Watch] = weakref.WeakSet()


def watch(
    model: torch.nn.Module,
    every: int = 100,
    to: str | os.PathLike[str] = ADDRESS,
    *,
    name: str | None = None,
    sampled: int = SAMPLED,
    update: int | None = None,
    run: str | None = None,
) -> Watch:
    """Watch a model's recurrent modules while it is trained.

    Every so many steps of the optimizer one step is sampled: inputs, weights and the gradients that
    come back to the outputs of every ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` and …``Cell``. Another
    process recomputes from these how the gradient flows, beside autograd's own ``.grad`` as the
    proof. The model is not changed, and the training neither waits nor fails because of it.

        watch = unrolled.torch.watch(model)                        # to http://127.0.0.1:8000
        with unrolled.torch.watch(model, every=50, to="run.unrolled"):
            train(model)

    The run in a file that was interrupted goes on, counting from its last report; ``update`` says
    it better, where a checkpoint was loaded. Steps that the run has reports of already are not
    reported again.

    Args:
        model: uncompiled; its modules are found by their classes.
        every: steps from one sample to the next, from 1.
        to: address of a server, or path of a file; where another file stands there, or a run that
            has ended, a number is added.
        name: of the run; the model's class where None.
        sampled: sequences of a batch that are itemized; totals and proof are always of all.
        update: steps done before, of a training that goes on; then so does a run that has ended.
        run: the server's name of the run that goes on.
    Raises:
        ValueError: for a model without recurrent modules, ``every`` or ``sampled`` below 1, a name
            that no run can have, or a ``to`` that is an address without ``http://``.
        ImportError: where reports go to a server and httpx is not installed.
        LookupError: where the server has no such run.
        OSError: where the file's folder is not there.
    """
    for said, number in (("every", every), ("sampled", sampled)):
        if isinstance(number, float) or number < 1:
            raise ValueError(f"{said}: received {number!r}; allowed: a whole number from 1")
    kind = type(model).__name__
    about = {
        "framework": f"torch {torch.__version__}",
        "model": kind,
        "every": every,
        "parameters": sum(p.numel() for p in model.parameters()),
    }
    opening = opening_of(to, name or kind, about, sampled, update, run)
    watching = Watching(model, every, None, opening.update, opening.reported)
    slot = Slot(opening.told, opening.run)
    watching.deliver = slot.put
    return Watch(watching, slot)


@atexit.register
def _close_all() -> None:
    """What was never closed ends with the process."""
    for one in list(_OPEN):
        with contextlib.suppress(Exception):
            one.close()
