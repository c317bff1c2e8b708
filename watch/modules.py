"""The recurrent modules of a PyTorch model, and what hooks on them see in one step."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from unrolled.watch.hooks import ForwardHook, ParameterHook
from unrolled.watch.snapshot import Call, Module, Numbers

KINDS = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")


def recurrent(model: nn.Module) -> Iterator[tuple[str, nn.Module, str]]:
    """(name, module, kind) of every recurrent module; one that stands twice, once."""
    for name, module in model.named_modules():
        for kind in KINDS:
            if isinstance(module, getattr(nn, kind)):
                yield name, module, kind


def numbers(tensor: torch.Tensor, dtype: torch.dtype | None = None) -> Numbers:
    """A copy in main memory; bfloat16, which NumPy does not know, as float32."""
    tensor = tensor.detach()
    if dtype is not None:
        tensor = tensor.to(dtype)
    if tensor.dtype is torch.bfloat16:
        tensor = tensor.float()
    found: Numbers = tensor.to("cpu", copy=True).contiguous().numpy()
    return found


@dataclass(eq=False, slots=True)
class Seen:
    """One forward call, and the gradients that have come back to its outputs so far."""

    call: Call
    inputs: tuple[torch.Tensor, ...]
    state: tuple[torch.Tensor, ...]
    dtype: str
    training: bool
    part: int = 0
    reached: bool = False
    closed: bool = False

    def empty(self) -> None:
        """What has come back was thrown away."""
        self.call.output_gradient = self.call.h_gradient = self.call.c_gradient = None


@dataclass(eq=False)
class Tap:
    """What is captured of one module in one sampled step.

    Attributes:
        name: of the module in the model.
        module: itself.
        kind: one of ``KINDS``.
        arriving: asked at each forward call whether it is still of this step.
        room: takes the bytes that a call holds; False where there is no room left.
        failed: told of what went wrong in here.
    """

    name: str
    module: nn.Module
    kind: str
    arriving: Callable[[], bool]
    room: Callable[[int], bool]
    failed: Callable[[BaseException], None]
    seen: list[Seen] = field(default_factory=list)
    arrived: dict[str, torch.Tensor] = field(default_factory=dict)
    added: dict[str, torch.Tensor] = field(default_factory=dict)
    weights: dict[str, Numbers] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    part: int = 0
    overfull: bool = False
    seconds: float = 0.0
    handles: list[Any] = field(default_factory=list)

    # --- the hook ------------------------------------------------------------------------------

    def open(self) -> None:
        """Hook into the module's forward call, and into what comes back to its parameters."""
        self.forget()
        self.overfull, self.seconds, self.part = False, 0.0, 0
        self.handles = [self.module.register_forward_hook(ForwardHook(self), with_kwargs=True)]
        for name, p in self.parameters().items():
            if p.requires_grad:
                self.handles.append(p.register_hook(ParameterHook(self, name)))

    def close(self) -> None:
        """Leave the module as it was, and let go of what it holds."""
        for handle in self.handles:
            handle.remove()
        self.handles = []
        for seen in self.seen:
            seen.closed = True

    def forget(self) -> None:
        """Let go of the captured step."""
        self.close()
        self.seen, self.arrived, self.added, self.weights = [], {}, {}, {}

    def forward(self, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        """Copy a call's inputs, and wait for the gradients of its outputs."""
        shown, state = _outputs(self.kind, output)
        hx = args[1] if len(args) > 1 else kwargs.get("hx")
        given = args[0] if args else kwargs["input"]
        tensors = [one for one in (shown, *state) if one is not None]
        if not any(one.requires_grad for one in tensors) or not self.arriving():
            return
        start = () if hx is None else tuple(hx) if isinstance(hx, tuple | list) else (hx,)
        place = self._place(given)
        dtype = tensors[0].dtype
        call = Call(
            numbers(place.of_input(_data(given)), dtype),
            None if not isinstance(given, PackedSequence) else given.batch_sizes.tolist(),
        )
        for part, name in zip(start, ("h_0", "c_0"), strict=False):
            setattr(call, name, numbers(place.of_state(part)))
        call.h_n = numbers(place.of_state(state[0]))
        call.follows = self._follows(start)
        call.c_whole = self.kind == "LSTMCell" and _made_of(*state)
        call.derived = call.follows is None and any(one.grad_fn is not None for one in start)
        if not self.room(sum(getattr(one, "nbytes", 0) for one in _arrays(call))):
            self.overfull = True
            return
        if not self.weights:
            self.weights = {
                name: numbers(value, dtype) for name, value in self.parameters(leaves=False).items()
            }
            self.versions = {name: p._version for name, p in self.parameters().items()}
        training, kind = self.module.training, str(dtype).removeprefix("torch.")
        seen = Seen(call, start, state, kind, training, self.part)
        self.seen.append(seen)
        if shown is not None:
            _catch(shown, seen, "output_gradient", place.of_input)
        for part, name in zip(state, ("h_gradient", "c_gradient"), strict=False):
            _catch(part, seen, name, place.of_state)

    def _follows(self, start: tuple[torch.Tensor, ...]) -> int | None:
        """The earlier call whose last state is this initial state: the very same tensors."""
        for index in reversed(range(len(self.seen))):
            state = self.seen[index].state
            if len(start) == len(state) and all(map(operator.is_, start, state)):
                return index
        return None

    def _place(self, given: Any) -> _Place:
        if isinstance(given, PackedSequence):
            return _Place(order=given.sorted_indices)
        if self.kind.endswith("Cell"):
            return _Place(cell=True, single=given.dim() == 1)
        return _Place(
            single=given.dim() == 2,
            batch_first=bool(self.module.batch_first) and given.dim() == 3,
        )

    # --- the parameters ------------------------------------------------------------------------

    def parameters(self, leaves: bool = True) -> dict[str, Any]:
        """Name → weight or bias; only those that are parameters of the module itself, or all."""
        if leaves:
            return dict(self.module.named_parameters(recurse=False))
        names = getattr(self.module, "_flat_weights_names", None)
        if names is None:
            names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
        found = {name: getattr(self.module, name, None) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def moved(self) -> bool:
        """Whether a parameter has changed since its value was captured."""
        now = self.parameters()
        return any(now[name]._version != version for name, version in self.versions.items())

    @property
    def thrown_away(self) -> bool:
        """Whether nothing is left in any ``.grad``."""
        grads = [p.grad for p in self.parameters().values() if p.requires_grad]
        return not any(grad is not None and bool(grad.any()) for grad in grads)

    def back(self, name: str, gradient: torch.Tensor) -> None:
        """What one backward adds to a ``.grad``, before processes average it."""
        more = gradient.detach().clone()
        self.arrived[name] = self.arrived[name] + more if name in self.arrived else more

    def before_backward(self) -> None:
        """Begin to listen."""
        for seen in self.seen:
            seen.reached = False
        self.arrived = {}

    def after_backward(self) -> bool:
        """Add what this backward added, if it came through a captured call."""
        if not any(seen.reached for seen in self.seen):
            return False
        for name, more in self.arrived.items():
            self.added[name] = self.added[name] + more if name in self.added else more
        self.arrived = {}
        return True

    def empty(self) -> None:
        """What has come back was thrown away."""
        self.added = {}
        for seen in self.seen:
            seen.empty()

    # --- what is handed on ---------------------------------------------------------------------

    def described(self) -> Module:
        """The module without a step."""
        one: Any = self.module
        return Module(
            name=self.name,
            kind=self.kind,
            layers=getattr(one, "num_layers", 1),
            bidirectional=bool(getattr(one, "bidirectional", False)),
            input_size=one.input_size,
            hidden_size=one.hidden_size,
            proj_size=getattr(one, "proj_size", 0),
            activation=str(getattr(one, "nonlinearity", "tanh") or "tanh").lower(),
            dtype=str(next(one.parameters()).dtype).removeprefix("torch."),
        )

    def taken(self, loss_scale: float | None) -> Module:
        """The module with its captured step, the loss scale divided out."""
        found = self.described()
        found.loss_scale = loss_scale
        by = 1.0 if loss_scale is None else 1.0 / loss_scale
        kept = {n: seen for n, seen in enumerate(self.seen) if _arrived(seen.call)}
        place = {n: index for index, n in enumerate(kept)}
        for seen in kept.values():
            call = seen.call
            for name in ("output_gradient", "h_gradient", "c_gradient"):
                value = getattr(call, name)
                if value is not None and loss_scale is not None:
                    setattr(call, name, value.astype(np.float64) * by)
            call.follows = None if call.follows is None else place.get(call.follows)
            found.calls.append(call)
            found.dtype = seen.dtype
        found.weights = self.weights
        found.micro_batches = max(1, len({seen.part for seen in kept.values()}))
        found.gradients = {
            name: numbers(self.added[name]) if name in self.added else None for name in self.weights
        }
        if loss_scale is not None:
            found.gradients = {
                name: None if value is None else value.astype(np.float64) * by
                for name, value in found.gradients.items()
            }
        return found


def _made_of(h: torch.Tensor, c: torch.Tensor) -> bool:
    """Whether h was computed from c in sight of autograd: h = o ⊙ tanh(c), two nodes away."""
    if h.grad_fn is None or c.grad_fn is None or h.grad_fn is c.grad_fn:
        return False
    nodes = [h.grad_fn]
    for _ in range(2):
        nodes = [after for node in nodes for after, _ in node.next_functions if after is not None]
        if c.grad_fn in nodes:
            return True
    return False


def _arrived(call: Call) -> bool:
    given = call.output_gradient, call.h_gradient, call.c_gradient
    return any(one is not None for one in given)


def _arrays(call: Call) -> list[Any]:
    return [call.x, call.h_0, call.c_0, call.h_n]


def _data(given: Any) -> torch.Tensor:
    return given.data if isinstance(given, PackedSequence) else given


def _outputs(kind: str, output: Any) -> tuple[torch.Tensor | None, tuple[torch.Tensor, ...]]:
    """The output over all steps, which a cell has not, and the state after the last."""
    if kind.endswith("Cell"):
        return None, output if isinstance(output, tuple) else (output,)
    shown, state = output
    return _data(shown), state if isinstance(state, tuple) else (state,)


@dataclass(frozen=True, slots=True)
class _Place:
    """How a call's tensors become time-major arrays with a batch: (T, B, ·) and (S, B, ·)."""

    cell: bool = False
    single: bool = False
    batch_first: bool = False
    order: torch.Tensor | None = None

    def of_input(self, tensor: torch.Tensor) -> torch.Tensor:
        """An input or an output."""
        if self.cell:
            return self.of_state(tensor)
        if self.single:
            return tensor.unsqueeze(1)
        return tensor.transpose(0, 1) if self.batch_first else tensor

    def of_state(self, tensor: torch.Tensor) -> torch.Tensor:
        """A state, of a packed sequence in the packed order."""
        if self.cell:
            return tensor.reshape(1, -1, tensor.shape[-1])
        if self.single:
            return tensor.unsqueeze(1)
        return tensor if self.order is None else tensor.index_select(1, self.order)


def _catch(
    tensor: torch.Tensor, seen: Seen, name: str, place: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    """Add every gradient that reaches a tensor to the call's own."""
    if not tensor.requires_grad:
        return

    def arrived(gradient: torch.Tensor) -> None:
        if seen.closed:
            return
        try:
            value, before = numbers(place(gradient)), getattr(seen.call, name)
            setattr(seen.call, name, value if before is None else before + value)
            seen.reached = True
        except Exception:  # noqa: BLE001  (the training goes on, whatever it is)
            seen.closed = True

    tensor.register_hook(arrived)
