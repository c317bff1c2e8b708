"""The page of a run, whichever its kind: what its template says, and which lines it holds."""

from collections.abc import AsyncIterator

from jinja2 import Environment

from unrolled.app.assets import Assets
from unrolled.app.saved import LIVE, TRAIN, saved
from unrolled.app.store.database import Database
from unrolled.app.store.files import exported
from unrolled.app.store.runs import document
from unrolled.app.store.tables import Found
from unrolled.app.store.training_export import exported_training
from unrolled.app.store.trainings import is_trained, state_of, training_of


async def page_of(
    database: Database, assets: Assets, environment: Environment, run: Found
) -> AsyncIterator[bytes]:
    """The pieces of the page of a run that is kept.

    Args:
        database: where.
        assets: the page's own files.
        environment: of its templates.
        run: that it is of.
    """
    if not is_trained(run):
        async for piece in saved(assets, environment, LIVE, exported(database, run), name=run.name):
            yield piece
        return
    training = await database.read(lambda c: training_of(c, run))
    said = document(run) | {"training": state_of(run, training)}
    lines = exported_training(database, run, whole=False)
    async for piece in saved(assets, environment, TRAIN, lines, name=run.name, said=said):
        yield piece
