"""How long a function of the page may be."""

from __future__ import annotations

import re
from pathlib import Path

SCRIPTS = Path(__file__).parent.parent / "static" / "js"
LONGEST_FUNCTION = 80

# A line that opens one: `function f() {`, `const f = () => {`, `f() {`, or `}) {` after its names.
_HEAD = re.compile(
    r"(\s*)(?!\s)(?:.*\bfunction\b.*|.*=> |(?:async |get |set )?[\w#]+\(.*\) |\}?\)+ )\{"
)
_NO_HEAD = re.compile(r"\s*(if|for|while|switch|else|\} else|catch|try)\b")


def functions(text: str) -> dict[int, int]:
    """The line where each function opens → how many lines it has.

    It ends with the first brace that stands as deep as the line that opens it.
    """
    lines, found = text.splitlines(), {}
    for at, line in enumerate(lines):
        head = _HEAD.fullmatch(line)
        if head and not _NO_HEAD.match(line):
            rest = enumerate(lines[at + 1 :], at + 1)
            end = next((n for n, one in rest if one.startswith(head[1] + "}")), at)
            found[at + 1] = end - at + 1
    return found


def test_a_function_is_found_however_it_begins() -> None:
    text = "export function one({\n  b,\n}) {\n  f(() => {\n    g();\n  });\n}\nconst a = {\n};\n"
    assert functions(text) == {1: 3, 3: 5, 4: 3}


def test_no_function_of_the_page_is_long() -> None:
    """What a longer one holds together is several rooms and one state."""
    found = {path: functions(path.read_text()) for path in SCRIPTS.rglob("*.js")}
    assert sum(map(len, found.values())) > 1500
    long = {
        f"{path.relative_to(SCRIPTS)}:{line}: {lines} lines"
        for path, own in found.items()
        for line, lines in own.items()
        if lines > LONGEST_FUNCTION
    }
    assert long == set()
