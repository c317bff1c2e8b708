"""Let the pages of named origins read the answers, and nobody else's."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from unrolled.app.errors import shown
from unrolled.app.problems import problem


class CrossOrigin(CORSMiddleware):
    """Starlette's CORS; what a preflight request may not is said in a problem document."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to OPTIONS with Access-Control-Request-Method."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        origin = shown(request_headers["origin"])
        method = shown(request_headers["access-control-request-method"])
        return problem(
            403,
            f"received a preflight request of {origin} for {method}; allowed: "
            f"{', '.join(self.allow_methods)} with {', '.join(self.allow_headers)}, by pages of "
            f"{', '.join(self.allow_origins)}",
            headers={"Vary": answer.headers["vary"]},
        )
