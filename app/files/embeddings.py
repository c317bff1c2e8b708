"""Embeddings: tables of which a token takes one row, and the modules that read these rows."""

from collections.abc import Iterator
from dataclasses import replace

from unrolled.app.errors import shown
from unrolled.app.files.content import Content, Module, Tensor
from unrolled.app.files.heads import width
from unrolled.app.files.keras_names import said_of

_CALLED = "emb"
"""What stands in the name of nearly every embedding."""


def told(content: Content, modules: list[Module]) -> list[Module]:
    """The modules; one that reads as many numbers as a row of an embedding has says so.

    What reads the states of a module before it is not said to read an embedding.
    """
    used = {one.name for module in modules for layer in module.layers for one in layer.values()}
    tables = [one for one in _tables(content) if one.name not in used]
    found: list[Module] = []
    states: set[int] = set()
    first: set[str] = set()
    for module in modules:
        lowest = {one.name for one in module.layers[0].values()} if module.layers else set()
        above = module.input_size in states and not lowest & first
        fitting = [one for one in tables if one.shape[1] == module.input_size and not above]
        if fitting:
            first |= lowest
        words = (_words(fitting),) if fitting else ()
        states.add(width(module))
        found.append(replace(module, assumed=(*module.assumed, *words)))
    return found


def _tables(content: Content) -> Iterator[Tensor]:
    for tensor in content.tensors:
        if len(tensor.shape) == 2 and tensor.read is not None and all(tensor.shape):
            key, _ = said_of(tensor.name.rpartition("/")[0], content.facts)
            kind = content.facts[key].get("class") if key else None
            called = _CALLED in tensor.name.lower()
            if called if kind is None else str(kind).endswith("Embedding"):
                yield tensor


def _words(tables: list[Tensor]) -> str:
    names = " or ".join(f"{shown(one.name)} ({one.shape[0]} tokens)" for one in tables[:3])
    size = tables[0].shape[1]
    return (
        f"what it reads are rows of the embedding {names}, {size} numbers a token: the embedding "
        "is not computed here, and a text is no input for it"
    )
