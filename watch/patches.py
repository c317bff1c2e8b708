"""Functions of PyTorch that are listened to while any watch is open, and given back after.

``backward`` says when a gradient is made and of which loss, the clip functions what they did, and a
``GradScaler`` by how much a loss was multiplied. Each does exactly what it did; a listener that
fails is dropped.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

import torch


class Listener(Protocol):
    """What a watch hears of. Each is called only by the thread that trains."""

    def hears(self) -> bool:
        """Whether this step is sampled: else nothing is said."""

    def before_backward(self, tensors: Any) -> None:
        """A gradient is about to be made."""

    def after_backward(self) -> None:
        """It has been added to every ``.grad``."""

    def before_clip(self, rule: str, parameters: list[Any], norm_type: float) -> None:
        """Gradients are about to be clipped."""

    def after_clip(self, rule: str, parameters: list[Any], threshold: float) -> None:
        """They have been."""

    def scaled(self, loss: Any, scaled: Any, scale: float) -> None:
        """A loss was multiplied."""

    def failed(self, error: BaseException) -> None:
        """One of these raised: the watch shall end, and the training shall not know."""


_lock = threading.Lock()
_listeners: list[Listener] = []
_placed: list[tuple[Any, str, Any, Any]] = []
"""(holder, name, original, ours)."""
_under_way: list[None] = []
"""One for each backward inside which this is."""


def follow(listener: Listener) -> None:
    """Begin to tell a listener."""
    with _lock:
        _listeners.append(listener)
        if not _placed:
            _place()


def leave(listener: Listener) -> None:
    """Stop telling it; the last one to leave gives PyTorch its functions back."""
    with _lock:
        if listener in _listeners:
            _listeners.remove(listener)
        if not _listeners:
            _give_back()


def depth() -> int:
    """How many backwards are under way: a checkpoint runs forward again inside one."""
    return len(_under_way)


def _tell(say: Callable[[Listener], None]) -> None:
    for listener in _listeners.copy():
        try:
            if listener.hears():
                say(listener)
        except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
            listener.failed(error)


def _backward(original: Any) -> Any:
    @functools.wraps(original)
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if _under_way or torch.compiler.is_compiling():  # a checkpoint goes back inside a backward
            return original(tensors, *args, **kwargs)
        _tell(lambda one: one.before_backward(tensors))
        _under_way.append(None)
        try:
            result = original(tensors, *args, **kwargs)
        finally:
            _under_way.pop()
        _tell(lambda one: one.after_backward())
        return result

    return backward


def _clip(original: Any, rule: str) -> Any:
    @functools.wraps(original)
    def clip(parameters: Any, threshold: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(parameters, torch.Tensor):
            parameters = [parameters]
        parameters = list(parameters)
        first = args[0] if args else kwargs.get("norm_type", 2.0)
        norm_type = float(first) if rule == "norm" else 2.0
        _tell(lambda one: one.before_clip(rule, parameters, norm_type))
        result = original(parameters, threshold, *args, **kwargs)
        _tell(lambda one: one.after_clip(rule, parameters, float(threshold)))
        return result

    name = "max_norm" if rule == "norm" else "clip_value"

    @functools.wraps(original)
    def named(*args: Any, **kwargs: Any) -> Any:
        if "parameters" in kwargs:
            args = (kwargs.pop("parameters"), *args)
        if name in kwargs:
            args = (args[0], kwargs.pop(name), *args[1:])
        return clip(*args, **kwargs)

    return named


def _scale(original: Any) -> Any:
    @functools.wraps(original)
    def scale(self: Any, outputs: Any) -> Any:
        scaled = original(self, outputs)
        if self.is_enabled():
            _tell(lambda one: one.scaled(outputs, scaled, float(self.get_scale())))
        return scaled

    return scale


def _place() -> None:
    from torch.nn.utils import clip_grad

    scaler: Any = torch.amp.GradScaler
    _put(torch.autograd, "backward", _backward(torch.autograd.backward))
    _put(scaler, "scale", _scale(scaler.scale))
    for name, rule in (("clip_grad_norm_", "norm"), ("clip_grad_value_", "value")):
        original = getattr(clip_grad, name)
        ours = _clip(original, rule)
        for holder, alias in _holders(original):
            _put(holder, alias, ours)


def _put(holder: Any, name: str, ours: Any) -> None:
    _placed.append((holder, name, getattr(holder, name), ours))
    setattr(holder, name, ours)


def _give_back() -> None:
    for holder, name, original, ours in reversed(_placed):
        if getattr(holder, name, None) is ours:  # else somebody has put theirs over it
            setattr(holder, name, original)
    _placed.clear()


def _holders(function: Any) -> list[tuple[Any, str]]:
    """Every module that has a function under some name: ``from … import clip_grad_norm_``."""
    return [
        (module, name)
        for module in list(sys.modules.values())
        for name, value in list(getattr(module, "__dict__", {}).items())
        if value is function
    ]
