"""What a worker sends back."""

from dataclasses import dataclass
from typing import Literal

from unrolled.app.errors import InputError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job sends back: errors cross as data, never as pickled exceptions.

    Attributes:
        kind: `answer`, `unreadable` (no JSON), `invalid` (the client's fault too), `refused` (a
            file), `failed` (ours), `slow`, `large`, or `killed` by the kernel or a person.
        body: the answer.
        errors: what is invalid.
        status: of the refusal, where it is not 422.
        detail: why it is unreadable or refused; a failed job's traceback, for the log.
    """

    kind: Literal["answer", "unreadable", "invalid", "refused", "failed", "slow", "large", "killed"]
    body: bytes = b""
    errors: tuple[InputError, ...] = ()
    detail: str = ""
    status: int = 422
