"""Where reports go: a file, or a server with a file beside it for what it did not take."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from unrolled.watch.runs import BeingWritten, RunFile

if TYPE_CHECKING:
    import httpx

_LOG = logging.getLogger("unrolled.watch")
SECONDS = 5.0
"""How long one request may take."""
WAIT, LONGEST = 1.0, 60.0
"""Seconds from one attempt to reach a server to the next: twice as many each time, up to these."""
LAST_TRIES = 3
"""How often a server that is away is asked when the run ends."""
_FAULTY = {400, 413, 422}
"""Of a report that the server does not take: the next one may be well."""
MOST_BYTES = 256 * 2**20
"""What is kept for a server that is away, at most; what comes after is lost, and said."""


class Delivery(Protocol):
    """Takes reports.

    Attributes:
        to: the address, or the path of the file that is written.
        run: what the server calls the run; None for a file, and before it has answered.
    """

    to: str
    run: str | None

    def report(self, report: dict[str, Any]) -> None:
        """One more report."""

    def end(self, state: str) -> str | None:
        """The run is over; where what could not be delivered lies, or None."""


def is_address(to: str) -> bool:
    """Whether reports go to a server."""
    return to.startswith(("http://", "https://"))


def last_update_of(address: str, run: str) -> int | None:
    """The update of a run's last report, as its server says it; None where it does not answer.

    Raises:
        LookupError: it has no such run.
    """
    import httpx

    try:
        with httpx.Client(timeout=SECONDS, trust_env=not _is_local(address)) as client:
            answer = client.get(f"{address.rstrip('/')}/api/v1/runs/{run}")
        if answer.status_code == 404:
            raise LookupError(f"{address} has no run {run}")
        found = answer.raise_for_status().json()["last_update"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as error:
        _LOG.warning("%s does not say how far run %s is (%s)", address, run, error)
        return None
    return None if found is None else int(found)


def _is_local(address: str) -> bool:
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


def fresh(path: Path) -> Path:
    """The path, or where something stands there already the next one: run-2.unrolled."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found


def delivery_of(
    to: str,
    name: str,
    about: dict[str, Any],
    aside: str,
    run: str | None = None,
) -> Delivery:
    """To a server's address, or to the file of that path.

    Args:
        to: the address or the path.
        name: of the run.
        about: what was trained.
        aside: the folder in which reports are kept that no server took.
        run: of a server, the run that goes on; None for a new one.
    Raises:
        OSError: where the file cannot be made.
    """
    if is_address(to):
        return ToServer(to, name, about, Path(aside), run)
    return ToFile(Path(to), name, about)


def _begun(path: Path, name: str, about: dict[str, Any], *, new: bool) -> tuple[Path, RunFile]:
    """The file; where another process has begun it meanwhile, the next one: run-2.unrolled."""
    found = path
    while True:
        try:
            return found, RunFile(found, name, about, new=new)
        except (BeingWritten, FileExistsError):
            found, new = fresh(path), True


class ToFile:
    """Every report a line of a file; of one that is nobody else's."""

    run: str | None = None

    def __init__(self, path: Path, name: str, about: dict[str, Any]) -> None:
        path, self.file = _begun(path, name, about, new=False)
        self.to = str(path)

    def report(self, report: dict[str, Any]) -> None:
        """One more line."""
        self.file.report(report)

    def end(self, state: str) -> str | None:
        """Close the file."""
        self.file.close(ended=state == "ended")
        return None


