"""A sequence that is kept, on its way into a worker and within it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.app.attached import held as held_weights
from unrolled.app.attached import notes
from unrolled.app.errors import shown
from unrolled.app.report_about import ScaleReport, SeriesReport
from unrolled.app.series.content import Values
from unrolled.app.series.window import Shape, cut, scale_of
from unrolled.app.store.packing import unpacked
from unrolled.engine import (
    LOSSES,
    TOPOLOGIES,
    InvalidInput,
    Network,
    Sequence,
    explicit_sequence,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AttachedSeries:
    """A sequence with its numbers still compressed.

    Attributes:
        name: for sentences.
        shape: what is known of it.
        sizes: of its values.
        dtype: of its values.
        size: bytes of its values.
        body: these, compressed.
        notes: what was said of it when it came.
    """

    name: str
    shape: Shape
    sizes: tuple[int, ...]
    dtype: str
    size: int
    body: bytes
    notes: tuple[str, ...]

    def values(self) -> Values:
        """Its numbers.

        Raises:
            OSError: the row holds something else.
        """
        raw = np.frombuffer(unpacked(self.body, self.size), np.dtype(self.dtype).newbyteorder("<"))
        if raw.size != np.prod(self.sizes, dtype=np.int64):
            raise OSError("database disk image is malformed: a sequence has another size")
        return raw.reshape(self.sizes).astype(np.float64)


_HELD: list[AttachedSeries] = []


@contextmanager
def holding_series(one: AttachedSeries | None) -> Iterator[None]:
    """Within, a sequence of the kind `stored` is this one."""
    _HELD[:] = [] if one is None else [one]
    try:
        yield
    finally:
        _HELD.clear()


def sequence(network: Network, loss: str, said: Json) -> Sequence:
    """The samples of a selection as a sequence.

    Args:
        network: whose sizes are those of the selection.
        loss: a key of ``LOSSES``.
        said: the fields of a `StoredSequence`, none left open.
    Raises:
        InvalidInput: the target is not what the loss takes.
    """
    if not _HELD:
        raise InvalidInput(("sequence", "kind"), "received 'stored', of which no numbers came")
    held = _HELD[0]
    found = cut(held.shape, held.values(), said)
    topology, steps = TOPOLOGIES[network.topology], said["steps"]
    inputs = found.inputs
    if held.shape.alphabet:  # inputs beyond its characters are 0
        inputs = np.pad(inputs, ((0, 0), (0, 0), (0, network.input_size - inputs.shape[2])))
    targets = None
    if found.target is not None:
        targets = found.target[topology.emits(steps)]
        if not LOSSES[loss].classes:
            scale = _target_scale(held, loss, said)
            targets = (scale(targets) if scale else targets)[..., np.newaxis]
    try:
        return explicit_sequence(
            network,
            loss,
            inputs=inputs[topology.reads(steps)],
            targets=targets,
            entering=said.get("entering"),
            steps=steps if topology.reads_all or topology.emits_all else None,
        )
    except InvalidInput as error:
        raise _placed(error, loss, topology.emits(steps), said) from error


def _placed(error: InvalidInput, loss: str, emits: Any, said: Json) -> InvalidInput:
    """A target that the loss does not take, said with its row."""
    match error.pointer:
        case ("sequence", "targets", int(step), int(sample), *_):
            first = said["start"] + int(np.flatnonzero(emits)[step]) + said["ahead"]
            row = first + sample * said["stride"]
            told = f"row {row} of column {shown(said['target'])}: {error.detail}"
            if LOSSES[loss].classes:
                told += "; a column of other numbers takes another loss, such as 'squared-error'"
            return InvalidInput(("sequence", "target"), told)
        case ("sequence", "targets", *_):
            return InvalidInput(("sequence", "target"), error.detail)
    return error


def _target_scale(held: AttachedSeries, loss: str, said: Json) -> Any:
    """The target's own scale; None where the loss fixes what it may be."""
    row = LOSSES[loss]
    if said["target"] is None or row.classes or held.shape.alphabet or np.isfinite(row.least):
        return None
    place = held.shape.names.index(said["target"])
    return scale_of(said["scaling"], held.shape.columns[place])


def series_report(asked: Json) -> SeriesReport | None:
    """What is to be said of the sequence that came with the job.

    Args:
        asked: an experiment with nothing left open.
    """
    said = asked["sequence"]
    if said["kind"] != "stored" or not _HELD:
        return None
    held = _HELD[0]
    scales = []
    if not held.shape.alphabet:
        columns = {one.name: one for one in held.shape.columns}
        scales = [scale_of(said["scaling"], columns[name]) for name in said["inputs"]]
    target = _target_scale(held, asked["loss"], said)
    apart = 0 if held.shape.kind == "batches" else said["stride"]
    return SeriesReport(
        name=held.name,
        rows=held.shape.rows,
        inputs=[ScaleReport(one.column, one.subtract, one.divide) for one in scales],
        target=target and ScaleReport(target.column, target.subtract, target.divide),
        starts=[said["start"] + n * apart for n in range(said["batch"])],
    )


def series_notes(asked: Json) -> list[str]:
    """What a network reads badly of what is selected, and what was filled, as sentences."""
    said = asked["sequence"]
    if said["kind"] != "stored" or not _HELD:
        return []
    unscaled = said["scaling"] == "none"
    heads = [f"Column {shown(name)} " for name in (*said["inputs"], said["target"]) if name]
    different = len(_HELD[0].shape.alphabet)
    beyond = asked["network"]["input_size"] - different if different else 0
    of_text = f"The text has {different} different characters; inputs beyond them are 0."
    return ([of_text] if beyond > 0 else []) + [
        words
        for words in _HELD[0].notes
        if (unscaled or "Scale" not in words) and words.startswith((*heads, "No column"))
    ]


def kept_said(asked: Json) -> Json:
    """What an answer says of the weights and the sequence that came with the job.

    Args:
        asked: an experiment with nothing left open.
    """
    weights = held_weights()
    return {
        "notes": notes() + series_notes(asked),
        "series": series_report(asked),
        "weights_of": weights.name if weights else None,
    }
