"""All that a form names and does not hold."""

from unrolled.app.attach import attachment
from unrolled.app.attach_run import attached_runs
from unrolled.app.attach_series import attached_series
from unrolled.app.came import NOTHING, Came
from unrolled.app.store.database import Database


async def came_with(store: Database, form: bytes) -> Came:
    """What the database has of what a form names.

    Raises:
        BadInput: it is not there, or cannot be computed.
        StoreAway: the database does not answer.
    """
    network = await attachment(store, form)
    series = await attached_series(store, form)
    runs = await attached_runs(store, form)
    return Came(network, series, runs) if network or series or runs else NOTHING