class ToServer:
    """Every report a request; while the server is away they are lines of a file, and sent later.

    That file is removed when the server has all of it. What a server refuses stays in it.
    """

    def __init__(
        self, address: str, name: str, about: dict[str, Any], aside: Path, run: str | None
    ) -> None:
        import httpx

        self.to, self.name, self.about, self.aside = address, name, about, aside
        self.base = address.rstrip("/") + "/api/v1"
        self.client = httpx.Client(timeout=SECONDS, trust_env=not _is_local(address))
        self.away: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.InvalidURL)
        self.run = run
        self.kept: RunFile | None = None
        self.path = aside
        self.waiting: list[int] = []
        self.wait, self.next_try = WAIT, 0.0
        self.refused = False
        self.lost = 0

    def report(self, report: dict[str, Any]) -> None:
        """Send it; or keep it, and try again later."""
        if self.kept is None and self._ready() and self._send(report):
            return
        self._keep(report)
        if self._ready():
            self._catch_up()

    def end(self, state: str) -> str | None:
        """Send what is kept, and say that the run is over."""
        for attempt in range(LAST_TRIES):
            if self.refused or self._catch_up():
                break
            if attempt < LAST_TRIES - 1:
                time.sleep(WAIT)
        if self.run is not None and not self.refused:
            self._ask("PATCH", f"/runs/{self.run}", {"state": state})
        self.client.close()
        if self.kept is None:
            return None
        self.kept.close(ended=state == "ended")
        _LOG.warning("%s did not take every report; what is left is in %s", self.base, self.path)
        return str(self.path)

    def _ready(self) -> bool:
        return not self.refused and time.monotonic() >= self.next_try

    def _send(self, report: dict[str, Any]) -> bool:
        if self.run is None:
            about = {"kind": "watched", "name": self.name, "about": self.about}
            made = self._ask("POST", "/runs", about)
            if made is None or not made.is_success:
                return False
            self.run = str(made.json()["id"])
        key = {"Idempotency-Key": f"{self.run}/{report['update']}/{report['time']}"}
        return self._ask("POST", f"/runs/{self.run}/reports", report, key) is not None

    def _ask(
        self, method: str, path: str, body: Any, headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        """The answer, or None: then the server is away, or takes nothing more."""
        try:
            raw = json.dumps(body, allow_nan=False).encode()
            given = {"Content-Type": "application/json"} | (headers or {})
            answer = self.client.request(method, self.base + path, content=raw, headers=given)
        except self.away as error:
            self._is_away(str(error) or type(error).__name__)
            return None
        if answer.is_success:
            self.wait, self.next_try = WAIT, 0.0
            return answer
        if answer.status_code >= 500 and answer.status_code != 507:
            self._is_away(f"it answers {answer.status_code}")
            return None
        if answer.status_code == 429:
            self._is_away("it asks to wait")
            return None
        _LOG.warning("%s %s: %s %s", method, path, answer.status_code, answer.text[:300])
        if answer.status_code in _FAULTY:
            return answer
        self.refused = True
        return None

    def _is_away(self, why: str) -> None:
        """Wait, longer each time, before it is asked again."""
        if self.wait == WAIT:
            _LOG.warning("%s is away (%s); reports are kept meanwhile", self.base, why)
        self.next_try = time.monotonic() + self.wait
        self.wait = min(2 * self.wait, LONGEST)

    def _keep(self, report: dict[str, Any]) -> None:
        if self.kept is None:
            path = fresh(self.aside / f"{_plain(self.name)}.unrolled")
            self.path, self.kept = _begun(path, self.name, self.about, new=True)
            self.waiting = []
        at = self.path.stat().st_size
        if at > MOST_BYTES:
            self.lost += 1
            if self.lost == 1:
                _LOG.warning("%s has %d bytes: what follows is not kept", self.path, at)
            return
        self.kept.report(report)
        self.waiting.append(at)

    def _catch_up(self) -> bool:
        """Send what is kept, the oldest first; whether nothing is left."""
        if self.kept is None:
            return True
        with self.path.open("rb") as lines:
            while self.waiting:
                lines.seek(self.waiting[0])
                if not self._send(json.loads(lines.readline())):
                    return False
                self.waiting.pop(0)
        self.kept.close(ended=False)
        self.path.unlink(missing_ok=True)
        self.kept = None
        return True


def _plain(name: str) -> str:
    """A name as a file may have it."""
    kept = "".join(one if one.isalnum() or one in "-_. " else "-" for one in name).strip(". ")
    return kept[:80] or "run"
