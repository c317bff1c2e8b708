"""The whole way: a training, the process that analyses, a file or a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import unrolled.torch
from unrolled.watch.runs import is_written

ROOT = Path(__file__).resolve().parents[2]


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.core = nn.LSTM(3, 5)
        self.head = nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        read: torch.Tensor = self.head(self.core(x)[0])
        return read


def train(model: Model, steps: int, pause: float = 0.0) -> None:
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(6, 2, 3)).square().mean().backward()
        optimizer.step()
        time.sleep(pause)


def lines(path: Path | str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def waits_for(condition: Any, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_training_leaves_a_file(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    model = Model()
    with unrolled.torch.watch(model, every=4, to=path, name="a try") as watch:
        train(model, 2)
        waits_for(lambda: watch._slot.done == 1)
        train(model, 6)
        assert watch.update == 8
        assert "core" in repr(watch)
    head, *reports, last = lines(path)
    assert (head["format"], head["version"]) == ("unrolled-run", 1)
    assert (head["run"]["name"], head["run"]["about"]["model"]) == ("a try", "Model")
    assert [one["update"] for one in reports] == [0, 4]
    for one in reports:
        (module,) = one["modules"]
        assert module["trusted"], module["why_not"]
        assert module["flow"]["diagnosis"]["summary"]
        assert one["seconds"]["analysis"] > 0.0
        assert one["steps_taken"]["core.weight_hh_l0"]["log10_step"] < 0.0
    assert last["end"]["state"] == "ended"


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    path.write_text("mine")
    with unrolled.torch.watch(Model(), to=str(path)) as watch:
        pass
    assert path.read_text() == "mine"
    assert watch.to == str(tmp_path / "run-2.unrolled")
    assert len(lines(watch.to)) == 2


def test_a_run_that_raises_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    with pytest.raises(TypeError), unrolled.torch.watch(Model(), to=path) as watch:
        watch.loss(None)
    (head,) = lines(path)
    assert "run" in head


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"every": 0}, ValueError), ({"sampled": 1.5}, ValueError), ({"to": "no/a"}, OSError)],
)
def test_what_cannot_be_watched_is_said_at_once(
    wrong: dict[str, Any], error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        unrolled.torch.watch(Model(), **({"to": tmp_path / "run"} | wrong))


SCRIPT = """
    import sys, time, torch, unrolled.torch
    model = torch.nn.GRU(3, 5)
    watch = unrolled.torch.watch(model, every=1, to=sys.argv[1])
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for _ in range(int(sys.argv[2])):
        optimizer.zero_grad()
        model(torch.randn(6, 2, 3))[0].square().mean().backward()
        optimizer.step()
        time.sleep(0.02)
"""


def script(*arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=folder,
    )


def test_a_training_that_is_killed_leaves_whole_lines_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    process = script(str(path), "100000", folder=tmp_path)
    waits_for(lambda: path.exists() and path.read_bytes().count(b"\n") >= 4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    waits_for(lambda: not is_written(path))
    found = lines(path)
    assert len(found) >= 4
    assert all(one["modules"][0]["trusted"] for one in found[1:])
    assert "end" not in found[-1]
    last = found[-1]["update"]
    model = Model()
    for update in (None, last):
        with unrolled.torch.watch(model, every=1, to=path, update=update) as watch:
            assert (watch.to, watch.update) == (str(path), last if update is None else update)
            train(model, last - watch.update + 2)  # first what there is a report of
            waits_for(lambda watch=watch: watch._slot.done)
        run = unrolled.load_run(path)
        assert run.state == "ended"
        assert [one.update for one in run.reports] == sorted({one.update for one in run.reports})
        assert run.last_update is not None
        assert run.last_update > last
        last = run.last_update
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_watch_that_is_never_closed_ends_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    assert script(str(path), "3", folder=tmp_path).wait() == 0
    assert lines(path)[-1]["end"]["state"] == "ended"
    assert lines(path)[1]["update"] == 0


def test_an_analyst_that_dies_is_started_again(tmp_path: Path) -> None:
    path, model = tmp_path / "run.unrolled", Model()
    with unrolled.torch.watch(model, every=1, to=path) as watch:
        train(model, 1)
        waits_for(lambda: watch._slot.done == 1)
        analyst = watch._slot._process
        assert analyst is not None
        analyst.kill()
        analyst.wait()
        with path.open("ab") as file:
            file.write(b'{"torn')
        train(model, 1)
        waits_for(lambda: watch._slot.done == 2)
    found = lines(path)
    assert [one.get("update") for one in found] == [None, 0, 1, None]


# --- a server -----------------------------------------------------------------------------------


class Server:
    """A server that keeps what it is told, and can be away."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.keys: list[str] = []
        self.status = 201
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                if server.status == 201:
                    server.told.append((self.command, self.path, json.loads(raw)))
                    server.keys.append(self.headers.get("Idempotency-Key", ""))
                body = json.dumps({"id": "abc", "sequence": len(server.told)}).encode()
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = answer

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    @property
    def updates(self) -> list[int]:
        return [body["update"] for _, path, body in self.told if path.endswith("reports")]

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.chdir(tmp_path)
    one = Server()
    yield one
    one.close()


