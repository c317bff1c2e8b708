"""ONNX: the nodes RNN, LSTM and GRU of a graph as modules.

Source: the operators' descriptions, onnx.ai: blocks i, o, f, c of LSTM and z, r, h of GRU.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.files.content import Module, Tensor, Values, reading

_PASSING = {"Transpose", "Squeeze", "Unsqueeze", "Reshape", "Identity", "Dropout"}
"""What may stand between two layers that are stacked."""


@dataclass(frozen=True, slots=True)
class _Operator:
    """A recurrent operator.

    Attributes:
        kind: the module of the engine that computes the same.
        order: block of the module → block of the operator.
        activations: those that the module has, of one direction; of RNN the first is free.
        whole: whether both biases are one, and matrices transposed, as in Keras.
    """

    kind: str
    order: tuple[int, ...]
    activations: tuple[str, ...]
    whole: bool = False


_OPERATORS = {
    ("RNN", 0): _Operator("torch.nn.RNN", (0,), ("Tanh",)),
    ("LSTM", 0): _Operator("torch.nn.LSTM", (0, 2, 3, 1), ("Sigmoid", "Tanh", "Tanh")),
    ("GRU", 1): _Operator("torch.nn.GRU", (1, 0, 2), ("Sigmoid", "Tanh")),
    ("GRU", 0): _Operator(
        "keras.GRU(reset_after=False)", (0, 1, 2), ("Sigmoid", "Tanh"), whole=True
    ),
}
"""Operator and its linear_before_reset → what computes the same."""
_SIMPLE = {"Tanh": "tanh", "Relu": "relu", "Sigmoid": "sigmoid"}


@dataclass(frozen=True, slots=True)
class _Node:
    """One recurrent node, as one layer of a module."""

    name: str
    made: str
    reads: str
    module: Module
    settings: tuple[Any, ...]


def modules(graph: Any, tensors: dict[str, Tensor]) -> Iterator[Module]:
    """Nodes whose states go into the next one, and nothing else of weight between, are stacked."""
    nodes = [
        _node(number, node, tensors)
        for number, node in enumerate(graph.node)
        if node.op_type in {"RNN", "LSTM", "GRU"} and node.domain in ("", "ai.onnx")
    ]
    passed = {
        output: node.input[0]
        for node in graph.node
        if node.op_type in _PASSING and node.input
        for output in node.output[:1]
    }
    by_output = {node.made: number for number, node in enumerate(nodes) if node.made}
    above: dict[int, int] = {}
    for number, node in enumerate(nodes):
        source, steps = node.reads, 0
        while source in passed and steps < 10:
            source, steps = passed[source], steps + 1
        below = by_output.get(source)
        if below is not None and below not in above and _stack(nodes[below], node):
            above[below] = number
    for number in range(len(nodes)):
        if number in above.values():
            continue
        chain = [number]
        while chain[-1] in above and above[chain[-1]] not in chain:
            chain.append(above[chain[-1]])
        yield _stacked([nodes[one] for one in chain])


def _stack(below: _Node, node: _Node) -> bool:
    wide = below.module.hidden_size * (2 if below.module.bidirectional else 1)
    alike = below.settings == node.settings and below.module.hidden_size == node.module.hidden_size
    return (
        alike
        and node.module.input_size == wide
        and not (below.module.why_not or node.module.why_not)
    )


def _stacked(nodes: list[_Node]) -> Module:
    first = nodes[0].module
    layers = tuple(node.module.layers[0] for node in nodes)
    return Module(
        first.name,
        first.kind,
        layers,
        first.input_size,
        first.hidden_size,
        activation=first.activation,
        assumed=first.assumed,
        why_not=first.why_not,
    )


def _node(number: int, node: Any, tensors: dict[str, Tensor]) -> _Node:
    """A node; what the engine does not compute is said by the module's `why_not`."""
    from onnx import helper

    with reading("ONNX"):
        said = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    before = said.get("linear_before_reset", 0) if node.op_type == "GRU" else 0
    operator = _OPERATORS[node.op_type, 1 if before else 0]
    direction = said.get("direction", b"forward")
    direction = direction.decode("utf-8", "replace") if isinstance(direction, bytes) else "?"
    directions = 2 if direction == "bidirectional" else 1
    activations = [
        one.decode("utf-8", "replace") if isinstance(one, bytes) else "?"
        for one in said.get("activations", [])
    ] or [*operator.activations] * directions
    name = node.name or f"{node.op_type}_{number}"
    name = name if name.isprintable() and len(name) <= 200 else f"{node.op_type}_{number}"
    inputs = [*node.input, *[""] * 8][:8]
    why = _why_not(said, direction, activations, operator, inputs)
    layers, sizes, wrong = _arrays(operator, directions, [tensors.get(i) for i in inputs[1:4]])
    missing = next((i for i in inputs[1:4] if i and i not in tensors), None)
    if missing is not None:
        wrong = f"{shown(missing)} is computed in the graph; allowed: initializers"
    gated = len(operator.order) > 1
    module = Module(
        name,
        operator.kind,
        (layers,),
        *sizes,
        activation=None if gated else _SIMPLE.get(activations[0], "tanh"),
        why_not=why or wrong,
    )
    settings = (operator.kind, direction, tuple(activations))
    return _Node(name, next(iter(node.output), ""), inputs[0], module, settings)


