"""From a validated experiment to the engine's own terms, every default filled in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from unrolled.app import attached, attached_run, attached_series, ways
from unrolled.app.masks import without_idle_masks
from unrolled.app.passing import clip_of, truncation_of, truncation_spec
from unrolled.app.shifted import shifted
from unrolled.app.tokens import TOKENS
from unrolled.engine import (
    CELLS,
    INITS,
    LEADING,
    LOSSES,
    MIN_LENGTH,
    TOPOLOGIES,
    Clip,
    InvalidInput,
    Network,
    Sequence,
    Text,
    Truncation,
    check_parameters,
    draw_parameters,
    encode_text,
    explicit_sequence,
    random_sequence,
)

DEFAULT_SIZE = 4
"""Input and output size where neither the request nor a text says it."""
DEFAULT_STEPS = 20
WHOLE = ("itemized", "graph", "spectrum", "lyapunov")
"""The parts of an answer that can be left out."""
NUMBERS = ("weights", "sequence")
"""The parts that say an experiment in numbers."""
PARTS = (*WHOLE, "advice", *NUMBERS)
"""And those that come only where they are asked for."""
_OPEN = ": send that, or leave it out"

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An experiment that is ready to run.

    Attributes:
        resolved: the experiment with nothing left open; preparing it again gives the same.
        text: where the sequence is a text.
        include: which of `PARTS` the answer holds.
        exponents: how many Lyapunov exponents it holds; None: all.
    """

    network: Network
    parameters: Any
    sequence: Sequence
    loss: str
    truncation: Truncation
    clip: Clip
    follow: int | None
    window: tuple[int, int] | None
    values: bool
    chain: tuple[int, int] | None
    text: Text | None
    include: frozenset[str]
    exponents: int | None
    resolved: Spec


def prepare(spec: Spec, like: Prepared | None = None) -> Prepared:
    """Draw or check everything that an experiment names.

    Args:
        spec: the fields of `Experiment`; None where the request left something open.
        like: an experiment whose sequence, sizes, wiring and loss this one has; where the
            sequence's fields are the very same object they are not encoded or drawn again.
    Raises:
        InvalidInput: where two fields contradict each other, or the engine refuses one.
    """
    given, loss = spec["sequence"], spec["loss"]
    known = like if like is not None and given is like.resolved["sequence"] else None
    text = known.text if known else _encoded(given, spec)
    network = Network(**_sizes(spec, text))
    include = included(spec["include"], both_ways=network.bidirectional)
    ways.refuse(network, spec, include)
    read = known or text
    sequence = read.sequence if read else _sequence(network, given, loss)
    truncation = truncation_of(spec["truncation"], network)
    clip = clip_of(spec["clip"])
    weights = _weights(spec["weights"], network.num_layers, sequence.steps)
    weights = {name: value for name, value in weights.items() if _given(name, value)}
    weights = without_outputs(weights) if headless(given) else weights
    resolved = {
        "network": {n: getattr(network, n) for n in spec["network"]}
        | ({} if network.output_size else {"output_size": None}),
        "weights": weights,
        "sequence": given | {"steps": sequence.steps},
        "loss": loss,
        "truncation": truncation_spec(truncation),
        "clip": spec["clip"],
        "follow": _followed(spec["follow"], _last_loss(sequence)),
        "window": spec["window"],
        "values": spec["values"],
        "chain": spec["chain"],
        "include": include,
        "lyapunov": spec["lyapunov"],
    }
    parameters = _parameters(network, weights)
    return Prepared(
        network=network,
        parameters=parameters,
        sequence=sequence,
        loss=loss,
        truncation=truncation,
        clip=clip,
        follow=resolved["follow"],
        window=spec["window"] and (spec["window"]["first"], spec["window"]["last"]),
        values=spec["values"],
        chain=spec["chain"] and (spec["chain"]["loss_step"], spec["chain"]["step"]),
        text=text,
        include=frozenset(resolved["include"]),
        exponents=spec["lyapunov"]["count"],
        resolved=resolved,
    )


