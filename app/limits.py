"""Refuse what is too large before anything is allocated."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt

from unrolled.app import sizes as sizes_of
from unrolled.app.errors import BadInput, InputError
from unrolled.app.resolve import DEFAULT_SIZE, NUMBERS, default_steps, text_sizes
from unrolled.app.schemas import CheckRequest, Experiment, LandscapeRequest, NormsRequest
from unrolled.app.schemas.of_runs import RunSequence
from unrolled.app.schemas.request import (
    ExplicitSequence,
    RandomSequence,
    StoredSequence,
    TextSequence,
)
from unrolled.app.settings import PREFIX, Settings
from unrolled.app.vocabulary import taken_activations
from unrolled.engine import (
    CELLS,
    TOPOLOGIES,
    Network,
    Truncation,
    carried,
    check_passes,
    count_values,
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large one dimension of an experiment is, and which field of the request says so."""

    value: int
    path: tuple[str, ...]


Sizes = dict[str, Size]


def refuse_oversize(experiment: Experiment, settings: Settings) -> None:
    """Compare every size, and what they come to together, with the settings.

    Raises:
        BadInput: with one entry for each limit that is exceeded.
    """
    sequence = experiment.sequence
    if isinstance(sequence, TextSequence) and len(sequence.text) > settings.max_text_length:
        size = Size(len(sequence.text), ("sequence", "text"))
        raise BadInput([_refusal("max_text_length", size, settings)])
    sizes = _sizes(experiment)
    errors = [
        _refusal(limit, size, settings)
        for limit, size in sizes.items()
        if size.value > getattr(settings, limit)
    ]
    if not errors:
        errors = list(_too_much_together(experiment, sizes, settings))
    if not errors and experiment.values:
        errors = list(_too_many_values(experiment, sizes, settings))
    if not errors and set(NUMBERS) & set(experiment.include):
        errors = list(_too_many_numbers(experiment, sizes, settings))
    if errors:
        raise BadInput(errors)


def refuse_passes(asked: CheckRequest, settings: Settings) -> None:
    """Compare the work of all forward passes of a check with the setting.

    Raises:
        BadInput: where it is more.
    """
    experiment = asked.experiment
    sizes = _sizes(experiment)
    passes = check_passes(_network(experiment, sizes), asked.entries, asked.step)
    one = _work(sizes, _blocks(experiment))
    most, limit = _repeated(settings)
    if passes * one > most:
        detail = (
            f"received {asked.entries}, which take {passes} forward passes of T·H²·B·G = {one} "
            f"each, {passes * one} together; allowed: at most {most}, so fewer "
            f"entries, a given step, or fewer steps, units or samples ({_variable(limit)})"
        )
        raise BadInput([InputError(("entries",), detail)])


_BALLS = 1_000
"""Places that a pass over a few takes the time of."""


def refuse_landscape(asked: LandscapeRequest, settings: Settings) -> None:
    """Compare the work of grid, descents and places together with the setting.

    Raises:
        BadInput: where it is more.
    """
    experiment = asked.experiment
    sizes = _sizes(experiment)
    steps, batch = sizes["max_steps"].value, sizes["max_batch_size"].value
    blocks = _blocks(experiment) * _side_by_side(experiment, steps)
    first, second = asked.axes
    points = first.points * second.points * batch if asked.grid else 0
    points += max((one.steps + 1 for one in asked.descents), default=0) * max(_BALLS, 4 * batch)
    for place in asked.places:
        points += max(_BALLS, place.noise.samples if place.noise else batch)
    work = steps * blocks * points
    most, limit = _repeated(settings)
    if work > most:
        detail = (
            f"received {points} points (times samples; a step of the descents counts as {_BALLS}) "
            f"over T·G·R = {steps * blocks}, {work} together; allowed: at most "
            f"{most}, so fewer points, steps or samples ({_variable(limit)})"
        )
        raise BadInput([InputError(("axes",), detail)])


def allowed_draws(asked: NormsRequest, settings: Settings) -> int:
    """How many draws are computed: compare the work of all with the setting.

    Raises:
        BadInput: where it is more, and fewer are not wanted or none is allowed.
    """
    one = _work(_sizes(asked.experiment), _blocks(asked.experiment))
    most, limit = _repeated(settings)
    fit = most // max(one, 1)  # 0 of a sequence without a step, refused later
    if asked.draws <= fit:
        return asked.draws
    if asked.or_fewer and fit:
        return fit
    draws = f"at most {fit} draws of this experiment, or fewer" if fit > 1 else "fewer"
    detail = (
        f"received {asked.draws}, which take T·H²·B·G = {one} each, {asked.draws * one} "
        f"together, where G counts a cell's blocks of weights; allowed: at most "
        f"{most}, so {draws} steps, units or samples ({_variable(limit)})"
    )
    raise BadInput([InputError(("draws",), detail)])


