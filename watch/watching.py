"""Which steps of a training are sampled, and what is captured of them."""

from __future__ import annotations

import logging
import os
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch.optim import optimizer as optimizers

from unrolled.watch import patches
from unrolled.watch.clipping import ClipSeen, log10, norm_of
from unrolled.watch.doubts import doubts_of, refused, unreached
from unrolled.watch.modules import Tap, recurrent
from unrolled.watch.runs import now
from unrolled.watch.snapshot import Module, Snapshot

_LOG = logging.getLogger("unrolled.watch")
MOST_BYTES = 256 * 2**20
"""No sample holds more: a call beyond is not captured."""
MOST_PARTS = 16
"""So many accumulated parts of a step are added up; what follows is left out, and that is said."""
TRIES = 3
"""So many steps without a gradient, and the report says so instead."""


class Watching:
    """Follows a model's training: sleeps between samples, captures one step, hands it on.

    A step ends with the step of the optimizer that holds the recurrent parameters. Of a sampled one
    every forward call is captured, with every gradient that comes back to its outputs: accumulated
    gradients are added up, as far as there is room. What ``zero_grad`` throws away is thrown away.

    Args:
        model: whose recurrent modules are watched.
        every: steps from one sample to the next.
        deliver: takes each snapshot and returns at once; may be set later.
        update: optimizer steps that were done before.
        reported: the last of them that there is a report of already; −1 for none.
    Raises:
        ValueError: where the model has no recurrent module.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        every: int,
        deliver: Callable[[Snapshot], None] | None,
        update: int = 0,
        reported: int = -1,
    ) -> None:
        self.every, self.deliver, self.update = every, deliver, update
        self.reported = reported
        found = list(recurrent(model))
        if not found:
            raise ValueError(
                f"{type(model).__name__} has no nn.RNN, nn.LSTM, nn.GRU and none of their cells; "
                f"it has {sorted({type(one).__name__ for one in model.modules()})}"
            )
        self.taps = [Tap(*one, self._arriving, self._room, self.failed) for one in found]
        self.doubts = {tap.name: doubts_of(model, tap) for tap in self.taps}
        self.refused = {tap.name: refused(model, tap) for tap in self.taps}
        self.parameters = {
            f"{tap.name}.{name}" if tap.name else name: p
            for tap in self.taps
            for name, p in tap.parameters().items()
        }
        self._ids = {id(p) for p in self.parameters.values()}
        self._all = list(model.parameters())
        self._all_ids = {id(p) for p in self._all}
        self._leading: weakref.ref[Any] | None = None
        self._process = os.getpid()
        self._open = True
        self._hooks = [
            optimizers.register_optimizer_step_pre_hook(self._before_step),
            optimizers.register_optimizer_step_post_hook(self._after_step),
        ]
        patches.follow(self)
        self._clear()
        if update > reported:
            self._arm()

    # --- from one sample to the next -----------------------------------------------------------

    def _clear(self) -> None:
        self.armed = self.swept = self.held = self.more = self.whole = False
        self.part = 0
        self.bytes, self.tries, self.seconds = 0, 0, 0.0
        self._root: Any = None
        self.losses: list[Any] = []
        self.said: float | None = None
        self.scales: list[tuple[Any, Any, float]] = []
        self.clip: ClipSeen | None = None
        self.norm: float | None = None
        self.weights: dict[str, torch.Tensor] = {}
        self.moment = ""

    def _arm(self) -> None:
        self._clear()
        self.armed = True
        for tap in self.taps:
            if self.refused[tap.name] is None:
                tap.open()

    def _arriving(self) -> bool:
        """Whether a forward call is of the sampled step: after a backward it is of another part."""
        if not self.armed or self.held:
            return False
        if self.whole and patches.depth() == 0:
            if self._overflowed() or all(tap.thrown_away for tap in self.taps):
                if any(tap.moved for tap in self.taps):  # an optimizer that tries several times
                    self._hold()
                    return False
                self._arm()
                return True
            parts = self.part + 1
            self.more = parts >= MOST_PARTS or self.bytes * (parts + 1) / parts > MOST_BYTES
            if self.more or any(tap.moved for tap in self.taps):
                self._hold()
                return False
            self.whole, self.part = False, parts
            for tap in self.taps:
                tap.part = parts
        return True

    def _hold(self) -> None:
        self.held = True
        for tap in self.taps:
            tap.close()

    def _room(self, size: int) -> bool:
        self.bytes += size
        return self.bytes <= MOST_BYTES

    def _overflowed(self) -> bool:
        """Whether a loss scale was too large: such a step is not done, and another comes."""
        added = [value for tap in self.taps for value in tap.added.values()]
        return bool(self.scales) and not all(bool(torch.isfinite(one).all()) for one in added)

    def step(self) -> None:
        """A step of training is done: for loops without an optimizer of ``torch.optim``."""
        self._before()
        self._after(None)

    def close(self) -> None:
        """Take everything back; what was captured is handed on."""
        if not self._open:
            return
        self._open = False
        for hook in self._hooks:
            hook.remove()
        patches.leave(self)
        if self.armed and self.swept and os.getpid() == self._process:
            self._hand_on(None)
        for tap in self.taps:
            tap.forget()
        self._clear()

    def failed(self, error: BaseException) -> None:
        """Our own fault: end the watch, and let the training go on."""
        _LOG.warning("the watch has ended itself", exc_info=error)
        self.swept = False
        self.close()

    # --- what the functions of PyTorch say -----------------------------------------------------

    def hears(self) -> bool:
        """In a sampled step, until it is held."""
        return self.armed

    def before_backward(self, tensors: Any) -> None:
        """Keep the loss and what has been accumulated."""
        if self.held:
            return
        started = time.perf_counter()
        if self.swept and all(tap.thrown_away for tap in self.taps):
            self.swept, self.losses, self.norm = False, [], None
            for tap in self.taps:
                tap.empty()
        for tap in self.taps:
            tap.before_backward()
        root = tensors if isinstance(tensors, torch.Tensor) else None
        self._root = root
        self.seconds += time.perf_counter() - started

    def after_backward(self) -> None:
        """Add what it added, where it came through a captured call."""
        if self.held:
            return
        started = time.perf_counter()
        reached = [tap.after_backward() for tap in self.taps]
        if any(reached):
            self.swept = self.whole = True
            self.moment = now()
            if self._root is not None and self._root.numel() == 1:
                self.losses.append(self._root.detach())
        self._root = None
        self.seconds += time.perf_counter() - started

    def before_clip(self, rule: str, parameters: list[Any], norm_type: float) -> None:
        """Measure what is to be clipped, and all of the model's gradient."""
        if self.swept and any(id(p) in self._all_ids for p in parameters):
            self._measure()
        if any(id(p) in self._ids for p in parameters):
            self.clip = ClipSeen.before(rule, parameters, norm_type)

    def after_clip(self, rule: str, parameters: list[Any], threshold: float) -> None:
        """And what was."""
        if self.clip is not None and any(id(p) in self._ids for p in parameters):
            self.clip.after(parameters, threshold)

    def scaled(self, loss: Any, scaled: Any, scale: float) -> None:
        """Keep a loss as it was before it was multiplied."""
        if not self.held:
            self.scales.append((loss, scaled, scale))

    def _measure(self) -> None:
        """‖g‖ as it was before anything clipped it."""
        if self.norm is None:
            self.norm = norm_of(self._all)

    # --- what the optimizer says ---------------------------------------------------------------

    def _ours(self, optimizer: Any) -> bool:
        """The first optimizer that holds a recurrent parameter counts the steps; where all of these
        are frozen, the first that holds any of the model's.
        """
        leading = None if self._leading is None else self._leading()
        if leading is not None:
            return leading is optimizer
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        frozen = not any(p.requires_grad for p in self.parameters.values())
        if not held & (self._all_ids if frozen else self._ids):
            return False
        self._leading = weakref.ref(optimizer)
        return True

    def _before_step(self, optimizer: Any, _args: Any, _kwargs: Any) -> None:
        try:
            if self.armed and self.swept and self._ours(optimizer):
                self._before()
        except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
            self.failed(error)

    def _after_step(self, optimizer: Any, _args: Any, _kwargs: Any) -> None:
        try:
            if self._open and self._ours(optimizer):
                self._after(optimizer)
        except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
            self.failed(error)

    def _before(self) -> None:
        if self.swept:
            started = time.perf_counter()
            self._measure()
            self.weights = {name: p.detach().clone() for name, p in self.parameters.items()}
            self.seconds += time.perf_counter() - started

    def _after(self, optimizer: Any) -> None:
        if self.armed:
            self.tries += 1
            if self.swept or self.tries >= TRIES or all(self.refused.values()):
                self._hand_on(optimizer)
        self.update += 1
        due = self.update % self.every == 0 and self.update > self.reported
        if due and not self.armed:
            self._arm()

    # --- the snapshot --------------------------------------------------------------------------

    def _hand_on(self, optimizer: Any) -> None:
        started = time.perf_counter()
        loss, scale = self._loss()
        snapshot = Snapshot(
            update=self.update,
            time=self.moment or now(),
            modules=[self._taken(tap, scale) for tap in self.taps],
            loss=loss,
            owner="autograd's",
            log10_gradient=None if self.norm is None else log10(self.norm),
            clipping=None if self.clip is None else self.clip.report(),
            optimizer=None if optimizer is None else type(optimizer).__name__,
            learning_rate=self._learning_rate(optimizer),
            steps_taken=self._steps_taken(),
        )
        self.seconds += sum(tap.seconds for tap in self.taps)
        for tap in self.taps:
            tap.forget()
        snapshot.seconds = self.seconds + time.perf_counter() - started
        self._clear()
        if self.deliver is not None:
            self.deliver(snapshot)

    def _loss(self) -> tuple[float | None, float | None]:
        """The loss as it was before any scale, and the scale."""
        scale = self.scales[-1][2] if self.scales else None
        values = []
        for root in self.losses:
            before = [loss for loss, scaled, _ in self.scales if _same(scaled, root)]
            value = float(before[-1].detach() if before else root)
            values.append(value if before or scale is None else value / scale)
        loss = sum(values) if values else None
        return (loss if self.said is None else self.said), scale

    def _taken(self, tap: Tap, scale: float | None) -> Module:
        if self.refused[tap.name] is not None:
            return replace(tap.described(), refused=self.refused[tap.name])
        training = any(seen.training for seen in tap.seen)
        found = tap.taken(scale)
        found.doubts, found.more = self.doubts[tap.name](training), self.more
        if tap.overfull:
            found.refused = f"Its calls hold more than {MOST_BYTES // 2**20} MB a step."
        elif not found.calls:
            found.refused = unreached(tap)
        if found.refused is not None:
            found.calls = []
        return found

    def _learning_rate(self, optimizer: Any) -> float | None:
        if optimizer is None:
            return None
        for group in optimizer.param_groups:
            if any(id(p) in self._ids for p in group["params"]):
                return float(group["lr"]) if "lr" in group else None
        return None

    def _steps_taken(self) -> dict[str, list[float] | None]:
        found: dict[str, list[float] | None] = dict.fromkeys(self.parameters)
        for name, before in self.weights.items():
            weight = before.double()
            step = self.parameters[name].detach().double() - weight
            found[name] = [float(weight.norm()), float(step.norm())]
        return found


def _same(scaled: Any, root: Any) -> bool:
    """Whether a backward began at what a scaler gave out: detached, it has the same memory."""
    return isinstance(scaled, torch.Tensor) and scaled.data_ptr() == root.data_ptr()
