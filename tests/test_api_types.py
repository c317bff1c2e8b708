"""The page's types of the API: what the service describes; and what checks the page's modules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts import api_types
from unrolled.app.main import create_app

ROOT = Path(__file__).resolve().parent.parent


def test_types_are_what_the_service_describes() -> None:
    written = api_types.declarations(create_app().openapi())
    assert api_types.FILE.read_text() == written, "run `make format`"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 1}, "number"),
        ({"const": "norm", "type": "string"}, '"norm"'),
        ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"'),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        ({"$ref": "#/components/schemas/Flow"}, 'Schemas["Flow"]'),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        (
            {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
            "(number | null)[]",
        ),
        (
            {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]},
            "[number, string]",
        ),
        (
            {"type": "object", "additionalProperties": {"type": "number"}},
            "Record<string, number>",
        ),
        ({}, "unknown"),
    ],
)
def test_schema_as_a_type(schema: dict[str, Any], expected: str) -> None:
    assert api_types.type_of(schema) == expected


def test_a_field_may_be_missing_only_where_nothing_fills_it_in() -> None:
    fields = {"needed": {"type": "string"}, "filled": {"type": "number", "default": 1}, "x-y": {}}
    schema = {"type": "object", "properties": fields, "required": ["needed"]}
    assert api_types.type_of(schema).split("\n") == [
        "{",
        "  needed: string;",
        "  filled: number;",
        '  "x-y"?: unknown;',
        "}",
    ]


def test_keyword_that_has_no_type_is_an_error() -> None:
    with pytest.raises(ValueError, match="allOf"):
        api_types.type_of({"allOf": [{"type": "string"}]})


def test_description_cannot_end_its_comment() -> None:
    fields = {"a": {"type": "string", "description": "ends */ here"}}
    assert api_types.type_of({"type": "object", "properties": fields}).count("*/") == 1


# --- what checks the page's modules ---------------------------------------------------------------


def test_npm_lock_has_hashes_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in text
    lock = json.loads(text)
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert lock["packages"].pop("")["devDependencies"] == wanted
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert lock["packages"].keys() >= {f"node_modules/{name}" for name in wanted}
    assert [name for name, package in lock["packages"].items() if "integrity" not in package] == []


def test_npm_runs_no_script_of_a_package() -> None:
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text().splitlines()


def test_types_are_checked_strictly_and_nothing_is_let_off() -> None:
    options = json.loads((ROOT / "tsconfig.json").read_text())["compilerOptions"]
    assert options["strict"] is True
    assert options["checkJs"] is True
    off = re.compile(r"@ts-(nocheck|ignore|expect-error)")
    modules = [*(ROOT / "static" / "js").rglob("*.js"), *(ROOT / "types").glob("*.ts")]
    assert len(modules) > 50
    assert [path.name for path in modules if off.search(path.read_text())] == []
