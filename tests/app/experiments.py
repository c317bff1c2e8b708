"""Hypothesis strategies for experiments, with the names and types of the request's models."""

from __future__ import annotations

import functools
from typing import Any, get_args

from hypothesis import strategies as st

from unrolled.app.schemas import Experiment
from unrolled.app.schemas.clips import ClipChoice
from unrolled.app.schemas.request import (
    Label,
    Network,
    RandomSequence,
    TextSequence,
    TruncationChoice,
)
from unrolled.app.schemas.weights import RandomWeights
from unrolled.engine import CELLS, LOSSES
from unrolled.engine import Network as EngineNetwork

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]


@functools.cache
def properties(model: Any) -> Json:
    """A model's fields as its JSON schema lists them; written once, since drawing asks often."""
    described: Json = model.model_json_schema()["properties"]
    return described


def names(model: Any, field: str) -> Strategy:
    """The names that a field may have."""
    return st.sampled_from(properties(model)[field]["enum"])


def kinds(union: Any) -> list[Any]:
    """The models of a union, by their tags."""
    members = get_args(get_args(union)[0])
    return [get_args(member)[0] for member in members]


sizes = st.integers(1, 5)
thresholds = st.sampled_from([1e-300, 1e-6, 0.1, 1.0, 10.0, 1e300])
numbers = st.one_of(
    st.floats(-2, 2), st.sampled_from([0.0, -0.0, 1e-200, 1e-5, 1e5, 1e200]), st.integers(-3, 3)
)
few_numbers = st.floats(-2, 2, width=16)


def whole_numbers(field: str) -> Strategy:
    """Steps and seeds, small ones more often."""
    return st.integers(0, 2**53 - 1) if field == "seed" else st.integers(1, 9)


def of_model(model: Any, **given: Strategy) -> Strategy:
    """An object with a member of each field, or without those that have a default.

    Args:
        model: of the request.
        given: for fields whose type alone is too wide.
    """
    required: dict[str, Strategy] = {}
    optional: dict[str, Strategy] = {}
    for name, field in model.model_fields.items():
        values = given[name] if name in given else _of_field(model, name)
        (required if field.is_required() else optional)[name] = values
    return st.fixed_dictionaries(required, optional=optional)


def _of_field(model: Any, name: str) -> Strategy:
    schema = properties(model)[name]
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "boolean":
        return st.booleans()
    if name.startswith("max_"):
        return thresholds
    return whole_numbers(name)


def matrix(*shape: int, of: Strategy = few_numbers) -> Strategy:
    """Nested arrays of numbers."""
    values = of
    for size in reversed(shape):
        values = st.lists(values, min_size=size, max_size=size)
    return values


def projects(network: Json) -> bool:
    """Whether h is a projection of its units."""
    return CELLS[network.get("cell", next(iter(CELLS)))].projects


