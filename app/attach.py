"""What a form names and does not hold: the weights of a network that is kept."""

import anyio.to_thread
import msgspec

from unrolled.app.attached import Attached
from unrolled.app.errors import StoreAway, within
from unrolled.app.store.by_hash import DAY
from unrolled.app.store.database import Database
from unrolled.app.store.faults import RETRY_SECONDS
from unrolled.app.store.networks import attached, chosen, touch
from unrolled.app.store.runs import now


class _Weights(msgspec.Struct):
    kind: str
    id: str = ""
    module: str = ""
    head: str | None = None


class _Experiment(msgspec.Struct):
    weights: _Weights | None = None


class _Form(_Experiment):
    """Of a flow, or of a task about an experiment; all else of it is skipped."""

    experiment: _Experiment | None = None


async def attachment(store: Database, form: bytes) -> Attached | None:
    """The weights that a form names; None where it names none.

    Args:
        store: where they are kept.
        form: an experiment, or a task about one, in its canonical form.
    Raises:
        BadInput: they are not there, or cannot be computed.
        StoreAway: the database does not answer.
    """
    if b'"kind":"network"' not in form:
        return None
    asked = msgspec.json.decode(form, type=_Form)
    inside = asked.experiment is not None
    weights = (asked.experiment or asked).weights
    if weights is None or weights.kind != "network":
        return None
    with within(*(("experiment",) if inside else ()), "weights"):
        row, module, head, blocks = await store.read(
            lambda connection: chosen(connection, weights.id, weights.module, weights.head)
        )
    if row.touched < now() - DAY:
        await store.write(lambda connection: touch(connection, row))
    try:
        return await anyio.to_thread.run_sync(attached, row, module, head, blocks)
    except OSError:
        raise StoreAway("its file is damaged", RETRY_SECONDS) from None