def _why_not(
    said: dict[str, Any],
    direction: str,
    activations: list[str],
    operator: _Operator,
    inputs: list[str],
) -> str | None:
    """What of a node is computed nowhere here."""
    if direction not in ("forward", "bidirectional"):
        return f"its direction is {shown(direction)}; allowed: 'forward'"
    if "clip" in said:
        return f"it clips what goes into its activations at {said['clip']:g}; allowed: no clip"
    if said.get("input_forget"):
        return "it couples the forget gate to the input gate; allowed: gates of their own"
    if inputs[7]:
        return "it has peepholes; allowed: gates that read x and h alone"
    directions = 2 if direction == "bidirectional" else 1
    wanted = [*operator.activations] * directions
    if len(operator.order) == 1:
        known = len(activations) == directions and len(set(activations)) == 1
        if not known or activations[0] not in _SIMPLE:
            return f"its activation is {', '.join(activations)[:60]}; allowed: {', '.join(_SIMPLE)}"
    elif activations != wanted:
        return f"its activations are {', '.join(activations)[:60]}; allowed: {', '.join(wanted)}"
    if said.get("activation_alpha") or said.get("activation_beta"):
        return "its activations are scaled; allowed: as they are"
    return None


def _arrays(
    operator: _Operator, directions: int, given: list[Tensor | None]
) -> tuple[dict[str, Tensor], tuple[int, int], str | None]:
    """One layer's arrays in the module's layout, D and H, and what is wrong with them."""
    inward, past, bias = given
    blocks = len(operator.order)
    if inward is None or past is None:
        return {}, (0, 0), "it has no W and R among the initializers"
    if len(inward.shape) != 3 or len(past.shape) != 3:
        return (
            {},
            (0, 0),
            f"its W and R have shapes {inward.shape} and {past.shape}; needed: 3 axes",
        )
    reads, hidden = inward.shape[2], past.shape[2]
    needed = {
        "W": (inward, (directions, blocks * hidden, reads)),
        "R": (past, (directions, blocks * hidden, hidden)),
        "B": (bias, (directions, 2 * blocks * hidden)),
    }
    for name, (tensor, shape) in needed.items():
        if tensor is not None and tensor.shape != shape:
            wrong = f"its {name} has shape {tensor.shape}; needed: {shape}"
            return {}, (reads, hidden), wrong
    found: dict[str, Tensor] = {}
    for direction in range(directions):
        end = "_reverse" if direction else ""
        for name, tensor in _layer(operator, hidden, direction, inward, past, bias):
            found[f"{name}{end}"] = tensor
    return found, (reads, hidden), None


def _layer(
    operator: _Operator,
    hidden: int,
    direction: int,
    inward: Tensor,
    past: Tensor,
    bias: Tensor | None,
) -> Iterator[tuple[str, Tensor]]:
    """The arrays of one direction, their blocks in the module's order."""
    order = list(operator.order)
    rows = len(order) * hidden

    def sorted_(values: Values) -> Values:
        return np.ascontiguousarray(
            values.reshape(len(order), hidden, *values.shape[1:])[order].reshape(values.shape)
        )

    def matrix(values: Values) -> Values:
        one = sorted_(values[direction])
        return np.ascontiguousarray(one.T) if operator.whole else one

    names = ("kernel", "recurrent_kernel") if operator.whole else ("weight_ih", "weight_hh")
    for name, tensor in zip(names, (inward, past), strict=True):
        shape = (rows, tensor.shape[2])
        yield name, tensor.part(shape[::-1] if operator.whole else shape, matrix)
    if bias is None:
        return
    if operator.whole:
        yield (
            "bias",
            bias.part(
                (rows,), lambda values: sorted_(values[direction, :rows] + values[direction, rows:])
            ),
        )
        return
    yield "bias_ih", bias.part((rows,), lambda values: sorted_(values[direction, :rows]))
    yield "bias_hh", bias.part((rows,), lambda values: sorted_(values[direction, rows:]))