def _repeated(settings: Settings) -> tuple[int, str]:
    """The most work of what passes many times, and the setting that says so."""
    return min((getattr(settings, name), name) for name in ("max_work", "max_repeated_work"))


def _side_by_side(experiment: Experiment, steps: int) -> int:
    """R, how many losses travel side by side where the truncation is a window; else 1."""
    given = experiment.truncation
    truncation = CELLS[experiment.network.cell].default_truncation
    if given is not None:
        truncation = Truncation(given.kind, getattr(given, "steps", None))
    losses = steps if TOPOLOGIES[experiment.network.topology].emits_all else 1
    return carried(truncation, steps, losses)


def _network(experiment: Experiment, sizes: Sizes) -> Network:
    """The network with its sizes filled in; its activation does not count."""
    said = experiment.network
    inputs = max(1, sizes["max_input_size"].value)  # an empty text has no token: refused later
    outputs = sizes["max_output_size"].value
    if isinstance(experiment.sequence, TextSequence) or CELLS[said.cell].feeds_outputs:
        outputs = max(1, outputs)
    activation = taken_activations(said.cell)[0]
    shown = min(said.projection_size or said.hidden_size, said.hidden_size)
    return Network(
        said.cell,
        said.topology,
        activation,
        inputs,
        said.hidden_size,
        outputs,
        said.num_layers,
        projection_size=shown if CELLS[said.cell].projects else None,
    )


def _work(sizes: Sizes, blocks: int) -> int:
    """T·H²·B·G."""
    steps, batch, hidden = (
        sizes[f"max_{name}"].value for name in ("steps", "batch_size", "hidden_size")
    )
    return sizes_of.work(steps, batch, hidden, blocks)


def _refusal(limit: str, size: Size, settings: Settings) -> InputError:
    allowed = getattr(settings, limit)
    what = (Settings.model_fields[limit].description or "").rstrip(".")
    return InputError(
        size.path, f"received {size.value}; allowed: at most {allowed} ({what}; {_variable(limit)})"
    )


def _variable(limit: str) -> str:
    return f"{PREFIX}{limit.upper()}"


