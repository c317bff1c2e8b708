"""Keras: what a model's configuration says of the layers between a recurrent one and a Dense."""

from collections.abc import Iterator
from typing import Any

from unrolled.app.errors import shown
from unrolled.app.files.readers import OF_THE_LOSS, UNSAID, Reader, of_the_loss

Facts = dict[str, dict[str, Any]]

SOURCES = "unrolled:sources"
"""Where the facts of a layer keep what it reads: names, each with the number of the output."""

_RECURRENT = {"SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional"}
_PASSING = {
    "Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianDropout", "GaussianNoise",
    "ActivityRegularization", "Flatten", "Identity",
}  # fmt: skip
"""What leaves numbers as they are when the model is asked."""


_MOST_STEPS = 50


def sources(layer: dict[str, Any], before: str | None) -> list[tuple[str, int]]:
    """What a layer reads.

    Args:
        layer: its entry in the configuration.
        before: the layer before it, where the model is a Sequential.
    """
    if "inbound_nodes" not in layer:
        return [] if before is None else [(before, 0)]
    return list(dict.fromkeys(_histories(layer["inbound_nodes"], 0)))


def _histories(said: Any, depth: int) -> Iterator[tuple[str, int]]:
    """[name, number of the call, number of the output], wherever it stands."""
    if depth > 20:
        return
    if isinstance(said, dict):
        for one in said.values():
            yield from _histories(one, depth + 1)
    elif isinstance(said, list):
        if len(said) >= 3 and isinstance(said[0], str) and type(said[2]) is int:
            yield said[0], said[2]
            return
        for one in said:
            yield from _histories(one, depth + 1)


def reader(key: str, facts: Facts) -> Reader | None:
    """How the matrix of a layer reads states.

    Args:
        key: of the layer in the facts; "": it is not among them.
        facts: of all layers.
    """
    if key not in facts:
        return Reader(assumed=(UNSAID,))
    kind, said = _plain(facts[key])
    if kind == "Embedding":
        return None
    if kind != "Dense":
        return Reader(why_not=f"it belongs to a layer of class {shown(kind)}; allowed: 'Dense'")
    own = {str(one.get("name")): name for name, one in facts.items()}
    reads, before = _before(facts, own, key)
    assumed, why = _judged(said.get("activation"))
    more, behind = _after(facts, own, key)
    return Reader(reads, assumed=(*assumed, *more), why_not=why or before or behind)


def _plain(said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Class and configuration, of a TimeDistributed those of its layer."""
    inner = said.get("layer")
    if said.get("class") == "TimeDistributed" and isinstance(inner, dict):
        config = inner.get("config")
        return str(inner.get("class_name")), config if isinstance(config, dict) else {}
    return str(said.get("class")), said


def _judged(activation: Any) -> tuple[tuple[str, ...], str | None]:
    """What is assumed of an activation behind the head, or why the head cannot be taken."""
    if activation in (None, "linear"):
        return (), None
    if isinstance(activation, str) and activation in OF_THE_LOSS:
        return (of_the_loss(activation),), None
    allowed = ", ".join(("linear", *OF_THE_LOSS))
    return (), f"its activation is {shown(activation)}; allowed: {allowed}"


def _before(facts: Facts, own: dict[str, str], key: str) -> tuple[str | None, str | None]:
    """The recurrent layer that is read, and what stands between that changes its states."""
    for _ in range(_MOST_STEPS):
        read = facts[key][SOURCES]
        if len(read) > 1:
            return None, "it, or what stands before it, reads several layers or is used repeatedly"
        if not read or read[0][0] not in own:
            return None, "it reads no states of a recurrent layer"
        key, output = own[read[0][0]], read[0][1]
        kind, said = _plain(facts[key])
        if kind in _RECURRENT:
            cell = kind == "LSTM" and output == 2
            return key, "it reads the cell state; allowed: the states h" if cell else None
        if kind == "InputLayer":
            return None, "it reads no states of a recurrent layer"
        if not (kind in _PASSING or (kind == "Activation" and said.get("activation") == "linear")):
            return None, f"{_called(kind, said)} stands between the layer and the head"
    return None, "too many layers stand between the layer and the head"


def _after(facts: Facts, own: dict[str, str], key: str) -> tuple[tuple[str, ...], str | None]:
    """What is assumed of the layers behind a head, and what there changes its numbers."""
    assumed: list[str] = []
    waiting, seen = [key], {key}
    while waiting:
        name = str(facts[waiting.pop()].get("name"))
        for other, one in facts.items():
            if other in seen or name not in (source for source, _ in one[SOURCES]):
                continue
            seen.add(other)
            kind, said = _plain(one)
            activation = {"Softmax": "softmax"}.get(kind, said.get("activation"))
            if kind in ("Softmax", "Activation"):
                words, why = _judged(activation)
                if why is not None:
                    return (), f"{_called(kind, said)} stands behind the head: {why}"
                assumed += words
            elif kind not in _PASSING:
                return (), f"{_called(kind, said)} stands behind the head"
            waiting.append(other)
            if len(seen) > _MOST_STEPS:
                return (), "too many layers stand behind the head"
    return tuple(assumed), None


def _called(kind: str, said: dict[str, Any]) -> str:
    return f"the layer {shown(said.get('name'))} of class {shown(kind)}"
