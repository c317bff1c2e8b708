"""Runs that train here, for the tests: a service that trains, and the same numbers without one."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx

from tests.app.runs import RUNS
from unrolled.engine import Plan, Training

SMALL = {
    "task": {"name": "adding", "steps": 6},
    "hidden_size": 4,
    "batch_size": 3,
    "updates": 250,
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "clip": {"rule": "norm", "threshold": 0.5},
}
"""A plan whose updates take a fraction of a millisecond."""


@asynccontextmanager
async def training(app: Any) -> Any:
    """The app trains within; nothing of it is left afterwards."""
    task = asyncio.ensure_future(app.state.trainers.run())
    try:
        yield app.state.trainers
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def serving_trainings(kept: Any, **settings: Any) -> Any:
    """`async with … as client`: a service whose database holds nothing, and which trains."""
    async with kept(**settings) as client, training(client._transport.app):
        yield client


async def begun(client: httpx.AsyncClient, **said: Any) -> str:
    """The address of a new run; `plan` changes `SMALL`."""
    plan = SMALL | said.pop("plan", {})
    answer = await client.post(
        RUNS, json={"kind": "trained", "keep": True, "training": plan} | said
    )
    assert answer.status_code == 202, answer.text
    address: str = answer.headers["location"]
    assert answer.json()["training"]["plan"]["task"].items() >= plan["task"].items()
    return address


async def until(client: httpx.AsyncClient, run: str, enough: Any, seconds: float = 60) -> Any:
    """The run once `enough(run)`."""
    with anyio.fail_after(seconds):
        while True:
            said = (await client.get(run)).json()
            if enough(said):
                return said
            await anyio.sleep(0.05)


async def ended(client: httpx.AsyncClient, run: str) -> Any:
    """The run once it is over."""
    return await until(client, run, lambda said: said["state"] == "ended")


async def changed(client: httpx.AsyncClient, run: str, **said: Any) -> Any:
    answer = await client.patch(run, json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def all_updates(client: httpx.AsyncClient, run: str) -> Any:
    """Every update that is kept, by columns."""
    answer = await client.get(f"{run}/updates")
    assert answer.status_code == 200, answer.text
    return answer.json()


def losses(plan: dict[str, Any] | None = None, changes: Any = ()) -> list[float]:
    """The same without a service: (update, change) is made before that update."""
    whole = Training(Plan.from_json(SMALL | (plan or {})))
    found: list[float] = []
    for first, change in changes:
        found += whole.advance(first - 1 - whole.update).loss.tolist()
        whole.change(change)
    return found + whole.advance(whole.plan.updates - whole.update).loss.tolist()
