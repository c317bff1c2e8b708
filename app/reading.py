"""Large bodies, which are read where reading them holds up nobody else.

What is proportional to the elements of a body takes seconds for a few megabytes: a worker does
it. The event loop only counts bytes before, and refuses what no request can look like.
"""

import gc
import json
import signal
import traceback

import anyio
import anyio.lowlevel
from pydantic import TypeAdapter, ValidationError

from unrolled.app import memory
from unrolled.app.errors import BadInput, InputError, Unreadable
from unrolled.app.forms import FORMS
from unrolled.app.orphan import end_with_parent
from unrolled.app.outcome import Outcome
from unrolled.app.settings import Settings
from unrolled.app.validation import input_errors, not_json, unreadable

LARGE = 2**14
"""Bytes up to which a body is read at once: 16 ms for the worst of them, 2 for most."""

MOST_STRINGS = 10_000
MOST_HOLLOW = 1_000
"""Names and texts, objects and empty arrays in a body; a request that is allowed has some ten of
each, and as many as it likes of what stands within a text."""


_PIECE = 2**18
"""Bytes that are counted before others have their turn: a millisecond's work."""


async def refuse_shape(body: bytes, settings: Settings) -> None:
    """Refuse a body by counting bytes; what a cut divides is not counted.

    Raises:
        BadInput: with the count and what is allowed.
    """
    strings = objects = hollow = 0
    for start in range(0, len(body), _PIECE):
        dense = body[start : start + _PIECE].translate(None, b" \t\r\n")
        strings += (dense.count(b'"') - dense.count(b'\\"')) // 2
        objects += dense.count(b"{")
        hollow += dense.count(b"[]")
        await anyio.lowlevel.checkpoint()
    most = MOST_HOLLOW + settings.max_text_length
    counts = (
        ("names and texts", strings, MOST_STRINGS),
        ("objects", objects, most),
        ("empty arrays", hollow, most),
    )
    errors = [
        InputError((), f"received a body of {count} {what}; allowed: at most {allowed}")
        for what, count, allowed in counts
        if count > allowed
    ]
    if errors:
        raise BadInput(errors)


def read(route: str, body: bytes, settings: Settings, memory_bytes: int) -> Outcome:
    """Parse and validate a body in a worker process; its canonical form is the answer.

    Args:
        route: one of `FORMS`.
        body: as it came.
        settings: the limits of what it may ask for.
        memory_bytes: how much memory the job may take.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    end_with_parent()
    memory.limit(memory_bytes)
    gc.disable()  # a million lists and no cycle: looking for one takes three quarters of the time
    try:
        return Outcome("answer", form_of(route, body, settings))
    except MemoryError:
        return Outcome("large")
    except Unreadable as error:
        return Outcome("unreadable", detail=str(error))
    except BadInput as error:
        return Outcome("invalid", errors=tuple(error.errors))
    except Exception:  # noqa: BLE001  (whatever it is, it crosses as data)
        return Outcome("failed", detail=traceback.format_exc())
    finally:
        gc.enable()


def form_of(route: str, body: bytes, settings: Settings) -> bytes:
    """The canonical form of a body, with the refusals that the framework has for a small one.

    Raises:
        Unreadable: it is no JSON.
        BadInput: something in it is not allowed.
    """
    try:
        document = json.loads(body)
    except json.JSONDecodeError as error:
        raise Unreadable(not_json(error.msg, error.pos)) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(unreadable(error)) from None
    model, form = FORMS[route].model, FORMS[route].of
    try:
        asked = TypeAdapter(model).validate_python(document, from_attributes=True)
    except ValidationError as error:
        raise BadInput(input_errors(model, error.errors(include_url=False))) from None
    del document
    return form(asked, settings)
