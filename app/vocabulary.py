"""The vocabulary, read off the engine's tables: the page and `GET /api/v1/vocabulary` show it."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from unrolled.app.schemas.norms import MAX_DRAWS
from unrolled.app.schemas.vocabulary import (
    ActivationWords,
    BiasWords,
    CellWords,
    ClipWords,
    Entry,
    GateWords,
    InitialisationWords,
    LossWords,
    Rule,
    ThresholdWords,
    TokenWords,
    TopologyWords,
    TruncationWords,
    UnitWords,
    Vocabulary,
)
from unrolled.app.start import start
from unrolled.app.tokens import TOKENS
from unrolled.app.training_words import training_words
from unrolled.engine import (
    ACTIVATIONS,
    CELLS,
    CLIP_RULES,
    INITS,
    LOSSES,
    MAX_DESCENT_STEPS,
    MAX_DESCENTS,
    MAX_LAYERS,
    OPTIMIZERS,
    THRESHOLD_RULES,
    TOPOLOGIES,
    Clip,
    InvalidInput,
    Network,
    Truncation,
    draw_parameters,
)

_SEQUENCES = {"text": "text", "random": "random", "explicit": "given"}
_TOKENS = {"graphemes": "characters", "words": "words", "characters": "code points"}
_BETWEEN = {"words": " "}
_ONLY_GIVEN = "characters"
_TRUNCATIONS = {"none": "all", "chunk": "chunks"}
"""How these are called where the name alone does not say it; the order of the first two is the
page's."""
_NOTHING_KEEPS = "it has no gate that keeps the state, whose bias the others set"


def gates(cell: Any) -> list[GateWords]:
    """A cell's gates, each with its letter and what it does."""
    return [
        GateWords(
            name=gate.name,
            letter=gate.letter,
            label=gate.role if gate.role == "candidate" else gate.name,
            role=gate.role,
        )
        for gate in cell.gates
    ]


def biases(cell: Any) -> list[BiasWords]:
    """The biases by which a draw may open a cell's gates."""
    return [
        BiasWords(field=f"{gate}_bias", gate=gate, note=note) for gate, note in cell.biases.items()
    ]


def _refuses(make: Callable[[], object]) -> bool:
    try:
        make()
    except InvalidInput:
        return True
    return False


def taken_activations(cell: str) -> list[Any]:
    """The activations that a cell takes, by name."""
    topology = next(iter(TOPOLOGIES))
    return [
        activation
        for activation in ACTIVATIONS
        if not _refuses(partial(Network, cell, topology, activation, 1, 1, 1))
    ]


def _drawn(cell: str, init: str) -> object:
    """One draw of the smallest network; an activation is one that the cell takes."""
    network = Network(cell, next(iter(TOPOLOGIES)), taken_activations(cell)[0], 1, 1, 1)
    return draw_parameters(network, init=init, spectral_radius=None)


def _cell(name: str) -> CellWords:
    cell = CELLS[name]
    own = biases(cell)
    fields = [bias.field for bias in own]
    activations = taken_activations(name)
    rules = [
        Rule(
            pointer=f"/weights/{bias.field}",
            allowed=[0.0],
            why=f"it takes no {bias.gate}-gate bias",
        )
        for bias in every_bias()
        if bias.field not in fields
    ]
    if len(activations) < len(ACTIVATIONS):
        (own_f,) = (gate.activation for gate in cell.gates if gate.role == "candidate")
        why = f"fixed: its gates are sigmoids, its state {ACTIVATIONS[own_f].label}"
        rules.append(Rule(pointer="/network/activation", allowed=activations, why=why))
    inits = [init for init in INITS if not _refuses(partial(_drawn, name, init))]
    if len(inits) < len(INITS):
        rules.append(Rule(pointer="/weights/init", allowed=inits, why=_NOTHING_KEEPS))
    if cell.copies:
        rules.append(_one_way("its context units hold a copy of the step before"))
    if not cell.has_c:
        rules.append(Rule(pointer="/sequence/c_0", allowed=[None], why="it has no cell state"))
    if not cell.projects:
        why = "it shows its units as they are"
        rules.append(Rule(pointer="/network/projection_size", allowed=[None], why=why))
    return CellWords(
        name=name,
        label=cell.label,
        rules=rules,
        gates=gates(cell),
        units=[UnitWords(letter=u.letter, kind=u.kind) for u in cell.wiring.units],
        copies=cell.copies,
        feeds_outputs=cell.feeds_outputs,
        has_c=cell.has_c,
        projects=cell.projects,
        recurrent=cell.recurrent,
        parameters=list(cell.parameter_shapes(1, 1, 1)),
        shapes={one.name: _shape(one, "P" if cell.projects else "H") for one in cell.parameters},
        symbols={row.parameter: row.matrix for row in cell.wiring.connections if row.parameter},
        biases=own,
    )


def _shape(parameter: Any, shown: str) -> list[str]:
    """4H × D: rows in H, columns in what it reads; of a projection P × H."""
    blocks = max(1, len(parameter.blocks))
    rows = {"m": shown}.get(parameter.reads, f"{blocks}H" if blocks > 1 else "H")
    columns = {"x": ["D"], "h": [shown], "o": ["K"], "m": ["H"]}.get(parameter.reads, [])
    return [rows, *columns]


