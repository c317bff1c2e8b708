"""The OpenAPI description, with the problem document among its schemas."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from unrolled.app.problems import EVERYWHERE, TO_WRITES, documented
from unrolled.app.schemas import Problem, WatchedReport

_REFERENCE = "#/components/schemas/{model}"


def describe(app: FastAPI) -> dict[str, Any]:
    """Build the description once; routes name the problem document by reference only.

    FastAPI would announce a response model as application/json; problems are
    application/problem+json, so their schema is added here.
    """
    if app.openapi_schema is None:
        description = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        named = [(Problem, "serialization"), (WatchedReport, "validation")]
        _, schemas = models_json_schema(named, ref_template=_REFERENCE)  # type: ignore[arg-type]
        description.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
        _guard(description)
        app.openapi_schema = description
    return app.openapi_schema


def _guard(description: dict[str, Any]) -> None:
    """Add to every operation what is answered before its route is reached."""
    for operations in description["paths"].values():
        for method, operation in operations.items():
            statuses = EVERYWHERE + (() if method in {"get", "head"} else TO_WRITES)
            responses = operation["responses"]
            for status, response in documented(*statuses).items():
                responses.setdefault(str(status), response)
            operation["responses"] = dict(sorted(responses.items()))
