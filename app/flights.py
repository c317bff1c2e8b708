"""One computation for all who ask for the same while it runs."""

import asyncio
from collections.abc import Awaitable, Callable

from unrolled.app.answers import Key
from unrolled.app.errors import ClientGone, QueueFull

Gone = Callable[[], Awaitable[object]]
"""Returns when a client has left."""


class _Flight:
    """A computation, how many wait for it, and the event that nobody does any more."""

    def __init__(self, start: Callable[[Gone], Awaitable[bytes]]) -> None:
        self.waiting = 0
        self.nobody = asyncio.Event()
        self.task = asyncio.ensure_future(start(self.nobody.wait))
        self.task.add_done_callback(_seen)


def _seen(task: "asyncio.Future[bytes]") -> None:
    """Where everybody has left, nobody reads how it ended."""
    if not task.cancelled():
        task.exception()


class Flights:
    """Computations that run, by what they answer.

    Args:
        most: how many may wait beside the first of each; they take no place in the queue.
    Attributes:
        shared: how many have asked for what was being computed already.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._joined = 0
        self.shared = 0
        self._flights: dict[Key, _Flight] = {}

    async def share(
        self, key: Key, start: Callable[[Gone], Awaitable[bytes]], gone: Gone, retry_after: int
    ) -> bytes:
        """The answer of the computation that runs under this key, or of a new one.

        Args:
            key: the same for all whose answer is the same.
            start: begins to compute, given what returns when nobody waits for it any more.
            gone: of this client, whose leaving ends nobody else's computation.
            retry_after: seconds, for who is refused.
        Raises:
            QueueFull: as many wait as may.
            ClientGone: this client has left.
            Exception: what the computation raises.
        """
        flight = self._flights.get(key)
        joins = flight is not None
        if flight is None:
            flight = self._flights[key] = _Flight(start)
            flight.task.add_done_callback(lambda _: self._forget(key, flight))
        elif self._joined >= self._most:
            raise QueueFull(self._most, retry_after)
        self._joined += joins
        self.shared += joins
        flight.waiting += 1
        leaving = asyncio.ensure_future(gone())
        try:
            await asyncio.wait((flight.task, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not flight.task.done() and not leaving.cancelled():
                leaving.result()
                raise ClientGone
            return await asyncio.shield(flight.task)
        except asyncio.CancelledError:
            if flight.waiting == 1:
                flight.task.cancel()
            raise
        finally:
            leaving.cancel()
            self._joined -= joins
            flight.waiting -= 1
            if not flight.waiting:
                self._forget(key, flight)
                flight.nobody.set()

    def _forget(self, key: Key, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
