"""What the README shows is what the project does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from typing import Any

import httpx
import pytest

import unrolled
from scripts.service import ROOT
from unrolled.app.settings import settings_table

README = (ROOT / "README.md").read_text()


def block(language: str, containing: str) -> str:
    """The README's one block of code in a language that holds a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    (found,) = [text for text in blocks if containing in text]
    return str(found)


def test_every_setting_is_listed() -> None:
    assert settings_table() in README, "paste the output of `unrolled settings` into the README"


def assert_holds(answer: Any, excerpt: Any, where: str = "") -> None:
    """Every field of the excerpt is in the answer, numbers to nine digits."""
    if isinstance(excerpt, dict):
        for name, value in excerpt.items():
            assert name in answer, f"{where}/{name}"
            assert_holds(answer[name], value, f"{where}/{name}")
    elif isinstance(excerpt, float):
        assert answer == pytest.approx(excerpt, rel=1e-9), where
    else:
        assert answer == excerpt, where


def test_curl_example_answers_what_is_printed(server: str) -> None:
    command = block("sh", "curl -s")
    path, body = re.findall(r"http://127\.0\.0\.1:8000(\S+) .*?-d '(.*?)'", command, re.DOTALL)[0]
    answer = httpx.post(server + path, json=json.loads(body))
    assert answer.status_code == 200, answer.text
    assert_holds(answer.json(), json.loads(block("json", "diagnosis")))


def docstring() -> str:
    """The example of `help(unrolled)`."""
    return textwrap.dedent(str(unrolled.__doc__).partition("\n\n")[2].rpartition("\n\n")[0])


@pytest.mark.parametrize(
    "example", [block("python", "import unrolled\n"), docstring()], ids=["README", "help"]
)
def test_python_example_runs(example: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", README + contributing, re.MULTILINE))
    assert named >= {"serve", "test", "bench"}
    assert named <= targets


def test_every_linked_file_exists() -> None:
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text()):
            assert (ROOT / target).is_file(), f"{document} links {target}"
