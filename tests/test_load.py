"""What `make load` makes of its records, and that its generator keeps to itself."""

from __future__ import annotations

import ast
import math

import pytest

from benchmarks.load.records import HEADER, Load, percentile
from scripts.service import ROOT


def test_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.5) == 7.0
    assert math.isnan(percentile([], 0.99))


def test_refusals_are_apart_from_answers_and_from_errors() -> None:
    load = Load.of(
        4,
        2.0,
        0.5,
        [
            ("flow", 200, 10.0, ""),
            ("flow", 304, 1.0, ""),
            ("flow", 503, 2.0, ""),
            ("flow", 503, 2.0, "503 without Retry-After"),
            ("flow", 500, 3.0, ""),
            ("flow", 0, 1000.0, "dropped"),
            ("flow", 200, 9.0, "3 of 5 bytes"),
            ("healthz", 200, 4.0, ""),
            ("healthz", 503, 5.0, ""),
        ],
    )
    assert load.answered == [10.0, 1.0]
    assert load.refused == [2.0]
    assert load.health == [4.0]
    assert load.errors == {
        "flow: 503 without Retry-After": 1,
        "flow: 500": 1,
        "flow: dropped": 1,
        "flow: 3 of 5 bytes": 1,
        "healthz: 503": 1,
    }
    assert load.generator == pytest.approx(0.25)


def test_row_stands_under_its_header() -> None:
    load = Load.of(40, 60.0, 3.0, [("flow", 200, 12.34, ""), ("healthz", 200, 3.21, "")])
    assert len(load.row()) == len(HEADER)
    assert load.row().split() == [
        *("40", "60", "0.0"),
        *3 * ["12.3"],
        "0",
        "-",
        "0",
        "3.2",
        "5",
        "%",
    ]


def test_generator_imports_nothing_of_the_project() -> None:
    tree = ast.parse((ROOT / "benchmarks/load/sliders.py").read_text())
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert "locust" in imported
    assert imported & {"benchmarks", "scripts", "tests", "unrolled"} == set()


def test_nothing_else_imports_the_generator() -> None:
    """Importing Locust changes sockets, threads and time for the whole process."""
    users = {
        path.name
        for folder in ("app", "benchmarks", "engine", "scripts", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and {"locust", "gevent"}
        & {
            *(alias.name.partition(".")[0] for alias in node.names),
            (getattr(node, "module", None) or "").partition(".")[0],
        }
    }
    assert users == {"sliders.py"}
