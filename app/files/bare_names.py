"""Arrays called as formulas call them: W_xh, W_hh, b_h, and how others write the same."""

import re
from collections.abc import Iterator

import numpy as np

from unrolled.app.files.content import Module, Tensor, Values
from unrolled.app.files.torch_names import KINDS, TANH

_NAMINGS = (
    ("W_xh", "W_hh", ("b_h",)),
    ("W_ih", "W_hh", ("b_ih", "b_hh")),
    ("w_ih", "w_hh", ("b_ih", "b_hh")),
    ("Wxh", "Whh", ("bh",)),
    ("W_x", "W_h", ("b",)),
    ("Wx", "Wh", ("b",)),
    ("W", "U", ("b",)),
    ("W", "R", ("b",)),
)
"""What multiplies the input, what multiplies the past, and the biases."""
_NAMED = re.compile(
    r"(?:(?P<prefix>.*)[./])?(?P<array>[A-Za-z]+(?:_[a-z]{1,2})?)(?:_l?(?P<layer>\d{1,3}))?"
)

_SQUARE = "its matrices have a row for each unit they lead to: shapes do not say which way they lie"
_ROWS = "its blocks stand in PyTorch's order, {}"
_COLUMNS = "its blocks stand in Keras's order, {}"
_OUTSIDE = "its one bias stands outside the product with the reset gate"
_ORDERS = {3: ("r, z, n", "z, r, n"), 4: ("i, f, g, o", "i, f, g, o")}
_KERAS = {1: "keras.SimpleRNN", 3: "keras.GRU(reset_after=False)", 4: "keras.LSTM"}

_Layers = dict[int, dict[str, Tensor]]


def modules(tensors: list[Tensor]) -> Iterator[Module]:
    """The modules whose arrays bear one of the namings."""
    groups: dict[str, _Layers] = {}
    for tensor in tensors:
        found = _NAMED.fullmatch(tensor.name)
        if found is not None:
            layers = groups.setdefault(found["prefix"] or "", {})
            layers.setdefault(int(found["layer"] or 0), {}).setdefault(found["array"], tensor)
    for prefix, layers in groups.items():
        for inward, past, biases in _NAMINGS:
            if {inward, past} <= layers.get(0, {}).keys():
                module = _module(prefix, layers, (inward, past, biases))
                if module is not None:
                    yield module
                break


def _module(
    prefix: str, layers: _Layers, naming: tuple[str, str, tuple[str, ...]]
) -> Module | None:
    inward, past, _ = naming
    kept = [layers[n] for n in sorted(layers) if {inward, past} <= layers[n].keys()]
    first = kept[0]
    shapes = first[inward].shape, first[past].shape
    if len(shapes[0]) != 2 or len(shapes[1]) != 2:
        return None
    (rows, columns), hidden = shapes[1], min(shapes[1])
    blocks = max(rows, columns) // hidden if hidden else 0
    if blocks not in KINDS or max(rows, columns) != blocks * hidden:
        return None
    turned = rows < columns
    assumed: list[str] = []
    if blocks == 1:
        turned = shapes[0][0] != hidden
        assumed += [_SQUARE] if shapes[0] == shapes[1] else []
        assumed += [TANH]
    else:
        words = _COLUMNS if turned else _ROWS
        assumed += [words.format(_ORDERS[blocks][turned])]
    kind = _KERAS[blocks] if turned else KINDS[blocks]
    made = [_layer(own, naming, turned, blocks * hidden) for own in kept]
    if kind == "torch.nn.GRU" and len(naming[2]) == 1 and "bias_ih" in made[0]:
        assumed += [_OUTSIDE]
    name = prefix or kind.replace("(", ".").split(".")[-2 if "(" in kind else -1].lower()
    return Module(
        name,
        kind,
        tuple(made),
        shapes[0][0] if turned else shapes[0][1],
        hidden,
        activation="tanh" if blocks == 1 else None,
        assumed=tuple(assumed),
        why_not=_wrong(made, turned, blocks * hidden, hidden),
    )


def _layer(
    own: dict[str, Tensor], naming: tuple[str, str, tuple[str, ...]], turned: bool, rows: int
) -> dict[str, Tensor]:
    """One layer's arrays under their framework's names."""
    inward, past, biases = naming
    given = [own[name] for name in biases if name in own]
    if turned:
        found = {"kernel": own[inward], "recurrent_kernel": own[past]}
        if len(given) == 1:
            found["bias"] = given[0]
        elif given:
            found |= {"bias_ih": given[0], "bias_hh": given[1]}
        return found
    found = {"weight_ih": own[inward], "weight_hh": own[past]}
    if given:
        found["bias_ih"] = given[0]
        found["bias_hh"] = given[1] if len(given) > 1 else given[0].part((rows,), _none)
    return found


def _none(values: Values) -> Values:
    return np.zeros_like(values)


def _wrong(layers: list[dict[str, Tensor]], turned: bool, rows: int, hidden: int) -> str | None:
    """What does not fit together."""
    for number, own in enumerate(layers):
        for name, tensor in own.items():
            wide = hidden
            if name in ("weight_ih", "kernel") and not number:
                wide = tensor.shape[0 if turned else 1]
            matrix = (wide, rows) if turned else (rows, wide)
            needed: tuple[int, ...] = (rows,) if name.startswith("bias") else matrix
            if tensor.shape != needed:
                return f"{tensor.name} has shape {tensor.shape}; needed: {needed}"
        if turned and "bias_ih" in own:
            return "it has two biases beside transposed matrices; allowed: one"
    return None
