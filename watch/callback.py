"""``Watch``: a callback of Keras that looks at a batch of one's own while a model is trained."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import time
import weakref
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from unrolled.watch.analyse import SAMPLED
from unrolled.watch.keras_batch import Through
from unrolled.watch.keras_gradients import BACKENDS
from unrolled.watch.keras_layers import Found, recurrent
from unrolled.watch.keras_sample import clipping_of, log10_norm, module_of, weights_of
from unrolled.watch.opening import ADDRESS, opening_of
from unrolled.watch.runs import now
from unrolled.watch.slot import Slot
from unrolled.watch.snapshot import Numbers, Snapshot

_LOG = logging.getLogger("unrolled.watch")
PATIENCE = 30.0
"""Seconds that the end of a training waits for the last report."""


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Watch a model's recurrent layers while ``fit`` trains it.

    Keras shows no gradients of the step it takes. So every so many batches this runs a batch that
    it was given, with the weights as they are then: forward to the inputs of every ``SimpleRNN``,
    ``LSTM``, ``GRU`` and ``RNN`` of one of their cells, and back to their outputs. Another process
    recomputes from these how the gradient flows, beside the backend's own gradient as the proof.

        model.fit(x, y, callbacks=[unrolled.keras.Watch(batch=(x[:32], y[:32]), every=100)])

    The batch goes through in inference mode: without dropout, and without a batch's statistics. Its
    loss, its gradient and what clipping does with it leave penalties on weights out. Of a
    ``Bidirectional`` the two directions are two layers; of the one that goes backwards, step 1 is
    the last of the sequence.

    Args:
        batch: x and y as ``fit`` takes them, and the weights of the samples where there are any.
        every: steps from one sample to the next, from 1.
        to: address of a server, or path of a file; where another file stands there, or a run that
            has ended, a number is added.
        name: of the run; the model's name where None.
        sampled: sequences of the batch that are itemized; totals and proof are always of all.
        update: steps done before; those of the optimizer where None.
        run: the server's name of the run that goes on.
    Raises:
        ValueError: for a batch of other than two or three, or ``every`` or ``sampled`` below 1, or
            a backend that makes no gradients; as a training begins, for a model without recurrent
            layers.
    """

    def __init__(
        self,
        batch: Sequence[Any],
        every: int = 100,
        to: str | os.PathLike[str] = ADDRESS,
        *,
        name: str | None = None,
        sampled: int = SAMPLED,
        update: int | None = None,
        run: str | None = None,
    ) -> None:
        super().__init__()
        for said, number in (("every", every), ("sampled", sampled)):
            if isinstance(number, float) or number < 1:
                raise ValueError(f"{said}: received {number!r}; allowed: a whole number from 1")
        if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
            raise ValueError("batch: allowed: (x, y), or (x, y, sample_weight)")
        backend = keras.backend.backend()
        if backend not in BACKENDS:
            raise ValueError(
                f"Keras's backend: received {backend!r}, which makes no gradients; allowed: "
                f"{', '.join(BACKENDS)}"
            )
        self.batch, self.every, self.to = tuple(batch), every, os.fspath(to)
        self.reports = 0
        self._name, self._sampled, self._run, self._given = name, sampled, run, update
        self._update, self._next, self._reported = 0, 0, -1
        self._slot: Slot | None = None
        self._layers: list[Found] = []
        self._through: Through | None = None
        self._taken: tuple[Snapshot, dict[str, Numbers], float] | None = None
        _OPEN.add(self)

    # --- what Keras calls ----------------------------------------------------------------------

    def on_train_begin(self, logs: Any = None) -> None:
        """Open the run, or go on with it."""
        self.close("interrupted")
        model = self.model
        self._layers = recurrent(model)
        if not self._layers:
            kinds = sorted({type(one).__name__ for one in model.layers})
            raise ValueError(f"{model.name} has no recurrent layer; it has {kinds}")
        looked = [one for one in self._layers if one.refused is None]
        self._through = Through(model, looked, self.batch)
        about = {
            "framework": f"keras {keras.__version__} on {keras.backend.backend()}",
            "model": model.name,
            "every": self.every,
            "parameters": model.count_params(),
        }
        done = int(np.asarray(model.optimizer.iterations)) if model.optimizer else 0
        given = self._given if self._given is not None else done or None
        name = self._name or model.name
        opening = opening_of(self.to, name, about, self._sampled, given, self._run)
        self.to = opening.to
        self._update, self._reported = opening.update, opening.reported
        self._next = self._update
        self._slot = Slot(opening.told, opening.run)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Run the batch, where a sample is due."""
        if self._slot is None or self._update < self._next:
            return
        self._next = (self._update // self.every + 1) * self.every
        if self._update <= self._reported:
            return
        try:
            self._taken = self._look()
        except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
            _LOG.warning("the watch has ended itself", exc_info=error)
            self.close("interrupted")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the step, and hand on what was seen before it."""
        if self._slot is None:
            return
        if self._taken is not None:
            snapshot, before, cost = self._taken
            started = time.perf_counter()
            self._taken = None
            if self._step() == 1:
                after = weights_of(self._layers) if self.model is not None else {}
                snapshot.steps_taken = {
                    name: [float(np.linalg.norm(w)), float(np.linalg.norm(after[name] - w))]
                    for name, w in before.items()
                }
            snapshot.seconds = cost + time.perf_counter() - started
            self._slot.put(snapshot)
        self._update += self._step()
        self.reports = self._slot.done

    def on_train_end(self, logs: Any = None) -> None:
        """The run has ended, until ``fit`` is called again."""
        self.close()

    # --- the rest ------------------------------------------------------------------------------

    def close(self, state: str = "ended", timeout: float = PATIENCE) -> None:
        """Wait for the last report. ``fit`` does this at its end.

        Args:
            state: "ended", or "interrupted" where the training is to go on another time.
            timeout: seconds to wait; the analysis then ends by itself.
        """
        slot, self._slot, self._taken = self._slot, None, None
        if slot is None:
            return
        slot.close(state, timeout)
        self.reports, self._run, self._given = slot.done, slot.run, None
        self.to = slot.left or slot.to

    def _step(self) -> int:
        """How many steps of the optimizer are between two calls of Keras."""
        return int(getattr(self.model, "steps_per_execution", 1) or 1)

    def _look(self) -> tuple[Snapshot, dict[str, Numbers], float]:
        started = time.perf_counter()
        model = self.model
        assert self._through is not None
        seen = self._through.run()
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        snapshot = Snapshot(
            update=self._update,
            time=now(),
            modules=[module_of(one, seen) for one in self._layers],
            loss=seen.loss,
            owner="Keras's",
            log10_gradient=log10_norm(list(seen.gradients.values())),
            clipping=clipping_of(optimizer, list(seen.gradients.values())),
            optimizer=type(optimizer).__name__,
            learning_rate=float(np.asarray(optimizer.learning_rate)),
        )
        return snapshot, weights_of(self._layers), time.perf_counter() - started


_OPEN: weakref.WeakSet[Watch] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """What a training that failed has left open."""
    for one in list(_OPEN):
        with contextlib.suppress(Exception):
            one.close("interrupted")