def filled(spec: Spec) -> Spec:
    """The experiment with its open sizes, steps and truncation filled in, and nothing drawn.

    Requests that mean the same give the same; what a request says, even in contradiction to its
    text, stays. Preparing the result is preparing the request.

    Args:
        spec: the fields of `Experiment`, as `prepare` takes them.
    """
    network, sequence = spec["network"], spec["sequence"]
    inputs = outputs = DEFAULT_SIZE
    steps = sequence["steps"]
    if sequence["kind"] == "random":
        steps = steps or default_steps(network["topology"])
    elif sequence["kind"] == "text":
        fixed = text_sizes(sequence, network["topology"])
        inputs, outputs = fixed.inputs, fixed.outputs
        steps = steps or fixed.steps
    elif sequence["kind"] == "explicit":  # of one that is kept `app.complete` fills in everything
        steps = steps or _explicit_steps(sequence, network["topology"])
        sequence = without_idle_masks(sequence, steps, len(there(sequence)))
    cell = CELLS[network["cell"]]
    sizes = {"input_size": inputs, "output_size": outputs}
    if cell.projects:
        sizes["projection_size"] = cell.shown(network["hidden_size"])
    said = {name: size for name, size in network.items() if size is not None}
    own = cell.default_truncation
    weights = _weights(spec["weights"], network["num_layers"], steps)
    if headless(sequence):
        said["output_size"], weights = None, without_outputs(weights)
    return spec | {
        "network": network | sizes | said,
        "weights": weights,
        "sequence": sequence | {"steps": steps},
        "truncation": spec["truncation"] or truncation_spec(own),
        "follow": spec["follow"]
        if _only_named(spec["sequence"])
        else _followed(spec["follow"], steps),
        "window": _window(spec["window"], steps),
        "include": included(spec["include"], both_ways="bidirectional" in network),
        "lyapunov": spec["lyapunov"] if "lyapunov" in spec["include"] else {"count": LEADING},
    }


@dataclass(frozen=True, slots=True)
class TextSizes:
    """What a text fixes: T, D and K."""

    steps: int
    inputs: int
    outputs: int


def text_sizes(sequence: Spec, topology: str) -> TextSizes:
    """Count what a text fixes without encoding it; the engine refuses what is too short.

    Args:
        sequence: the fields of a `TextSequence`.
        topology: a name of `TOPOLOGIES`.
    """
    tokens = TOKENS[sequence["tokens"]](sequence["text"])
    label, vocabulary = sequence["label"], len(set(tokens))
    steps = 1 if TOPOLOGIES[topology].single else len(tokens) - (label is None)
    return TextSizes(steps, vocabulary, label["of"] if label else vocabulary)


def _explicit_steps(sequence: Spec, topology: str) -> int:
    """T as the arrays say it."""
    wiring = TOPOLOGIES[topology]
    said = sequence["inputs"] if wiring.reads_all else there(sequence)
    return len(said) if wiring.reads_all or wiring.emits_all else 1


def there(sequence: Spec) -> list[Any]:
    """What an explicit sequence says at the steps that emit: targets, or a given gradient."""
    entering = sequence.get("entering")
    return (entering["value"] if entering else sequence.get("targets")) or []


def headless(sequence: Spec) -> bool:
    """Whether a head outside reads the states, so that there is no output layer."""
    entering = sequence.get("entering")
    return entering is not None and entering["at"] == "hidden"


def without_outputs(weights: Spec) -> Spec:
    """Without the parameters that only an output layer has."""
    return {name: value for name, value in weights.items() if name not in ("W_hy", "b_y", "head")}


def _last_loss(sequence: Sequence) -> int:
    """The last step with a loss: every wiring emits one at the last, where any sample counts."""
    emits = sequence.masks.emits.tolist() if sequence.masks else []
    return len(emits) - emits[::-1].index(True) if any(emits) else sequence.steps


def _only_named(sequence: Spec) -> bool:
    """Whether nothing of it is read yet, so that its last loss may lie before its last step."""
    return bool(sequence["kind"] == "run")


def _followed(follow: int | str | None, steps: int) -> int | None:
    """The step whose loss is followed."""
    return steps if follow == "last" else follow  # type: ignore[return-value]


def _window(window: Spec | None, steps: int) -> Spec | None:
    """Steps beyond T are left out; a window that holds every step is none."""
    if window is None or window["first"] > steps:
        return window
    held = {"first": window["first"], "last": min(window["last"], steps)}
    return None if held == {"first": 1, "last": steps} else held