def test_reports_go_to_a_server(server: Server, tmp_path: Path) -> None:
    model = Model()
    with unrolled.torch.watch(model, every=1, to=server.address + "/") as watch:
        for n in range(3):
            train(model, 1)
            waits_for(lambda n=n: watch._slot.done == n + 1)
    (made, *_, last) = server.told
    assert made[:2] == ("POST", "/api/v1/runs")
    assert made[2]["about"]["every"] == 1
    assert server.updates == [0, 1, 2]
    assert last == ("PATCH", "/api/v1/runs/abc", {"state": "ended"})
    assert len(set(server.keys[1:-1])) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_comes_back_gets_everything(server: Server, tmp_path: Path) -> None:
    model = Model()
    with unrolled.torch.watch(model, every=1, to=server.address) as watch:
        for n, status in enumerate((201, 503, 503)):
            server.status = status
            train(model, 1)
            waits_for(lambda n=n: watch._slot.done == n + 1)
        assert server.updates == [0]
        assert [one["update"] for one in lines(tmp_path / "Model.unrolled")[1:]] == [1, 2]
        server.status = 201
    assert server.updates == [0, 1, 2]
    assert list(tmp_path.iterdir()) == []


def test_without_a_server_the_reports_are_kept_and_the_training_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.chdir(tmp_path)
    model = Model()
    watch = unrolled.torch.watch(model, every=1, to=f"http://127.0.0.1:{free_port}")
    train(model, 1)
    waits_for(lambda: watch._slot.done == 1)
    train(model, 50)
    watch.close()
    assert watch.to == str(tmp_path / "Model.unrolled")
    head, *reports, last = lines(watch.to)
    assert head["run"]["about"]["model"] == "Model"
    assert reports[0]["update"] == 0
    assert reports[-1]["update"] == 50
    assert last["end"]["state"] == "ended"


def test_a_server_that_refuses_is_asked_no_more(server: Server, tmp_path: Path) -> None:
    server.status = 507
    model = Model()
    with unrolled.torch.watch(model, every=1, to=server.address) as watch:
        train(model, 1)
        waits_for(lambda: watch._slot.done == 1)
        server.status = 201
    assert server.told == []
    assert [one["update"] for one in lines(tmp_path / "Model.unrolled")[1:-1]] == [0]


def test_the_training_puts_and_goes_on_while_nobody_takes() -> None:
    """A slot whose process never answers: the first and the newest snapshot lie in it."""
    from unrolled.watch.slot import Slot

    class Stuck(Slot):
        def _run(self) -> None:
            return None

    slot: Any = Stuck({})
    for n in range(5):
        slot.put(n)
    assert (slot._waiting, slot.replaced) == ([0, 4], 3)
