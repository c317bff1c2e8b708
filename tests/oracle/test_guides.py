"""The pages of docs/ whose code runs: what they print, and what Live says, stands in them."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

import unrolled
from unrolled.watch.slot import Slot

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
LEARN, JAX = (
    (ROOT / "docs" / name).read_text() for name in ("my-lstm-does-not-learn.md", "jax.md")
)


def blocks(page: str) -> list[tuple[str, str]]:
    """(language, text) of every block of code."""
    return re.findall(r"^```(.*?)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def same(shown: str, said: str) -> bool:
    """Whether two texts have the same words, and numbers that are about the same."""
    if re.sub(r"\s+", " ", NUMBER.sub("#", shown)) != re.sub(r"\s+", " ", NUMBER.sub("#", said)):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(said), strict=True)
    return all(float(a) == pytest.approx(float(b), rel=0.2, abs=0.15) for a, b in pairs)


def run(page: str, names: dict[str, Any]) -> None:
    """Run the blocks of Python in order; what they print is the block of text after them."""
    printed = ""
    for language, text in blocks(page):
        if language == "python":
            into = io.StringIO()
            with contextlib.redirect_stdout(into):
                exec(compile(text, "a page", "exec"), names)  # noqa: S102
            printed = into.getvalue()
        elif language == "text":
            assert same(text, printed), f"the page shows\n{text}\nand the code prints\n{printed}"


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report is made, however slow this machine is: a training waits for it."""
    put = Slot.put

    def and_wait(self: Slot, snapshot: Any) -> None:
        before, until = self.done + self.failed, time.monotonic() + 120.0
        put(self, snapshot)
        while self.done + self.failed == before:
            assert time.monotonic() < until
            time.sleep(0.01)

    monkeypatch.setattr(Slot, "put", and_wait)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("patient")
def test_my_lstm_does_not_learn(tmp_path: Path) -> None:
    run(LEARN, {})
    paths = [tmp_path / f"{name}.unrolled" for name in ("before", "after")]
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert node is not None
    script = Path(__file__).parent / "live_says.mjs"
    done = subprocess.run([node, script, *paths], capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    quoted = re.findall(r"^> (.*)$", LEARN, re.MULTILINE)
    assert len(quoted) == 4
    sentences = [*before["alarms"], *before["pictures"], *after["pictures"]]
    for one in quoted:
        assert any(same(one, said) for said in sentences), f"{one}\nnone of\n" + "\n".join(
            sentences
        )
    assert len(before["alarms"]) == 1
    assert after["alarms"] == []
    losses = [unrolled.load_run(path).reports[-1].loss for path in paths]
    assert losses[0] == pytest.approx(0.693, abs=0.1)
    assert losses[1] == pytest.approx(0.0, abs=0.02)
    for report in unrolled.load_run(paths[0]).reports:
        assert all(one is not None and one < 1e-5 for one in report.proof.values()), "as is said"


def test_jax(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    post = httpx.post

    def there(url: str, **more: Any) -> httpx.Response:
        return post(url.replace("http://127.0.0.1:8000", server), **more)

    monkeypatch.setattr(httpx, "post", there)
    monkeypatch.chdir(tmp_path)
    run(JAX, {})
    assert len(unrolled.load_run("jax.unrolled").reports) == 3
