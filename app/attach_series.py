"""What a form names and does not hold: the numbers of a sequence that is kept."""

import msgspec

from unrolled.app.attached_series import AttachedSeries
from unrolled.app.errors import BadInput, InputError, shown
from unrolled.app.store.by_hash import DAY
from unrolled.app.store.database import Database
from unrolled.app.store.runs import now
from unrolled.app.store.sequences import touch, with_values


class _Sequence(msgspec.Struct):
    kind: str
    id: str = ""


class _Experiment(msgspec.Struct):
    sequence: _Sequence | None = None


class _Form(_Experiment):
    """Of a flow, or of a task about an experiment; all else of it is skipped."""

    experiment: _Experiment | None = None


async def attached_series(store: Database, form: bytes) -> AttachedSeries | None:
    """The sequence that a form names; None where it names none.

    Args:
        store: where it is kept.
        form: an experiment, or a task about one, in its canonical form.
    Raises:
        BadInput: it is gone meanwhile.
        StoreAway: the database does not answer.
    """
    if b'"kind":"stored"' not in form:
        return None
    asked = msgspec.json.decode(form, type=_Form)
    inside = asked.experiment is not None
    sequence = (asked.experiment or asked).sequence
    if sequence is None or sequence.kind != "stored":
        return None
    found = await store.read(lambda connection: with_values(connection, sequence.id))
    if found is None:
        path = (*(("experiment",) if inside else ()), "sequence", "id")
        raise BadInput([InputError(path, f"received {shown(sequence.id)}; it was deleted")])
    row, series = found
    if row.touched < now() - DAY:
        await store.write(lambda connection: touch(connection, row))
    return series
