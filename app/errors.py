"""What is wrong with a request, before it becomes a problem document."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


def sized(count: int | str) -> str:
    """A number of bytes; from a million on also in MB."""
    number = int(count)
    return f"{count} bytes" + (f" ({number / 1e6:.3g} MB)" if 1e6 <= number < 1e18 else "")


@dataclass(frozen=True, slots=True)
class InputError:
    """One thing that is wrong with a request's body.

    Attributes:
        path: keys and indices into the body.
        detail: what was received and what is allowed.
    """

    path: tuple[str | int, ...]
    detail: str

    @property
    def pointer(self) -> str:
        """The path as a JSON pointer, RFC 6901."""
        keys = (str(key).replace("~", "~0").replace("/", "~1") for key in self.path)
        return "".join(f"/{key}" for key in keys)


class BadInput(Exception):
    """The request asks for something that is not allowed: 422."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        super().__init__("bad input")
        self.errors = list(errors)


class Unreadable(Exception):
    """The body is no JSON: 400; the message says why."""


class NotTaken(Exception):
    """A file that is uploaded cannot be taken; the message says why.

    Attributes:
        status: 415 where its kind is not read, else 422.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class BodiesFull(Exception):
    """Too many bytes of bodies are there at once: 503."""

    def __init__(self, most: int) -> None:
        super().__init__("bodies")
        self.most = most


@contextmanager
def within(*keys: str | int) -> Iterator[None]:
    """What is wrong with a part of a body, said with its place in the whole one."""
    try:
        yield
    except BadInput as error:
        below = [InputError((*keys, *one.path), one.detail) for one in error.errors]
        raise BadInput(below) from None


class TooSlow(Exception):
    """The job ran into the time limit: 504."""

    def __init__(self, seconds: float) -> None:
        super().__init__("time limit")
        self.seconds = seconds


class TooLarge(Exception):
    """The job ran into the worker's memory limit, or into the machine's: 507.

    Attributes:
        allowed: bytes that a worker may take.
        killed: whether something outside ended the worker, as the kernel does where none is left.
    """

    def __init__(self, allowed: int, killed: bool = False) -> None:
        super().__init__("memory limit")
        self.allowed = allowed
        self.killed = killed


class QueueFull(Exception):
    """As many requests wait as may: 503.

    Attributes:
        waiting: how many may.
        retry_after: whole seconds after which a place should be free.
    """

    def __init__(self, waiting: int, retry_after: int) -> None:
        super().__init__("queue full")
        self.waiting = waiting
        self.retry_after = retry_after


class TooManyOfYours(Exception):
    """The client has as many trainings, or maps, under way as one may: 429.

    Its words say how many, and which setting bounds them.
    """


class TurnsFull(Exception):
    """As many trainings, or maps, wait for their turn as may: 503. Its words likewise."""


class JobFailed(Exception):
    """A worker crashed or met an error of ours: 500; the log says more.

    Attributes:
        detail: how; for the log alone.
    """

    def __init__(self, detail: str = "") -> None:
        super().__init__("job failed")
        self.detail = detail


class StoreAway(Exception):
    """The database of runs does not answer: 503; the message says why.

    Attributes:
        retry_after: whole seconds after which it may be back.
    """

    def __init__(self, why: str, retry_after: int) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class StoreFull(Exception):
    """There is no room for more runs or reports: 507; the message names the setting."""


class CannotStart(Exception):
    """The workers cannot compute, so that the service does not start; the text says why."""


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


def shown(value: object, longest: int = 60) -> str:
    """A received value as it may stand in a detail: JSON's words, printable, not long."""
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "an array"
        return f"{kind} of {len(value)}" if value else f"{kind}, empty"
    if isinstance(value, int) and abs(value) >= 10**longest:
        return f"a whole number of more than {longest} digits"
    text = json.dumps(value) if isinstance(value, float) else repr(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
