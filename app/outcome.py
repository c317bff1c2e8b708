"""What a worker sends back."""

from dataclasses import dataclass
from typing import Literal

from unrolled.app.errors import InputError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job sends back: errors cross as data, never as pickled exceptions.

    Attributes:
        kind: `answer`, `unreadable` (no JSON), `invalid` (the client's fault too), `failed`
            (ours), `slow`, `large`, or `killed` by the kernel or a person.
        body: the answer.
        errors: what is invalid.
        detail: why it is unreadable; a failed job's traceback, for the log.
    """

    kind: Literal["answer", "unreadable", "invalid", "failed", "slow", "large", "killed"]
    body: bytes = b""
    errors: tuple[InputError, ...] = ()
    detail: str = ""
