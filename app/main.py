"""The service, put together."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

import anyio
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unrolled.app import __version__, problems
from unrolled.app.answers import Answers
from unrolled.app.assets import STATIC_PREFIX, Assets
from unrolled.app.budget import Budget
from unrolled.app.compute import Compute
from unrolled.app.errors import CannotStart
from unrolled.app.flights import Flights
from unrolled.app.forms import FORMS
from unrolled.app.guard import guarded
from unrolled.app.metrics import Metrics
from unrolled.app.middleware.body_limit import BodyLimit
from unrolled.app.middleware.compression import Compression
from unrolled.app.middleware.head import Head
from unrolled.app.middleware.observe import Observe
from unrolled.app.middleware.stopping import Running, Stopping
from unrolled.app.openapi import describe
from unrolled.app.page import templates
from unrolled.app.routes import (
    check,
    docs,
    flow,
    health,
    landscape,
    learn,
    live,
    maps,
    networks,
    norms,
    page,
    presets,
    reports,
    runs,
    sequences,
    sweeps,
    train,
    training,
    vocabulary,
    your_network,
)
from unrolled.app.routes.large import KEEP
from unrolled.app.routes.runs import PREFIX
from unrolled.app.settings import Settings
from unrolled.app.sizes import Most
from unrolled.app.store.database import Database
from unrolled.app.store.follow import Following
from unrolled.app.store.sweep import keep_tidy
from unrolled.app.sweeps.conductors import Conductors
from unrolled.app.training.trainers import Trainers
from unrolled.app.upload import AROUND

PAGES = (page, learn, train, maps, live, your_network)
API = (
    *(flow, check, landscape, norms, presets, vocabulary),
    *(reports, training, runs, sweeps, networks, sequences),
)

MOST_AT_ONCE = 4
"""Files of networks that arrive and are read at once."""

STOPPED = "stopped before it had started"
_LAST_SECONDS = 0.5
"""Time for the requests that the stop interrupts to say so."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start the workers; compress the large files while the service already answers."""
    async with anyio.create_task_group() as background:
        await app.state.compute.warm()
        _freeze()
        background.start_soon(app.state.assets.pack)
        background.start_soon(keep_tidy, app.state.store)
        background.start_soon(app.state.trainers.run)
        background.start_soon(app.state.conductors.run)
        yield
        await app.state.running.ended(_LAST_SECONDS)
        background.cancel_scope.cancel()
    await app.state.store.close()


@cache
def _freeze() -> None:
    """What a service is made of stays: it is not looked through for garbage again and again, 0.1 s
    each time, for which every client waits.
    """
    gc.collect()
    gc.freeze()


def _why_not(error: BaseException) -> str:
    """Why the workers cannot compute, where that is what is wrong."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) if isinstance(error, CannotStart) else ""


class Service(FastAPI):
    """FastAPI inside the service's walls, which even its answer to a failure of ours passes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Where the workers cannot compute, say so in a line instead of a traceback."""
        if scope["type"] != "lifespan":
            await super().__call__(scope, receive, send)
            return

        failed: Message | None = None

        async def held_back(message: Message) -> None:
            nonlocal failed
            if message["type"] == "lifespan.startup.failed":
                failed = message
            else:
                await send(message)

        try:
            await super().__call__(scope, receive, held_back)
        except BaseException as error:
            if failed is None:
                raise
            why = STOPPED if self.state.stopped() else _why_not(error)
            await send({**failed, "message": why} if why else failed)
            if not why:
                raise

    def build_middleware_stack(self) -> ASGIApp:
        """Everything, the middleware for failures too, within `guarded`."""
        return guarded(super().build_middleware_stack(), self.state.settings)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Mount routers and middleware."""
    settings = settings or Settings()
    app = Service(
        title="Unrolled",
        version=__version__,
        description="Watch gradients flow back through time: real recurrent networks, unrolled.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.stopped = lambda: False  # whether the server was told to stop; `unrolled serve` knows
    app.state.compute = Compute(
        settings.workers,
        settings.job_seconds,
        settings.memory_bytes,
        settings.max_waiting,
        Most(settings.max_work, settings.max_numbers),
    )
    app.state.counting = anyio.Lock()
    app.state.running = Running()
    app.state.bodies = Budget(max(settings.max_bodies_bytes, settings.max_body_bytes))
    app.state.answers = Answers(settings.cache_bytes)
    app.state.flights = Flights(settings.max_waiting)
    app.state.store = Database(settings)
    app.state.following = Following()
    app.state.trainers = Trainers(app.state.store)
    app.state.conductors = Conductors(app.state.store)
    app.state.metrics = Metrics(
        app.state.compute,
        app.state.answers,
        app.state.flights,
        app.state.trainers,
        app.state.conductors,
    )
    app.state.uploads = anyio.CapacityLimiter(MOST_AT_ONCE)
    app.state.assets = Assets()
    app.state.templates = templates(app.state.assets, settings)
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        seconds=settings.request_seconds,
        bodies=app.state.bodies,
        streamed={
            reports.IMPORT: settings.max_import_bytes,
            networks.UPLOAD: settings.max_network_bytes + AROUND,
            sequences.UPLOAD: settings.max_sequence_bytes + AROUND,
        },
        instead=dict.fromkeys((f"{PREFIX}/{name}" for name in FORMS), KEEP),
    )
    app.add_middleware(Compression)
    app.add_middleware(Stopping, running=app.state.running)
    app.add_middleware(Head)
    app.add_middleware(Observe, metrics=app.state.metrics)
    app.state.routers = [room.router for room in (*PAGES, docs, health, *API)]
    for router in app.state.routers:
        app.include_router(router)
    app.mount(STATIC_PREFIX, app.state.assets.static, name="static")
    problems.install(app)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app


app = create_app()