def shown(network: Json) -> int:
    """The width of h."""
    hidden: int = network.get("hidden_size", 8)
    half = -(-hidden // 2)
    return min(network.get("projection_size") or half, hidden) if projects(network) else hidden


def fitting(network: Json) -> Json:
    """Nearly always without a width where the cell has none of its own."""
    idle = not projects(network) and network.get("projection_size") != WIDE
    return {n: value for n, value in network.items() if not (idle and n == "projection_size")}


WIDE = 6
"""Wider than any h."""


@st.composite
def explicit_weights(draw: st.DrawFn, network: Json) -> Json:
    """Every parameter of the network; one of them may be left out, or hold wilder numbers."""
    full = Network(**network).model_dump() | {
        size: network.get(size) or 4 for size in ("input_size", "output_size")
    }
    able = full.get("bidirectional", False) and not CELLS[full["cell"]].copies
    own = full | {"activation": "tanh", "bidirectional": able}
    own |= {"projection_size": shown(network) if projects(network) else None}
    shapes = EngineNetwork(**own).parameter_shapes()
    wild = draw(st.sampled_from([None, *shapes]))
    weights: Json = {"kind": "explicit"}
    for name, shape in shapes.items():
        value = draw(few_numbers)
        weights[name] = draw(matrix(*shape, of=numbers if name == wild else st.just(value)))
    if draw(st.integers(0, 19)) == 0:
        del weights[draw(st.sampled_from(list(shapes)))]
    return weights


@st.composite
def entering_sequences(draw: st.DrawFn, network: Json, reads: int, emits: int, batch: int) -> Json:
    """A gradient that enters at the outputs or at the states, where it fits."""
    at = draw(st.sampled_from(["hidden", "output"]))
    width = shown(network) if at == "hidden" else network.get("output_size") or 4
    return {
        "kind": "explicit",
        "inputs": draw(matrix(reads, batch, network.get("input_size") or 4)),
        "entering": {"at": at, "value": draw(matrix(emits, batch, width, of=numbers))},
    }


@st.composite
def explicit_sequences(draw: st.DrawFn, network: Json, loss: str) -> Json:
    """As many steps and numbers as the topology wants."""
    steps, batch = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    topology = network.get("topology", "many-to-many")
    inputs, outputs = (network.get(size) or 4 for size in ("input_size", "output_size"))
    steps = 1 if topology == "one-to-one" else steps
    reading = 1 if topology == "one-to-many" else steps
    emitting = 1 if topology == "many-to-one" else steps
    classes = matrix(emitting, batch, of=st.integers(0, outputs - 1))
    row = LOSSES[loss]
    if row.given:
        return draw(entering_sequences(network, reading, emitting, batch))
    inside = few_numbers if row.least < -2 else st.floats(row.least, row.most, width=16)
    targets = classes if row.classes else matrix(emitting, batch, outputs, of=inside)
    sequence = {
        "kind": "explicit",
        "inputs": draw(matrix(reading, batch, inputs)),
        "targets": draw(targets),
    }
    state = matrix(batch, shown(network))
    if (layers := network.get("num_layers", 1)) > 1:
        state = matrix(layers, batch, shown(network))
    if draw(st.booleans()):
        sequence["h_0"] = draw(state)
    return sequence


networks = of_model(
    Network,
    activation=st.one_of(st.sampled_from(["tanh", "linear"]), names(Network, "activation")),
    input_size=st.one_of(st.none(), sizes),
    output_size=st.one_of(st.none(), sizes),
    hidden_size=sizes,
    num_layers=st.integers(1, 4),
    projection_size=st.one_of(st.none(), st.integers(1, WIDE)),
).map(fitting)
radii = st.one_of(st.none(), st.floats(0, 3), st.sampled_from([0.0, 1.0, 1e-30, 1e5, 1e100, 1e100]))
one_bias = st.sampled_from([0.0, 1.0, -700.0])
gate_biases = st.one_of(one_bias, st.lists(one_bias, min_size=1, max_size=4))
random_sequences = of_model(
    RandomSequence, steps=st.one_of(st.none(), st.integers(1, 9)), batch_size=st.integers(1, 3)
)
texts = of_model(
    TextSequence,
    text=st.one_of(st.text("ab c", min_size=2, max_size=10), st.text(max_size=8)),
    label=st.one_of(st.none(), of_model(Label, index=st.integers(0, 2), of=st.integers(1, 4))),
    steps=st.none(),
)
truncations = st.one_of(st.none(), *(of_model(kind) for kind in kinds(TruncationChoice)))
clips = st.one_of(*(of_model(kind) for kind in kinds(ClipChoice)))
windows = st.one_of(
    st.none(), st.fixed_dictionaries({"first": st.integers(1, 6), "last": st.integers(5, 12)})
)


@st.composite
def experiments(draw: st.DrawFn) -> Json:
    """A request; most are accepted, some contradict themselves."""
    network = draw(networks)
    if network.get("cell") in {"lstm", "gru"} and draw(st.integers(0, 9)):
        network["activation"] = "tanh"
    if draw(st.integers(0, 9)):
        network["bidirectional"] = False
    loss = draw(names(Experiment, "loss"))
    kind = draw(st.sampled_from(["random", "random", "text", "explicit"]))
    if kind == "text" and draw(st.integers(0, 9)):
        network |= {"input_size": None, "output_size": None}
        loss = "cross-entropy"
    sequence = {
        "random": random_sequences,
        "text": texts,
        "explicit": explicit_sequences(network, loss),
    }[kind]
    explicit = kind != "text" and draw(st.integers(0, 2)) == 0
    bias = {
        field: gate_biases
        if network.get("cell") == cell or draw(st.integers(0, 19)) == 0
        else st.just(0.0)
        for field, cell in (("forget_bias", "lstm"), ("update_bias", "gru"))
    }
    drawn = of_model(RandomWeights, spectral_radius=radii, **bias)
    return {
        "network": network,
        "weights": draw(explicit_weights(network) if explicit else drawn),
        "sequence": draw(sequence),
        "loss": loss,
        "truncation": draw(truncations),
        "clip": draw(clips),
        "follow": draw(st.one_of(st.none(), st.integers(1, 6))),
        "window": draw(windows),
        "values": draw(st.booleans()),
    }