def _one_way(why: str) -> Rule:
    """What does not go with bidirectional layers."""
    return Rule(pointer="/network/bidirectional", allowed=[False], why=why)


def every_bias() -> list[BiasWords]:
    """Every gate bias that any cell takes, each once; the note is the first cell's."""
    found: dict[str, BiasWords] = {}
    for cell in CELLS.values():
        for bias in biases(cell):
            found.setdefault(bias.field, bias)
    return list(found.values())


def _topology(name: str) -> TopologyWords:
    row = TOPOLOGIES[name]
    label = row.label or name
    rules = []
    if row.single:
        why = f"{label} has exactly one step"
        rules.append(Rule(pointer="/sequence/steps", allowed=[1.0, None], why=why))
    if row.emits_all:
        rules.append(Rule(pointer="/sequence/label", allowed=[None], why="needs one loss"))
    return TopologyWords(
        name=name, label=label, rules=rules, reads_all=row.reads_all, emits_all=row.emits_all
    )


def _activation(name: str) -> ActivationWords:
    row = ACTIVATIONS[name]
    return ActivationWords(
        name=name, label=row.label, symbol=row.symbol, bound=row.bound, state=row.state
    )


def _loss(name: str) -> LossWords:
    row = LOSSES[name]
    if row.given:
        why = "its gradient comes from outside"
        rule = Rule(pointer="/sequence/kind", allowed=["explicit"], why=why)
        return LossWords(
            name=name, label=row.label, rules=[rule], targets=None, needs="entering", between=None
        )
    targets = "classes" if row.classes else "numbers"
    between = (row.least, row.most) if math.isfinite(row.most) else None
    return LossWords(name=name, label=row.label, targets=targets, needs=None, between=between)


def _clip(rule: str) -> ClipWords:
    row = CLIP_RULES[rule]
    threshold = row.threshold
    one = None if threshold is None else 1.0
    rules = []
    if _refuses(lambda: Clip(rule, one, per_sample=True)):
        rules.append(Rule(pointer="/clip/per_sample", allowed=[], why="it knows no samples"))
    if row.on_the_way:
        rules.append(_one_way("it acts on one way back"))
    return ClipWords(
        name=rule,
        label=row.label,
        rules=rules,
        threshold=threshold,
        letter=row.letter,
        compares=row.compares,
        keeps_direction=row.keeps_direction,
        each=row.each,
        on_the_way=row.on_the_way,
    )


def _initialisation(name: str) -> InitialisationWords:
    row = INITS[name]
    rules = []
    if not row.takes_length:
        why = "it draws nothing by how long a unit shall remember"
        rules.append(Rule(pointer="/weights/t_max", allowed=[None], why=why))
    return InitialisationWords(
        name=name,
        label=row.label,
        rules=rules,
        scaled=row.scaled,
        takes_length=row.takes_length,
    )


def _truncation(kind: str) -> TruncationWords:
    takes = _refuses(lambda: Truncation(kind))
    return TruncationWords(
        name=kind,
        label=_TRUNCATIONS.get(kind, kind),
        rules=[_one_way("it counts steps of one way back")] if takes else [],
        takes_steps=takes,
        counted_from=_counted_from(Truncation(kind, 2)) if takes else None,
    )


def _counted_from(truncation: Truncation) -> Literal["loss", "start"]:
    """Chunks hold a step back at their borders, a window none whose own loss is near enough."""
    return "start" if not truncation.crossings(4).all() else "loss"


def _sequence(kind: str) -> Entry:
    rules = []
    if kind == "text":
        why = "fixed: a text’s targets are tokens"
        able: list[Any] = [loss for loss, row in LOSSES.items() if row.tokens]
        rules.append(Rule(pointer="/loss", allowed=able, why=why))
    return Entry(name=kind, label=_SEQUENCES[kind], rules=rules)


VOCABULARY = Vocabulary(
    cells=[_cell(name) for name in CELLS],
    topologies=[_topology(name) for name in TOPOLOGIES],
    activations=[_activation(name) for name in ACTIVATIONS],
    losses=[_loss(name) for name in sorted(LOSSES, key=lambda name: not LOSSES[name].classes)],
    initialisations=[_initialisation(name) for name in INITS],
    truncations=[_truncation(kind) for kind in Truncation.KINDS],
    clip_rules=[_clip(rule) for rule in CLIP_RULES],
    sequences=[_sequence(kind) for kind in _SEQUENCES],
    tokens=[
        TokenWords(
            name=name,
            label=_TOKENS.get(name, name),
            between=_BETWEEN.get(name, ""),
            offered=name != _ONLY_GIVEN,
        )
        for name in _TOKENS | TOKENS
    ],
    optimizers=[Entry(name=name, label=row.label) for name, row in OPTIMIZERS.items()],
    threshold_rules=[
        ThresholdWords(
            name=name, label=row.label, letter=row.letter, chooses=row.chooses, year=row.year
        )
        for name, row in THRESHOLD_RULES.items()
    ],
    training=training_words(),
    limits={
        "num_layers": MAX_LAYERS,
        "descents": MAX_DESCENTS,
        "descent_steps": MAX_DESCENT_STEPS,
        "draws": MAX_DRAWS,
    },
    start=start(),
)
