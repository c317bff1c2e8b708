"""A cell is said by its own file and the table; every other room reads its record."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house import ENGINE, JS_COMMENT, ROOT, imports, tracked, wing
from unrolled import engine

NAMES_NO_CELL = ("engine", "app", "static", "templates")
"""Folders in which no room but the cells' own says the name of a cell."""
EXAMPLES = (
    *("app/presets.py", "app/sweeps/presets.py"),
    *("templates/lessons/", "templates/learn/", "templates/train.json"),
)
"""Rooms, or how the paths of rooms begin, whose whole job is to set experiments up."""
NAMED_ONCE = {
    ("app/routes/flow.py", "elman"),  # which of the examples the description shows
    ("app/schemas/vocabulary.py", "lstm"),  # an example of the names
}
"""(room, name) where one name is meant, and nothing is asked of it."""


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string of a file, comments left out."""
    text = path.read_text()
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
        return
    blank = JS_COMMENT if path.suffix == ".js" else re.compile(r"<!--.*?-->|\{#.*?#\}", re.DOTALL)
    text = blank.sub(lambda found: "\n" * found.group().count("\n"), text)
    for found in re.finditer(r"""(["'`])([\w-]+)\1""", text):
        yield text.count("\n", 0, found.start()) + 1, found.group(2)


@pytest.mark.parametrize("folder", NAMES_NO_CELL)
def test_no_room_asks_for_a_cell_by_name(folder: str) -> None:
    said = {
        (path.relative_to(ROOT).as_posix(), text, line)
        for path in tracked(f"{folder}/*.py", f"{folder}/*.js", f"{folder}/*.html")
        if not path.is_relative_to(ROOT / "engine" / "cells")
        for line, text in literals(path)
        if text in engine.CELLS
    }
    named = {one for one in NAMED_ONCE if one[0].startswith(f"{folder}/")}
    asked = {one for one in said if not one[0].startswith(EXAMPLES)}
    assert {one for one in asked if one[:2] not in named} == set()
    assert {one[:2] for one in asked} == named
    assert len(asked) == len(named), "each stands there once"


def test_a_name_of_a_cell_is_found_where_it_stands(tmp_path: Path) -> None:
    page, script = tmp_path / "page.html", tmp_path / "script.js"
    page.write_text('<!-- "gru" -->\n{# "gru" #}\n<option value="lstm">')
    script.write_text("// 'gru'\nif (cell === 'gru') `${1}`;")
    assert list(literals(page)) == [(3, "lstm")]
    assert list(literals(script)) == [(2, "gru")]
    assert "simple" in {text for _, text in literals(ROOT / "engine" / "cells" / "simple.py")}


TRAINS = ("training", "sweep")
"""There an update is one step of a training, and no gate."""


def test_rooms_know_cells_by_their_table() -> None:
    """Outside its wing a cell's own module is imported by nobody, nor a gate asked for by name."""
    shared = {
        f"unrolled.engine.cells.{name}"
        for name in ("base", "gates", "lane", "lean", "modules", "wiring")
    }
    kinds = {unit.kind for cell in engine.CELLS.values() for unit in cell.wiring.units}
    gates = {gate.name for cell in engine.CELLS.values() for gate in cell.gates} - kinds
    assert {"forget", "update"} <= gates
    wrong = {
        f"{module} imports {used}"
        for module, targets in imports(ENGINE).items()
        if wing(module) != "cells"
        for used in targets - shared
        if used.startswith("unrolled.engine.cells.")
    }
    wrong |= {
        f"{module} says {node.value!r}"
        for module, tree in ENGINE.items()
        if wing(module) != "cells"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and node.value in gates
        and (node.value != "update" or wing(module) not in TRAINS)
    }
    assert wrong == set()
