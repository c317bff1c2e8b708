"""Wirings, activations, losses, draws, clip rules and truncations are said by the engine's tables.

The page and what stands around the engine ask the vocabulary, or an answer, for a property of them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_house import JS_COMMENT, ROOT, tracked
from tests.test_house_cells import EXAMPLES, literals
from unrolled import engine

TABLES = {
    "topology": tuple(engine.TOPOLOGIES),
    "activation": tuple(engine.ACTIVATIONS),
    "loss": tuple(engine.LOSSES),
    "init": tuple(engine.INITS),
    "clip rule": tuple(engine.CLIP_RULES),
    "truncation": engine.Truncation.KINDS,
}
WORDS = frozenset({"none", "window", "value", "backward"})
"""Names that mean other things, too: of these only what is said of a field counts."""
FIELDS = r"kind|reach|rule|clip|truncation|topology|wiring|activation|loss|init"
OF_A_FIELD = re.compile(rf"""\b(?:{FIELDS})\b["']?\s*(?:[!=]==?|[:=])\s*["']([\w-]+)["']""")
NAMED = {
    ("app/schemas/sweeps.py", "linear"),  # how an axis is spaced
    ("app/packed.py", "identity"),  # an encoding of HTTP
    ("app/routes/reports.py", "identity"),  # the same
    ("app/schemas/watched.py", "norm"),  # which of PyTorch's two clippings was seen
    ("app/schemas/vocabulary.py", "tanh"),  # an example of what a rule allows
    ("app/schemas/networks.py", "keras"),  # a format of files
    ("static/js/difference.js", "none"),  # a passage on which no gradient enters
    ("static/js/passage.js", "none"),  # the same
    ("app/vocabulary.py", "given"),  # what an explicit sequence is called
    ("app/vocabulary.py", "chunk"),  # what truncations are called
    ("app/schemas/request.py", "chunk"),  # a field of each kind has a type of its own
    ("app/schemas/request.py", "cross-entropy"),  # what a request means that leaves it out
    ("app/schemas/request.py", "many-to-many"),  # the same
}
"""(room, name) where a name is meant, and nothing is asked of it."""
FOREIGN = "app/files/"
"""There stand the names that other frameworks and their files have for theirs."""


def names() -> frozenset[str]:
    return frozenset(name for table in TABLES.values() for name in table)


def said(path: Path) -> set[str]:
    """The names that a file says."""
    text = path.read_text()
    if path.suffix == ".js":
        text = JS_COMMENT.sub("", text)
    fields = {found for found in OF_A_FIELD.findall(text) if found in WORDS}
    return fields | {one for _, one in literals(path) if one in names() - WORDS}


@pytest.mark.parametrize("folder", ["static", "templates", "app"])
def test_no_room_says_a_name_of_a_table(folder: str) -> None:
    found = {
        (room, name)
        for path in tracked(f"{folder}/*.js", f"{folder}/*.html", f"{folder}/*.py")
        if not (room := path.relative_to(ROOT).as_posix()).startswith((*EXAMPLES, FOREIGN))
        for name in said(path)
    }
    named = {one for one in NAMED if one[0].startswith(f"{folder}/")}
    assert found - named == set()
    assert named - found == set(), "is named no more"


def test_a_name_is_found_where_it_stands(tmp_path: Path) -> None:
    page, script = tmp_path / "page.html", tmp_path / "script.js"
    page.write_text('<option value="relu">')
    script.write_text(
        'if (kind === "window") a = { rule: "value" }; // "huber"\nshow("none", "chunk")'
    )
    assert said(page) == {"relu"}
    assert said(script) == {"window", "value", "chunk"}
    assert names() > WORDS
