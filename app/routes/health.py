"""Is the service up, can it take work, and what has it counted?"""

from fastapi import APIRouter, Request, Response

from unrolled.app import __version__
from unrolled.app.errors import QueueFull
from unrolled.app.metrics import MEDIA_TYPE
from unrolled.app.problems import documented, problem
from unrolled.app.schemas import Health

router = APIRouter(tags=["service"])


@router.get("/healthz", summary="Is the service up?")
async def health() -> Health:
    """Answer at once, also while the workers compute."""
    return Health(version=__version__)


@router.get(
    "/readyz", summary="Can it take work?", response_model=Health, responses=documented(503)
)
async def ready(request: Request) -> Health | Response:
    """Whether every worker has computed once, and one more request would find a place."""
    compute = request.app.state.compute
    if not compute.warmed:
        return problem(503, "the workers start", headers={"Retry-After": "1"})
    if compute.full:
        raise QueueFull(compute.waiting, compute.retry_after)
    return Health(version=__version__)


@router.get(
    "/metrics",
    summary="What has it counted?",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Requests, latency, queue, workers, refusals, cache and process, in Prometheus' format."""
    return Response(request.app.state.metrics.text(), headers={"Content-Type": MEDIA_TYPE})
