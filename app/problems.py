"""Every error as a problem document, RFC 9457, in one place."""

import http
import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from unrolled.app.errors import (
    BadInput,
    BodiesFull,
    ClientGone,
    InputError,
    JobFailed,
    NotTaken,
    QueueFull,
    StoreAway,
    StoreFull,
    TooLarge,
    TooManyOfYours,
    TooSlow,
    TurnsFull,
    Unreadable,
    shown,
)
from unrolled.app.middleware.head import ASKED
from unrolled.app.schemas import Experiment, Problem
from unrolled.app.validation import input_errors, not_json, unreadable

MEDIA_TYPE = "application/problem+json"

_WHEN = {
    400: "The body is not JSON, or the request cannot be read at all.",
    403: "A page of another site sent it.",
    404: "Nothing that is kept has this id.",
    408: "The body did not arrive in time.",
    413: "The body is larger than the limit.",
    414: "The address is longer than the limit.",
    415: "The body is not announced as what is taken here, or the file is of no kind that is read.",
    421: "The request is for a host that is not allowed.",
    422: "The body is JSON, but something in it is not allowed; `errors` says what.",
    429: "The client has as many runs or maps under way or waiting as one may.",
    431: "The headers are larger than the limit.",
    500: "The service failed; the request may be fine.",
    503: "As many requests wait as may, or the database is away; `Retry-After` says in "
    "how many seconds to try again.",
    504: "The computation took longer than the time limit.",
    507: "The computation needed more memory than the limit, or no more is kept; `detail` names "
    "the setting.",
}

EVERYWHERE = (400, 413, 414, 421, 431, 500)
"""What any route can answer with."""
TO_WRITES = (403, 408)
"""What any route that takes a body can answer with besides."""


