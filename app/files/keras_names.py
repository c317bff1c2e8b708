"""Keras's names: kernel, recurrent_kernel and bias, or the numbers of a layer's variables."""

import re
from collections.abc import Iterator
from typing import Any

from unrolled.app.errors import shown
from unrolled.app.files.content import Content, Module, Tensor

_NAMED = re.compile(r"(?:(?P<prefix>.*)/)?(?P<array>kernel|recurrent_kernel|bias)(?::0)?")
_NUMBERED = re.compile(r"(?P<prefix>.*(?:cell|rnn|lstm|gru)(?:_\d+)?)/vars/(?P<number>[012])")
_ARRAYS = ("kernel", "recurrent_kernel", "bias")
_DIRECTION = re.compile(r"(?P<base>.*?)(?:^|/)(?P<which>forward|backward)_[^/]*(?:/.*)?")
_KINDS = {1: "keras.SimpleRNN", 3: "keras.GRU", 4: "keras.LSTM"}
_RELU = "keras.LSTM(activation='relu')"
_BEFORE = "keras.GRU(reset_after=False)"
_SIMPLE = {"tanh", "relu", "sigmoid", "linear"}

_TANH = "its activation is tanh, Keras's default: the file does not say it"
_OWN = "its activations are tanh and sigmoid, Keras's defaults: the file does not say them"
_AFTER = "its reset gate acts {}: without biases and a configuration the file does not say it"

_Arrays = dict[str, Tensor]


def modules(content: Content) -> Iterator[Module]:
    """The modules whose variables are called as Keras calls them."""
    groups: dict[str, _Arrays] = {}
    for tensor in content.tensors:
        plain, numbered = _NAMED.fullmatch(tensor.name), _NUMBERED.fullmatch(tensor.name)
        if plain is not None:
            groups.setdefault(plain["prefix"] or "", {}).setdefault(plain["array"], tensor)
        elif numbered is not None:
            array = _ARRAYS[int(numbered["number"])]
            groups.setdefault(numbered["prefix"], {}).setdefault(array, tensor)
    for prefix, arrays in _both_directions(groups).items():
        if "recurrent_kernel" in arrays and "kernel" in arrays:
            yield from _module(prefix, arrays, content.facts)


def _both_directions(groups: dict[str, _Arrays]) -> dict[str, _Arrays]:
    """Forward and backward layers of one Bidirectional as one group."""
    halves: dict[str, dict[str, str]] = {}
    for prefix, arrays in groups.items():
        found = _DIRECTION.fullmatch(prefix)
        if found is not None and "recurrent_kernel" in arrays:
            halves.setdefault(found["base"], {})[found["which"]] = prefix
    merged = dict(groups)
    for base, pair in halves.items():
        if len(pair) == 2:
            forward, backward = merged.pop(pair["forward"]), merged.pop(pair["backward"])
            merged[base] = forward | {f"{name}_reverse": one for name, one in backward.items()}
    return merged


def _module(prefix: str, arrays: _Arrays, facts: dict[str, dict[str, Any]]) -> Iterator[Module]:
    inward, past = arrays["kernel"], arrays["recurrent_kernel"]
    if len(inward.shape) != 2 or len(past.shape) != 2:
        return
    hidden, columns = past.shape
    blocks = columns // hidden if hidden else 0
    kind = _KINDS.get(blocks)
    if kind is None or columns != blocks * hidden:
        return
    key, said = said_of(prefix, facts)
    assumed: tuple[str, ...] = ()
    if not said:
        assumed = (_TANH,) if blocks == 1 else (_OWN,)
    name = str(said.get("layer") or key or _short(prefix) or kind.partition(".")[2].lower())
    bias = arrays.get("bias")
    kinds = [_RELU if blocks == 4 and said.get("activation") == "relu" else kind]
    if blocks == 3:
        if bias is not None:
            kinds = [kind if len(bias.shape) == 2 else _BEFORE]
        elif "reset_after" in said:
            kinds = [kind if said["reset_after"] else _BEFORE]
        else:
            kinds = [kind, _BEFORE]
    for one in kinds:
        more = len(kinds) > 1
        where = "before the product" if one == _BEFORE else "after the product"
        yield Module(
            f"{name} (reset_after=False)" if more and one == _BEFORE else name,
            one,
            (arrays,),
            inward.shape[0],
            hidden,
            activation=_activation(said) if blocks == 1 else None,
            assumed=(*assumed, _AFTER.format(where)) if more else assumed,
            why_not=_wrong(arrays, blocks, hidden, one) or _why_not(said, blocks),
        )


def said_of(prefix: str, facts: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The layer that a name belongs to, and what the configuration says of it.

    Answers:
        the layer's key and its facts: those of the cell, of a Bidirectional those of its layer,
        with the layer's own name as `layer`, its class as `class`.
    """
    key = next((part for part in prefix.split("/") if part in facts), "")
    said = dict(facts.get(key, {}))
    own = said.get("name")
    merged, inner = said.get("merge_mode"), said.get("layer", said.get("cell"))
    if isinstance(inner, dict) and isinstance(inner.get("config"), dict):
        said = inner["config"] | ({"merge_mode": merged} if "merge_mode" in said else {})
        cell = said.get("cell")
        if isinstance(cell, dict) and isinstance(cell.get("config"), dict):
            said = cell["config"] | {
                n: said[n] for n in ("merge_mode", "go_backwards") if n in said
            }
    said = {name: value for name, value in said.items() if name != "layer"}
    if "units" not in said:
        return key, {"layer": own} if own and key else {}
    return key, said | ({"layer": own} if own else {})


def _activation(said: dict[str, Any]) -> str:
    return str(said.get("activation", "tanh"))


def _why_not(said: dict[str, Any], blocks: int) -> str | None:
    """What the configuration says that is computed nowhere here."""
    activation, gates = said.get("activation", "tanh"), said.get("recurrent_activation", "sigmoid")
    if blocks == 1 and (not isinstance(activation, str) or activation not in _SIMPLE):
        return f"its activation is {shown(activation)}; allowed: {', '.join(sorted(_SIMPLE))}"
    relu = blocks == 4 and activation == "relu"
    if blocks > 1 and ("tanh" if relu else activation, gates) != ("tanh", "sigmoid"):
        allowed = "'tanh' or 'relu'" if blocks == 4 else "'tanh'"
        return (
            f"its activations are {shown(activation)} and {shown(gates)}; allowed: {allowed} "
            "and 'sigmoid'"
        )
    if said.get("go_backwards"):
        return "it reads the sequence from its end; allowed: from its beginning"
    if said.get("merge_mode", "concat") != "concat":
        return f"its directions are merged by {shown(said['merge_mode'])}; allowed: 'concat'"
    return None


def _wrong(arrays: _Arrays, blocks: int, hidden: int, kind: str) -> str | None:
    """What does not fit together."""
    rows = blocks * hidden
    shapes = {
        "kernel": (arrays["kernel"].shape[0], rows),
        "recurrent_kernel": (hidden, rows),
        "bias": (2, rows) if kind == "keras.GRU" else (rows,),
    }
    for name, tensor in arrays.items():
        shape = shapes[name.removesuffix("_reverse")]
        if tensor.shape != shape:
            return f"{tensor.name} has shape {tensor.shape}; needed: {shape}"
    return None


def _short(prefix: str) -> str:
    """A prefix without the words that every layer has."""
    parts = [part for part in prefix.split("/") if part not in ("layers", "model_weights")]
    if parts[-1:] == ["cell"]:
        parts.pop()
    return "/".join(parts)
