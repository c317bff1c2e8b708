"""Refuse requests by their head: too long, for another host, or sent by another site's page."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from unrolled.app.errors import shown
from unrolled.app.problems import problem

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})


class RequestGuard:
    """Answer 400, 403, 414, 421 or 431 before anything else sees the request.

    A page of another site whose name was bound anew to this machine's address still sends its
    own name as Host; a page that posts here from elsewhere is named by Origin, or marked by
    Sec-Fetch-Site. A browser lets no page write these three headers. A client that is no browser
    sends neither of the last two.

    Args:
        app: what answers the requests that pass.
        hosts: names without a port; `*.example.org` stands for every name below, `*` for any.
        origins: other sites' origins whose pages may write; `*` stands for any.
        max_url_bytes: of the path and the query.
        max_header_bytes: of all header lines together.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Sequence[str],
        origins: Sequence[str],
        max_url_bytes: int,
        max_header_bytes: int,
    ) -> None:
        self.app = app
        self._hosts = tuple(host.lower() for host in hosts)
        self._origins = frozenset(origins)
        self._max_url_bytes = max_url_bytes
        self._max_header_bytes = max_header_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that may not pass."""
        if (length := url_bytes(scope)) > self._max_url_bytes:
            return problem(
                414,
                f"received an address of {length} bytes; allowed: {self._max_url_bytes} "
                "(UNROLLED_MAX_URL_BYTES)",
            )
        if (length := header_bytes(scope)) > self._max_header_bytes:
            return problem(
                431,
                f"received headers of {length} bytes; allowed: {self._max_header_bytes} "
                "(UNROLLED_MAX_HEADER_BYTES)",
            )
        headers = Headers(scope=scope)
        return self._wrong_host(headers) or (
            None if scope["method"] in _READING else self._foreign_page(headers)
        )

    def _wrong_host(self, headers: Headers) -> Response | None:
        if "*" in self._hosts:
            return None
        given = headers.getlist("host")
        host = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if host is None:
            received = shown(given[0]) if given else "none"
            return problem(400, f"received as Host {received}; allowed: one name, with its port")
        name = host["name"].lower()
        if any(name == one or (one[:2] == "*." and name.endswith(one[1:])) for one in self._hosts):
            return None
        return problem(
            421,
            f"received a request for the host {shown(name)}; allowed: {', '.join(self._hosts)} "
            "(UNROLLED_ALLOWED_HOSTS)",
        )

    def _foreign_page(self, headers: Headers) -> Response | None:
        origins = headers.getlist("origin")
        if "*" in self._origins or (origins and self._origins.issuperset(origins)):
            return None
        host = headers.get("host", "").lower()
        for origin in origins:
            if origin.partition("://")[2].lower() != host:
                return _refused_page(f"from a page of {shown(origin)}")
        for site in headers.getlist("sec-fetch-site"):
            if site.lower() not in _OWN_SITES:
                return _refused_page(f"marked as {shown(site)}")
        return None


def _refused_page(received: str) -> Response:
    return problem(
        403,
        f"received a request {received}; allowed: this server's own pages, other pages only where "
        "UNROLLED_CORS_ORIGINS names them, and clients that are no browser",
    )


def url_bytes(scope: Scope) -> int:
    """The bytes of the path and the query as they came, the question mark included."""
    path, query = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
    return len(path) + (1 + len(query) if query else 0)


def header_bytes(scope: Scope) -> int:
    """The bytes of the header lines, each with its colon, space and line end."""
    return sum(len(name) + len(value) + 4 for name, value in scope["headers"])
