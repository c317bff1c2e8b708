"""The directions between the rooms, held by reading the imports; and what no file may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from unrolled import engine

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 350

Imports = dict[str, set[str]]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(folder: str) -> dict[str, ast.Module]:
    """module → syntax tree, for every Python file of a folder of the package."""
    return {
        f"unrolled.{module_name(path)}": ast.parse(path.read_text(), str(path))
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def imported_names(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """(module, name) for `from module import name`; (module, None) for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute in this project"
            assert node.module is not None
            yield from ((node.module, alias.name) for alias in node.names)


def imports(trees: dict[str, ast.Module]) -> Imports:
    """module → modules of the same folder that it imports."""
    graph: Imports = {}
    for module, tree in trees.items():
        wanted = {f"{source}.{name}" for source, name in imported_names(tree)}
        wanted |= {source for source, _ in imported_names(tree)}
        graph[module] = wanted & trees.keys()
    return graph


def reachable(graph: Imports, start: str) -> set[str]:
    """Every module that `start` imports, directly or not."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for module in graph[waiting.pop()] - seen:
            seen.add(module)
            waiting.append(module)
    return seen


def cycles(graph: Imports) -> list[str]:
    return sorted(module for module in graph if module in reachable(graph, module))


ENGINE = sources("engine")
APP = sources("app")


def test_engine_imports_numpy_and_the_standard_library_only() -> None:
    allowed = set(sys.stdlib_module_names) | {"numpy"}
    foreign = {
        f"{module} imports {source}"
        for module, tree in ENGINE.items()
        for source, _ in imported_names(tree)
        if not source.startswith("unrolled.engine") and source.partition(".")[0] not in allowed
    }
    assert foreign == set()


ENGINE_WINGS = (
    "numbers",
    "choices",
    "cells",
    "experiment",
    "passes",
    "clip",
    "landscape",
    "analysis",
    "diagnosis",
    "results",
    "training",
    "flow",
    "sweep",
)
"""From the ground up; docs/architecture.md draws them. A door leads down, or stays in its wing."""


def wing(module: str) -> str:
    return module.split(".")[2] if module.count(".") > 1 else ""


def test_every_room_of_the_engine_stands_in_a_wing() -> None:
    assert {wing(module) for module in ENGINE if module != "unrolled.engine"} == set(ENGINE_WINGS)


def test_doors_of_the_engine_lead_down() -> None:
    graph = {module: used - {"unrolled.engine"} for module, used in imports(ENGINE).items()}
    graph.pop("unrolled.engine")
    assert cycles(graph) == []
    floor = {name: number for number, name in enumerate(ENGINE_WINGS)}
    wrong = {
        f"{module} knows {used}"
        for module, targets in graph.items()
        for used in targets
        if floor[wing(used)] > floor[wing(module)]
    }
    assert wrong == set()


def test_engine_modules_do_not_import_the_public_front() -> None:
    wrong = {
        module
        for module, tree in ENGINE.items()
        if any(source == "unrolled.engine" for source, _ in imported_names(tree))
    }
    assert wrong == set()


def test_every_public_name_of_the_engine_is_documented() -> None:
    definitions = {
        node.name: ast.get_docstring(node)
        for tree in ENGINE.values()
        for node in tree.body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    assert [name for name in engine.__all__ if getattr(engine, name, None) is None] == []
    public = definitions.keys() & set(engine.__all__)
    assert len(public) > len(engine.__all__) / 2
    assert [name for name in sorted(public) if not definitions[name]] == []
    assert [module for module, tree in ENGINE.items() if not ast.get_docstring(tree)] == []


def test_app_uses_what_the_engine_exports() -> None:
    wrong = {
        f"{module} imports {name} from {source}"
        for module, tree in APP.items()
        for source, name in imported_names(tree)
        if source.startswith("unrolled.engine")
        and (source != "unrolled.engine" or name not in engine.__all__)
    }
    assert wrong == set()


def test_app_computes_behind_one_door() -> None:
    """Only compute imports the modules that call the engine."""
    heavy = {("unrolled.engine", "gradient_flow"), ("unrolled.engine", "check_gradients")}
    callers = {module for module, tree in APP.items() if heavy & set(imported_names(tree))}
    assert callers
    graph = imports(APP)
    users = {module for module, used in graph.items() if used & callers} - callers
    assert users <= {"unrolled.app.compute"}


def test_app_has_no_circular_imports() -> None:
    graph = imports(APP)
    graph.pop("unrolled.app")
    assert cycles({module: used - {"unrolled.app"} for module, used in graph.items()}) == []


# --- the page's modules ---------------------------------------------------------------------------

JS = ROOT / "static" / "js"
JS_IMPORT = re.compile(
    r"""(?:^|\n)\s*(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*['"](\.[^'"]+)['"]"""
)
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`\\])//[^\n]*", re.DOTALL)


def js_sources() -> dict[str, str]:
    """Path below static/js → text without comments."""
    return {
        path.relative_to(JS).as_posix(): JS_COMMENT.sub("", path.read_text())
        for path in sorted(JS.rglob("*.js"))
    }


def js_imports(texts: dict[str, str]) -> Imports:
    graph = {
        module: {
            (JS / module).parent.joinpath(target).resolve().relative_to(JS).as_posix()
            for target in JS_IMPORT.findall(text)
        }
        for module, text in texts.items()
    }
    missing = {used for targets in graph.values() for used in targets} - texts.keys()
    assert missing == set(), "imported, and not there"
    return graph


JS_TEXTS = js_sources()
JS_GRAPH = js_imports(JS_TEXTS)
JS_ENTRIES = {
    "main.js",
    "learn/main.js",
    "learn/overview.js",
    "learn/test.js",
    "live/main.js",
    "networks/main.js",
    "train/main.js",
    "map/main.js",
}
"""What a page loads: one a view, or a kind of its pages."""
JS_MODULES = JS_ENTRIES.union(*(reachable(JS_GRAPH, entry) for entry in JS_ENTRIES))


JS_GROUND = "theme format types vocabulary lookup numeric samples tokens parts"


def js_layer(module: str) -> int:
    """0 theme, format, types, vocabulary and what they use; 1 figures; 2 all else; 3 pages."""
    if module in {f"{name}.js" for name in JS_GROUND.split()}:
        return 0
    if module.startswith("figures/"):
        return 1
    return 3 if module in JS_ENTRIES else 2


def test_page_modules_point_one_way() -> None:
    assert {js_layer(module) for module in JS_MODULES} == {0, 1, 2, 3}
    assert cycles(JS_GRAPH) == []
    wrong = {
        f"{module} imports {used}"
        for module, targets in JS_GRAPH.items()
        for used in targets
        if js_layer(used) > js_layer(module)
    }
    assert wrong == set()


def test_figures_are_pure() -> None:
    touches = re.compile(r"\b(document|window|globalThis|fetch|Plotly|localStorage)\s*[.(\[]")
    wrong = {
        f"{module}: {found.group()}"
        for module, text in JS_TEXTS.items()
        if js_layer(module) == 1
        for found in touches.finditer(text)
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("call", "home"), [(r"\bPlotly\s*\.", "render.js"), (r"\bfetch\s*\(", "api.js")]
)
def test_each_outside_call_has_one_home(call: str, home: str) -> None:
    assert [module for module in JS_TEXTS if re.search(call, JS_TEXTS[module])] == [home]


def test_explore_loads_nothing_of_the_lessons() -> None:
    assert not [one for one in reachable(JS_GRAPH, "main.js") if one.startswith("learn/")]


def test_only_what_pages_load_acts_on_import() -> None:
    """At the left margin of a module stand declarations and the ends of blocks, no statements."""
    declaration = re.compile(
        r"(import|export|const|let|function|async function|class)\b|[})\]\s]|$"
    )
    wrong = {
        f"{module}: {line}"
        for module in JS_MODULES - JS_ENTRIES
        for line in JS_TEXTS[module].splitlines()
        if not declaration.match(line)
    }
    assert wrong == set()


def test_tables_that_are_looked_into_have_no_inherited_names() -> None:
    """`TABLE[name]` finds `constructor` in an ordinary object, and names may come from a link."""
    looked_into = re.compile(r"\b([A-Z][A-Z_]+)(?:\?\.)?\[(?![\d\"'`])|\bin ([A-Z][A-Z_]+)\b")
    table = re.compile(r"const ([A-Z][A-Z_]+) = (\{\s*__proto__: null|lookup\(|\{)")
    used = {
        name for text in JS_TEXTS.values() for pair in looked_into.findall(text) for name in pair
    }
    found = [
        (module, name, opened)
        for module, text in JS_TEXTS.items()
        for name, opened in table.findall(text)
        if name in used
    ]
    assert len(found) > 20
    assert [f"{module}: {name}" for module, name, opened in found if opened == "{"] == []


# --- every file -----------------------------------------------------------------------------------


def tracked(*patterns: str) -> Iterable[Path]:
    """The files that git knows; a file that is deleted and not yet committed is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_is_long() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in tracked("*.py", "*.js", "*.css", "*.html")
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == set()


# Written with classes of one letter, so that this file does not hold what it looks for.
UNWANTED = {
    "a registry's host": r"(py[p]i|pythonh[o]sted|npmj[s]|debi[a]n)\.(org|com)",
    "a path of one machine": r"(^|[^a-zA-Z0-9.])/(wor[k]|hom[e]|roo[t]|User[s])/",
    "something left undone": r"\b(TOD[O]|FIXM[E]|XX[X])\b",
    "a test switched off": r"pytest\.mark\.(ski[p]|xfai[l])|pytest\.(ski[p]|xfai[l])\(",
}


@pytest.mark.parametrize("what", UNWANTED)
def test_no_tracked_file_holds(what: str) -> None:
    pattern = re.compile(UNWANTED[what], re.MULTILINE)
    wrong = {
        f"{path.relative_to(ROOT)}: {found.group()!r}"
        for path in tracked()
        if path.suffix != ".png"
        for found in pattern.finditer(path.read_text())
    }
    assert wrong == set()


def test_no_third_party_file_is_kept() -> None:
    foreign = re.compile(r"\.min\.(js|css)$|(^|/)(vendor|third_party|node_modules)/")
    assert [str(path) for path in tracked() if foreign.search(str(path.relative_to(ROOT)))] == []


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
