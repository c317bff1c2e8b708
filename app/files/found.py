"""The recurrent layers of a file and their heads, found by names and shapes."""

from dataclasses import replace
from itertools import islice
from typing import TypeVar

from unrolled.app.files import bare_names, embeddings, keras_names, torch_names
from unrolled.app.files.content import FLOATS, Content, Module, Refused
from unrolled.app.files.heads import Head, heads

Named = TypeVar("Named", Module, Head)

MOST_FOUND = 64
"""Modules, and heads, of one file."""


def find(content: Content) -> tuple[list[Module], list[Head]]:
    """What of a file is a recurrent layer, and what may read its states.

    Raises:
        Refused: nothing is.
    """
    modules = [
        *content.modules,
        *torch_names.modules(content.tensors),
        *keras_names.modules(content),
    ]
    if not modules:
        modules = list(bare_names.modules(content.tensors))
    modules += _stacks(modules)
    if not modules:
        raise _nothing(content)
    modules = [_judged(one) for one in modules[:MOST_FOUND]]
    modules = embeddings.told(content, _once(modules))
    return modules, _once(list(islice(heads(content, modules), MOST_FOUND)))


def _judged(module: Module) -> Module:
    """With what is wrong with its arrays, where that is so."""
    if module.why_not is not None:
        return module
    for layer in module.layers:
        for tensor in layer.values():
            if tensor.read is None:
                return replace(
                    module,
                    why_not=f"{tensor.name} holds {tensor.dtype}; allowed: {', '.join(FLOATS)}",
                )
    if not module.input_size or not module.hidden_size:
        return replace(module, why_not="one of its sizes is 0; allowed: from 1")
    return module


def _stacks(modules: list[Module]) -> list[Module]:
    """Layers that stand one after the other and fit on each other, as one module beside them."""
    found, run = [], modules[:1]
    for module in [*modules[1:], None]:
        if module is not None and _fits(run[-1], module):
            run.append(module)
            continue
        if len(run) > 1:
            found.append(_stack(run))
        run = [module] if module is not None else []
    return found


def _fits(below: Module, module: Module) -> bool:
    plain = (below, module)
    return (
        below.kind == module.kind
        and all(len(one.layers) == 1 and not one.bidirectional for one in plain)
        and all(one.projection_size is None and one.why_not is None for one in plain)
        and below.hidden_size == module.hidden_size == module.input_size
        and below.activation == module.activation
        and below.layers[0].keys() == module.layers[0].keys()
    )


def _stack(run: list[Module]) -> Module:
    first = run[0]
    words = f"{', '.join(one.name for one in run[1:])} reads the states of the one before"
    return replace(
        first,
        name=" + ".join(one.name for one in run),
        layers=tuple(layer for one in run for layer in one.layers),
        assumed=(*first.assumed, words),
    )


def _once(found: list[Named]) -> list[Named]:
    """Each with a name of its own."""
    counts: dict[str, int] = {}
    named = []
    for one in found:
        count = counts[one.name] = counts.get(one.name, 0) + 1
        named.append(replace(one, name=f"{one.name} ({count})") if count > 1 else one)
    return named


def _nothing(content: Content) -> Refused:
    some = "; ".join(f"{one.name} {one.shape}" for one in content.tensors[:5]) or "none"
    more = f" and {len(content.tensors) - 5} more" if len(content.tensors) > 5 else ""
    return Refused(
        f"no recurrent layer was found among its tensors ({some}{more}); looked for: PyTorch's "
        "weight_ih_l0 and weight_hh_l0, a cell's weight_ih and weight_hh, Keras's kernel and "
        "recurrent_kernel, W_xh and W_hh, and ONNX's RNN, LSTM and GRU"
    )
