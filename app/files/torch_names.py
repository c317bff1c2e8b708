"""PyTorch's names: the parameters of nn.RNN, nn.LSTM and nn.GRU, and of their cells."""

import re
from collections.abc import Iterator

from unrolled.app.files.content import Module, Tensor

_NAMED = re.compile(
    r"(?:(?P<prefix>.*)[./])?(?P<array>(?:weight|bias)_(?:ih|hh)|weight_hr)"
    r"(?:_l(?P<layer>\d{1,3})(?P<reverse>_reverse)?)?"
)
KINDS = {1: "torch.nn.RNN", 3: "torch.nn.GRU", 4: "torch.nn.LSTM"}
"""G, the blocks of H rows → the module; of one that is no recurrent layer there is none."""
PROJECTED = {4: "torch.nn.LSTM(proj_size)"}
"""The same of one that projects its states."""
TANH = "its activation is tanh: names and shapes do not say whether it is relu"

_Layers = dict[int, dict[str, Tensor]]


def modules(tensors: list[Tensor]) -> Iterator[Module]:
    """The modules whose parameters are called as PyTorch calls them."""
    groups: dict[tuple[str, bool], _Layers] = {}
    for tensor in tensors:
        found = _NAMED.fullmatch(tensor.name)
        if found is not None:
            cell = found["layer"] is None
            group = groups.setdefault((found["prefix"] or "", cell), {})
            own = group.setdefault(int(found["layer"] or 0), {})
            own.setdefault(f"{found['array']}{found['reverse'] or ''}", tensor)
    for (prefix, _), layers in groups.items():
        yield from _module(prefix, layers)


def _module(prefix: str, layers: _Layers) -> Iterator[Module]:
    first = layers.get(0, {})
    past, inward = first.get("weight_hh"), first.get("weight_ih")
    if past is None or inward is None or len(past.shape) != 2 or len(inward.shape) != 2:
        return
    rows, reads = past.shape
    projection = first.get("weight_hr")
    projected = projection is not None and len(projection.shape) == 2
    hidden = projection.shape[1] if projection is not None and projected else reads
    blocks = rows // hidden if hidden else 0
    kind = (PROJECTED if projected else KINDS).get(blocks)
    if kind is None or rows != blocks * hidden:
        return
    yield Module(
        prefix or KINDS[blocks].rpartition(".")[2].lower(),
        kind,
        tuple(layers[n] for n in sorted(layers)),
        inward.shape[1],
        hidden,
        projection_size=reads if projected else None,
        activation="tanh" if blocks == 1 else None,
        assumed=(TANH,) if blocks == 1 else (),
        why_not=_wrong(layers, blocks, hidden, reads, projected=projected),
    )


def _wrong(layers: _Layers, blocks: int, hidden: int, reads: int, *, projected: bool) -> str | None:
    """What does not fit together."""
    if sorted(layers) != list(range(len(layers))):
        return f"it has layers {', '.join(map(str, sorted(layers)))}; needed: 0, 1, … in turn"
    if reads > hidden:
        return f"it projects {hidden} units to {reads}; allowed: at most {hidden}"
    directions = 2 if any(name.endswith("_reverse") for name in layers[0]) else 1
    ends = ("", "_reverse")[:directions]
    inputs = layers[0]["weight_ih"].shape[1]
    for layer in range(len(layers)):
        own = layers[layer]
        shapes = {
            "weight_ih": (blocks * hidden, reads * directions if layer else inputs),
            "weight_hh": (blocks * hidden, reads),
            "bias_ih": (blocks * hidden,),
            "bias_hh": (blocks * hidden,),
            "weight_hr": (reads, hidden),
        }
        needed = {f"{name}{end}" for name in ("weight_ih", "weight_hh") for end in ends}
        if projected:
            needed |= {f"weight_hr{end}" for end in ends}
        if any(name.startswith("bias") for name in own):
            needed |= {f"{name}{end}" for name in ("bias_ih", "bias_hh") for end in ends}
        if missing := sorted(needed - own.keys()):
            return f"{missing[0]} of layer {layer} is missing"
        for name, tensor in own.items():
            shape = shapes[name.removesuffix("_reverse")]
            if tensor.shape != shape:
                return f"{tensor.name} has shape {tensor.shape}; needed: {shape}"
    return None
