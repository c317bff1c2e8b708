"""What stands around the whole service, its answers to its own failures included."""

from starlette.types import ASGIApp

from unrolled.app.middleware.cross_origin import CrossOrigin
from unrolled.app.middleware.page_policy import PagePolicy
from unrolled.app.middleware.request_guard import RequestGuard
from unrolled.app.settings import Settings

_ANYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  (compared, not bound)


def guarded(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The service inside its walls: refusals within CORS, CORS within the page's policy."""
    app = RequestGuard(
        app,
        hosts=allowed_hosts(settings),
        origins=settings.cors_origins,
        max_url_bytes=settings.max_url_bytes,
        max_header_bytes=settings.max_header_bytes,
    )
    if settings.cors_origins:
        app = CrossOrigin(
            app,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            expose_headers=("ETag", "Location", "Retry-After"),
        )
    return PagePolicy(app, settings.embed_origins)


def allowed_hosts(settings: Settings) -> tuple[str, ...]:
    """Those that are set, and the address that the service listens on where it is just one."""
    listens = settings.host if ":" not in settings.host else f"[{settings.host}]"
    own = () if settings.host in _ANYWHERE else (listens,)
    return tuple(dict.fromkeys((*settings.allowed_hosts, *own)))
