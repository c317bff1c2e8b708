"""A running service without a network: the app, its workers, and a client."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.main import create_app
from unrolled.app.memory import LIMITED
from unrolled.app.settings import Settings
from unrolled.app.store.tables import METADATA

collect_ignore = [] if LIMITED else ["test_memory.py", "test_training_process.py"]

Json = dict[str, Any]
Opened = Callable[..., Any]


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def app() -> FastAPI:
    return create_app(Settings(workers=2))


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The service as it is by default, started and warmed."""
    async with app.router.lifespan_context(app), _open(app) as opened:
        yield opened


@pytest.fixture(scope="session")
def opened() -> Opened:
    """`async with opened(max_steps=10) as client`: a service with other settings, not warmed."""

    def open_with(**settings: Any) -> Any:
        return _open(create_app(Settings(**{"workers": 1} | settings)))

    return open_with


@pytest.fixture
def kept(tmp_path: Path) -> Opened:
    """`async with kept(max_runs=3) as client`: a service whose database holds nothing."""

    @asynccontextmanager
    async def open_with(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        given: dict[str, Any] = {"workers": 1, "data_folder": tmp_path / "data"} | settings
        app = create_app(Settings(**given))
        try:
            if os.environ.get("UNROLLED_DATABASE_URL"):
                await app.state.store.write(empty)
            async with _open(app) as client:
                yield client
        finally:
            await app.state.store.close()

    return open_with


async def empty(connection: AsyncConnection) -> None:
    """The one database that all tests share, where it is a server's, holds nothing."""
    for table in reversed(METADATA.sorted_tables):
        await connection.execute(table.delete())


@pytest.fixture(scope="session")
def flow(client: httpx.AsyncClient) -> Callable[..., Awaitable[Json]]:
    """`await flow(network={…}, …)`: the answer to an experiment that is accepted."""

    async def run(**experiment: Any) -> Json:
        answer = await client.post("/api/v1/flow", json=experiment)
        assert answer.status_code == 200, answer.text
        document: Json = answer.json()
        return document

    return run


@pytest.fixture(scope="session")
def refused(client: httpx.AsyncClient) -> Callable[..., Awaitable[dict[str, str]]]:
    """`await refused({…})`: pointer → detail of an experiment that is bad input."""

    async def run(experiment: Any, by: httpx.AsyncClient | None = None) -> dict[str, str]:
        answer = await (by or client).post("/api/v1/flow", json=experiment)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}

    return run
