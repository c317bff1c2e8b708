"""The rooms look one way only, and the engine needs nothing but NumPy."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ORDER = (
    ("arrays", "errors", "records", "streams"),
    ("products",),
    ("activations", "losses", "topologies", "truncation", "magnitude"),
    ("jacobians",),
    ("parameters", "cells"),
    ("network",),
    ("sequences", "text"),
    ("unroll", "saturation"),
    ("passage",),
    ("vector", "terms", "carry"),
    ("bptt", "itemize", "clipping", "spectrum", "lyapunov", "pascanu"),
    ("arrivals", "ceiling", "samples"),
    ("trajectory",),
    ("diagnosis", "graph", "values"),
    ("arriving",),
    ("results",),
    ("flow",),
    ("check",),
    ("__init__",),
)
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names.add(str(node.module))
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_knows_only_the_rooms_below_it(path: Path) -> None:
    for name in imported(path):
        top, *rest = name.split(".")
        assert top in {"engine", "numpy", *sys.stdlib_module_names}, f"{path.name} imports {name}"
        if top == "engine" and rest and rest[0] != room(path):
            assert LEVEL[rest[0]] <= LEVEL[room(path)], f"{room(path)} must not know {rest[0]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 350


def test_public_names_exist() -> None:
    assert sorted(engine.__all__) == engine.__all__ or set(engine.__all__) <= set(dir(engine))
    for name in engine.__all__:
        assert getattr(engine, name) is not None
