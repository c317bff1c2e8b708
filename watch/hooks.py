"""The two hooks of a tap. A copy of the model, or a file of it, does not take them along."""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from unrolled.watch.modules import Tap


class ForwardHook:
    """Hands a forward call on."""

    def __init__(self, tap: Tap) -> None:
        self.tap = weakref.ref(tap)

    def __call__(
        self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
    ) -> None:
        """After a forward call."""
        if torch.compiler.is_compiling():
            return
        tap = self.tap()
        if tap is not None and tap.module is module:
            started = time.perf_counter()
            try:
                tap.forward(args, kwargs, output)
                tap.seconds += time.perf_counter() - started
            except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
                tap.failed(error)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _nothing

    def __reduce__(self) -> Any:
        return _inert, ()


class ParameterHook:
    """Hands on what is about to be added to a ``.grad``; of several processes this one's part."""

    def __init__(self, tap: Tap, name: str) -> None:
        self.tap, self.name = weakref.ref(tap), name

    def __call__(self, gradient: torch.Tensor) -> None:
        """Before a gradient is accumulated."""
        tap = self.tap()
        if tap is not None and not torch.compiler.is_compiling():
            try:
                tap.back(self.name, gradient)
            except Exception as error:  # noqa: BLE001  (the training goes on, whatever it is)
                tap.failed(error)


def _inert() -> Any:
    """What a pickled hook becomes."""
    return _nothing


def _nothing(*_: Any) -> None:
    """What stands where a hook was."""