def _too_much_together(
    experiment: Experiment, sizes: Sizes, settings: Settings
) -> Iterator[InputError]:
    """The two products of sizes that are limited: work and memory.

    G, the number of (H, H) blocks of weights, is one a layer, or one a gate. Itemized rows and
    Jacobians are no part of it: of what would take too long the answer holds a sample.
    """
    steps, batch, inputs, hidden, outputs = (
        sizes[f"max_{name}"].value
        for name in ("steps", "batch_size", "input_size", "hidden_size", "output_size")
    )
    blocks, rows = _blocks(experiment), _side_by_side(experiment, steps)
    passes = sizes_of.passes(rows)
    work = sizes_of.work(steps, batch, hidden, blocks) * passes
    most = settings.max_work
    if work > most:
        names, counts = ["T", "H²", "B"], [f"{steps}", f"{hidden}²", f"{batch}"]
        if blocks > 1:
            names, counts = [*names, "G"], [*counts, f"{blocks}"]
        if passes > 1:
            names, counts = [*names, "⌈R/8⌉"], [*counts, f"⌈{rows}/8⌉"]
        window = ", where R losses travel side by side in the window" if passes > 1 else ""
        largest = {
            "step": most * steps // work,
            "sample": most * batch // work,
            "unit": isqrt(most * hidden**2 // work),
        }
        yield InputError(
            sizes["max_hidden_size"].path,
            f"received {'·'.join(names)} = {'·'.join(counts)} = {work}{window}; allowed: at most "
            f"{most}, so {_at_most(largest)} ({_variable('max_work')})",
        )
    numbers = sizes_of.numbers(steps, batch, inputs, hidden, blocks, outputs)
    most = settings.max_numbers
    if numbers > most:
        largest = {"step": most * steps // numbers, "sample": most * batch // numbers}
        yield InputError(
            sizes["max_input_size"].path,
            f"received T·B·(D + {'H·G' if blocks > 1 else 'H'} + K) = {steps}·{batch}·({inputs} + "
            f"{hidden * blocks} + {outputs}) = {numbers}; allowed: at most {most}, so "
            f"{_at_most(largest)}, or smaller sizes ({_variable('max_numbers')})",
        )


def _at_most(largest: dict[str, int]) -> str:
    """The largest of each that goes with all others as they are; 'fewer' of what none goes with."""
    each = [f"{n} {name}{'s' if n > 1 else ''}" for name, n in largest.items() if n]
    return f"at most {' or '.join(each)}" if each else "fewer steps, samples and units"


def _too_many_values(
    experiment: Experiment, sizes: Sizes, settings: Settings
) -> Iterator[InputError]:
    """The signed numbers that the answer would hold."""
    window = experiment.window
    asked = count_values(
        _network(experiment, sizes),
        steps=sizes["max_steps"].value,
        batch_size=sizes["max_batch_size"].value,
        window=None if window is None else (window.first, window.last),
    )
    if asked > settings.max_values:
        yield InputError(
            ("values",),
            f"received true, which asks for {asked} numbers; allowed: at most "
            f"{settings.max_values}, so a shorter window or smaller sizes "
            f"({_variable('max_values')})",
        )


def _too_many_numbers(
    experiment: Experiment, sizes: Sizes, settings: Settings
) -> Iterator[InputError]:
    """The numbers of the weights and of the sequence, where they are to be said."""
    network = _network(experiment, sizes)
    steps, batch = sizes["max_steps"].value, sizes["max_batch_size"].value
    asked = {
        "weights": sum(math.prod(shape) for shape in network.parameter_shapes().values()),
        "sequence": steps * batch * (network.input_size + network.output_size),
    }
    for place, part in enumerate(experiment.include):
        if asked.get(part, 0) > settings.max_values:
            yield InputError(
                ("include", str(place)),
                f"received {part!r}, which asks for {asked[part]} numbers; allowed: at most "
                f"{settings.max_values}, so smaller sizes or none ({_variable('max_values')})",
            )


def _blocks(experiment: Experiment) -> int:
    """How many (H, H) blocks the recurrent weights of all layers have."""
    network = experiment.network
    return sizes_of.blocks(network.cell, network.num_layers) * (1 + network.bidirectional)


def _sizes(experiment: Experiment) -> Sizes:
    """Every size under the name of the setting that limits it."""
    network, sequence = experiment.network, experiment.sequence
    inputs, outputs = network.input_size or DEFAULT_SIZE, network.output_size or DEFAULT_SIZE
    entering = None
    if isinstance(sequence, ExplicitSequence | StoredSequence):
        entering = sequence.entering
    if entering is not None and entering.at == "hidden":
        outputs = 0
    sizes = {
        "max_hidden_size": Size(network.hidden_size, ("network", "hidden_size")),
        "max_input_size": Size(inputs, ("network", "input_size")),
        "max_output_size": Size(outputs, ("network", "output_size")),
        "max_batch_size": Size(1, ("sequence",)),
    }
    match sequence:
        case RandomSequence():
            steps = sequence.steps or default_steps(network.topology)
            sizes["max_steps"] = Size(steps, ("sequence", "steps"))
            sizes["max_batch_size"] = Size(sequence.batch_size, ("sequence", "batch_size"))
        case StoredSequence():
            sizes["max_steps"] = Size(sequence.steps or 1, ("sequence", "steps"))
            sizes["max_batch_size"] = Size(sequence.batch, ("sequence", "batch"))
        case RunSequence():
            sizes["max_steps"] = Size(sequence.steps or 1, ("sequence", "steps"))
            sizes["max_batch_size"] = Size(sequence.batch_size or 1, ("sequence", "batch_size"))
        case ExplicitSequence():
            said = (entering.value if entering else sequence.targets) or []
            lengths = len(sequence.inputs), len(said)
            samples = [len(step) for step in (*sequence.inputs[:1], *said[:1])]
            sizes["max_steps"] = Size(max(lengths), ("sequence",))
            sizes["max_batch_size"] = Size(max(samples, default=1), ("sequence",))
        case TextSequence():
            sizes |= _text_sizes(sequence, network.topology)
    return sizes


def _text_sizes(sequence: TextSequence, topology: str) -> Sizes:
    """The sizes that a text fixes."""
    path = ("sequence", "text")
    fixed = text_sizes(sequence.model_dump(), topology)
    says = ("sequence", "label", "of") if sequence.label else path
    return {
        "max_steps": Size(fixed.steps, path),
        "max_input_size": Size(fixed.inputs, path),
        "max_output_size": Size(fixed.outputs, says),
    }