_TURN_SECONDS = 30
"""After so long it may be another training's turn."""
_SMALLER = "fewer steps, a smaller network or a smaller batch"


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can answer with these problems."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {
        status: {"description": _WHEN[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def problem(
    status: int,
    detail: str,
    errors: Iterable[InputError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document as an answer."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        document["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in errors]
    # A lone surrogate of the request cannot be written as UTF-8: it becomes "?".
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


def stopping() -> Response:
    """503 for what the end of the service interrupts."""
    return problem(503, "the service stops; try again", headers={"Retry-After": "1"})


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem document."""
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)


def bad_input(errors: list[InputError]) -> Response:
    """422 with one entry for each thing that is wrong."""
    first = errors[0]
    others = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return problem(422, f"{first.pointer or 'body'}: {first.detail}{others}", errors)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request))) or headers.get("Allow", "")
        error.headers = headers
    if "GET" in headers.get("Allow", "").split(", "):  # and HEAD wherever GET is
        headers["Allow"] += ", HEAD"
        error.headers = headers
    return problem(error.status_code, _http_detail(request, error), headers=error.headers)


def _methods(request: Request) -> set[str]:
    """What may be asked at an address; each method may have a route of its own."""
    return {
        method
        for router in request.app.state.routers
        for route in router.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


def _http_detail(request: Request, error: HTTPException) -> str:
    """The author's sentence, or one for the statuses that the framework raises without any."""
    if error.status_code == 404 and error.detail == http.HTTPStatus(404).phrase:
        return f"received {shown(request.url.path)}; nothing is there. The API is listed at /docs"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        method = request.scope.get(ASKED, request.method)
        return f"received {shown(method)}; allowed: {allowed}"
    if error.status_code == 400 and error.__cause__ is not None:
        return unreadable(error.__cause__)
    return str(error.detail)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = list(error.errors())
    first = errors[0]
    if first["type"] == "json_invalid":
        position, reason = first["loc"][-1], first["ctx"]["error"]
        return problem(400, not_json(reason, position))
    if first["type"] == "missing" and first["loc"] == ("body",):
        return bad_input(
            [InputError((), "received an empty body; allowed: an object, {} at least")]
        )
    below = [{**one, "loc": one["loc"][1:]} for one in errors]
    return bad_input(input_errors(_body_model(request), below))


def _body_model(request: Request) -> Any:
    """What the request's body should have been: a model, or a union of models with tags."""
    field = getattr(request.scope.get("route"), "body_field", None)
    model = field.field_info.annotation if field else None
    if isinstance(model, type) and not issubclass(model, BaseModel):
        return Experiment
    return model or Experiment


async def _on_bad_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadInput)
    return bad_input(error.errors)


async def _on_unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unreadable)
    return problem(400, str(error))


async def _on_not_taken(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotTaken)
    return problem(error.status, str(error))


async def _on_bodies_full(request: Request, error: Exception) -> Response:
    assert isinstance(error, BodiesFull)
    detail = (
        f"large bodies are arriving, as many as may: {error.most} bytes of all together "
        "(UNROLLED_MAX_BODIES_BYTES); try again in 1 s"
    )
    return problem(503, detail, headers={"Retry-After": "1"})


async def _on_too_slow(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooSlow)
    detail = (
        f"stopped after {error.seconds:g} seconds of computing; "
        f"allowed: {_SMALLER} (UNROLLED_JOB_SECONDS)"
    )
    return problem(504, detail)


async def _on_too_large(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooLarge)
    where = (
        "the computation was ended from outside, as the system does when its memory is used up"
        if error.killed
        else f"stopped where computing needed more than {error.allowed} bytes of memory"
    )
    detail = f"{where}; allowed: {_SMALLER} (UNROLLED_MEMORY_BYTES)"
    return problem(507, detail)


async def _on_queue_full(request: Request, error: Exception) -> Response:
    assert isinstance(error, QueueFull)
    detail = (
        f"every worker computes and {error.waiting} requests wait, as many as may "
        f"(UNROLLED_MAX_WAITING); try again in {error.retry_after} s"
    )
    return problem(503, detail, headers={"Retry-After": str(error.retry_after)})


async def _on_too_many_of_yours(request: Request, error: Exception) -> Response:
    detail = f"{error}; end one, or try again in {_TURN_SECONDS} s"
    return problem(429, detail, headers={"Retry-After": f"{_TURN_SECONDS}"})


async def _on_turns_full(request: Request, error: Exception) -> Response:
    detail = f"{error}; try again in {_TURN_SECONDS} s"
    return problem(503, detail, headers={"Retry-After": f"{_TURN_SECONDS}"})


async def _on_store_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreAway)
    detail = (
        f"the database of runs is away: {error} (UNROLLED_DATABASE_URL, UNROLLED_DATA_FOLDER); "
        f"everything else works; try again in {error.retry_after} s"
    )
    return problem(503, detail, headers={"Retry-After": str(error.retry_after)})


async def _on_store_full(request: Request, error: Exception) -> Response:
    return problem(507, str(error))


async def _on_anything(request: Request, error: Exception) -> Response:
    return problem(500, "The service failed at this request. It has been logged.")


async def _on_gone(request: Request, error: Exception) -> Response:
    """Nobody reads this; the status is the one that proxies write in their logs."""
    return Response(status_code=499)


_HANDLERS = {
    HTTPException: _on_http,
    RequestValidationError: _on_validation,
    BadInput: _on_bad_input,
    Unreadable: _on_unreadable,
    NotTaken: _on_not_taken,
    BodiesFull: _on_bodies_full,
    TooSlow: _on_too_slow,
    TooLarge: _on_too_large,
    QueueFull: _on_queue_full,
    TooManyOfYours: _on_too_many_of_yours,
    TurnsFull: _on_turns_full,
    StoreAway: _on_store_away,
    StoreFull: _on_store_full,
    JobFailed: _on_anything,
    ClientGone: _on_gone,
    Exception: _on_anything,
}


async def as_problem(request: Request, error: Exception) -> Response:
    """The problem document of an error, for an answer that has begun."""
    for kind in type(error).__mro__:
        if kind in _HANDLERS:
            return await _HANDLERS[kind](request, error)
    raise error
