"""What a route says to a body that is no JSON by its own account."""

from fastapi import Request
from starlette.exceptions import HTTPException


async def require_json(request: Request) -> None:
    """Refuse a body that is not announced as JSON; a coroutine, which costs no thread."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        received = repr(media_type[:60]) if media_type else "no Content-Type"
        raise HTTPException(415, f"received {received}; allowed: 'application/json'")
