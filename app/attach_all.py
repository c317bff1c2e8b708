"""All that a form names and does not hold."""

from unrolled.app.attach import attachment
from unrolled.app.attach_run import attached_runs
from unrolled.app.attach_series import attached_series
from unrolled.app.came import Came
from unrolled.app.store.database import Database


async def came_with(store: Database, form: bytes) -> Came:
    """What the database has of what a form names.

    Raises:
        BadInput: it is not there, or cannot be computed.
        StoreAway: the database does not answer.
    """
    return Came(
        await attachment(store, form),
        await attached_series(store, form),
        await attached_runs(store, form),
    )