def included(named: Collection[str], *, both_ways: bool = False) -> list[str]:
    """The parts that are named, in their order; the exponents stand in the spectrum."""
    with_spectrum = {*named, "spectrum"} if "lyapunov" in named else named
    found = [part for part in PARTS if part in with_spectrum]
    return ways.parts(found, WHOLE) if both_ways else found


_ONE_A_LAYER = ("forget_bias", "update_bias", "input_scale")
"""Fields of drawn weights that take a number, or a list with one for each layer."""
_LEFT_OUT = {"input_scale": 1.0}
"""What is not named where it changes nothing."""


def _weights(weights: Spec, layers: int, steps: int) -> Spec:
    """Drawn weights in one form: T_max filled in where the init takes it.

    A list that repeats one number for every layer is that number.
    """
    if weights["kind"] != "random":
        return weights
    said = dict(weights)
    for name in _ONE_A_LAYER:
        value = said.get(name)
        if isinstance(value, list) and value and value == value[:1] * layers:
            said[name] = value[0]
    longest = said.pop("t_max", None)
    if longest is None and INITS[said["init"]].takes_length:
        longest = max(steps, MIN_LENGTH)
    if longest is not None:  # the engine refuses it where the init does not take it
        said["t_max"] = longest
    return {k: v for k, v in said.items() if k not in _LEFT_OUT or v != _LEFT_OUT[k]}


def _given(name: str, value: object) -> bool:
    """Explicit weights name only the parameters that came; a radius of None says "as drawn"."""
    return value is not None or name == "spectral_radius"


def _encoded(given: Spec, spec: Spec) -> Text | None:
    """The text, where the sequence is one, and no contradiction to what it fixes."""
    if given["kind"] != "text":
        return None
    label = given["label"] and (given["label"]["index"], given["label"]["of"])
    topology = spec["network"]["topology"]
    text = encode_text(given["text"], given["tokens"], topology, label, TOKENS)
    _agree(("sequence", "steps"), given["steps"], text.steps, " steps" + _OPEN)
    loss = LOSSES[spec["loss"]]
    if not loss.tokens:
        able = " or ".join(repr(name) for name, row in LOSSES.items() if row.tokens)
        raise InvalidInput(
            ("loss",),
            f"received {spec['loss']!r}, whose targets are {loss.targets}; those of a text are "
            f"tokens: allowed {able}, or leave it out",
        )
    return text


def _sizes(spec: Spec, text: Text | None) -> Spec:
    """The network's fields with both sizes filled in."""
    network: Spec = spec["network"]
    if headless(spec["sequence"]):
        network = network | {"output_size": 0}
    fixed = {"input_size": text.input_size, "output_size": text.output_size} if text else {}
    kept = spec["weights"]["kind"] == "network"  # and its file has the one size
    for name, size in fixed.items():
        told = ", not what the file has: take another sequence" if kept else _OPEN
        _agree(("network", name), network[name], size, told)
    open_sizes = {name: size for name, size in network.items() if size is None}
    return network | dict.fromkeys(open_sizes, DEFAULT_SIZE) | fixed


def _agree(pointer: tuple[str, ...], received: int | None, fixed: int, told: str) -> None:
    """Raise where a request, or the file of its network, says something else than its text."""
    if received not in (None, fixed):
        raise InvalidInput(pointer, f"received {received}; this text needs {fixed}{told}")


def _sequence(network: Network, given: Spec, loss: str) -> Sequence:
    """A drawn or given sequence."""
    fields = {name: value for name, value in given.items() if name != "kind"}
    if given["kind"] == "stored":
        return attached_series.sequence(network, loss, given)
    if given["kind"] == "run":
        return attached_run.sequence(network, loss, given)
    if given["kind"] == "explicit":
        return explicit_sequence(network, loss, **fields)
    fields["steps"] = fields["steps"] or default_steps(network.topology)
    return random_sequence(network, loss, **fields)


def default_steps(topology: str) -> int:
    """T of a random sequence where the request does not say it."""
    return 1 if TOPOLOGIES[topology].single else DEFAULT_STEPS


def _parameters(network: Network, weights: Spec) -> Any:
    """Drawn or given parameters."""
    fields = {name: value for name, value in weights.items() if name != "kind"}
    if weights["kind"] == "explicit":
        return check_parameters(network, fields)
    if weights["kind"] == "network":
        return shifted(network, attached.parameters(network), weights)
    if weights["kind"] == "run":
        return attached_run.parameters(network, weights)
    return draw_parameters(network, **fields)
