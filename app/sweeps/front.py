"""`unrolled.sweep(…)` and `unrolled sweep`: a map from a dictionary or a file to its numbers."""

import asyncio
import json
import os
import sys
import threading
import tomllib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
from tqdm import tqdm

from unrolled.app.sweeps.dask import DaskPool
from unrolled.app.sweeps.forms import refuse
from unrolled.app.sweeps.known import Kept, Memory
from unrolled.app.sweeps.local import LocalPool
from unrolled.app.sweeps.result import SweepResult
from unrolled.app.sweeps.running import Pool
from unrolled.app.sweeps.whole import mapped
from unrolled.engine import InvalidInput, Sweep

ON = "UNROLLED_DASK"
"""The address of a scheduler where nobody says another."""


def sweep(
    asked: Mapping[str, Any] | str | Path | Sweep,
    *,
    on: str | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    database: bool | str = False,
) -> SweepResult:
    """Compute a map of networks.

        found = unrolled.sweep(
            {
                "experiment": {"network": {"hidden_size": 32}},
                "axes": [
                    {"at": "/weights/spectral_radius", "from": 0.2, "to": 2, "points": 33},
                    {"at": "/sequence/steps", "from": 4, "to": 200, "points": 25, "scale": "log"},
                ],
                "seeds": 3,
                "numbers": ["arriving", "verdict"],
            }
        )
        found.middle("arriving")  # (33, 25)

    Args:
        asked: the map, or the file of one, TOML or JSON.
        on: the address of a Dask scheduler, `tcp://host:8786`; None: what ``UNROLLED_DASK`` says,
            else processes on this machine.
        workers: how many of these; None: one a core.
        progress: whether a bar is shown; None: in a terminal, and in a notebook as text.
        database: where numbers are looked for, and kept as they come, by the hash of their
            experiment: True: in the service's own, an address as ``UNROLLED_DATABASE_URL``: there;
            False: nowhere.
    Raises:
        InvalidInput: naming the field, what came and what is allowed.
        StoreAway, StoreFull: where the database does not answer, or has no room.
        NoCluster: where no scheduler answers, or no worker fits.
        OSError: where the file cannot be read.
    """
    own = asked if isinstance(asked, Sweep) else Sweep.of(read(asked))
    refuse(own)
    where = on or os.environ.get(ON) or None
    shown = sys.stderr.isatty() or "ipykernel" in sys.modules if progress is None else progress

    async def whole() -> SweepResult:
        async with AsyncExitStack() as stack:
            pool: Pool
            if where is None:
                pool = await stack.enter_async_context(LocalPool(workers or os.cpu_count() or 1))
            else:
                pool = await stack.enter_async_context(DaskPool(where))
            kept: Kept = Memory()
            if database:
                kept = await stack.enter_async_context(_points(database))
            return await _computed(own, pool, kept, shown=shown)

    return _run(whole)


def _points(database: bool | str) -> AbstractAsyncContextManager[Kept]:
    from unrolled.app.store.sweep_points import kept_points  # a map in memory needs no database

    return kept_points(database if isinstance(database, str) else None)


async def _computed(own: Sweep, pool: Pool, kept: Kept, *, shown: bool) -> SweepResult:
    result = SweepResult(own)
    unit = " trainings" if own.trained else " networks"
    with tqdm(total=own.draws, unit=unit, disable=not shown, mininterval=0.5) as bar:
        async with mapped(own, pool, kept) as stream:
            async for found in stream:
                result.add(found)
                bar.update(len(found))
    return result


def _run(whole: Any) -> SweepResult:
    """Run it to its end; beside a loop that runs already, as a notebook's, in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _alone(whole)
    found: list[SweepResult] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            found.append(_alone(whole))
        except BaseException as error:  # noqa: BLE001  (it is raised in the thread that asked)
            wrong.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if wrong:
        raise wrong[0]
    return found[0]


def _alone(whole: Any) -> SweepResult:
    """In a loop of its own; of errors in groups the one that says why."""
    try:
        result: SweepResult = anyio.run(whole)
    except ExceptionGroup as group:
        why: BaseException = group
        while isinstance(why, BaseExceptionGroup):
            why = why.exceptions[0]
        raise why from group
    return result


def read(asked: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    """The map as it is written.

    Raises:
        InvalidInput: for a file that is neither TOML nor JSON.
    """
    if isinstance(asked, Mapping):
        return asked
    path = Path(asked)
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput((), f"{path.name}: {error}") from None
    if not isinstance(found, dict):
        raise InvalidInput((), f"{path.name}: needed: an object, or a table")
    return found
