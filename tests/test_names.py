"""What is true of a cell or a rule stands in the engine's tables; nobody asks for one by name."""

from __future__ import annotations

import re

from tests.test_house import JS_COMMENT, ROOT, tracked
from tests.test_house_cells import EXAMPLES, NAMED_ONCE
from unrolled import engine


def texts(*patterns: str) -> dict[str, str]:
    """Path → text without comments."""
    return {
        path.relative_to(ROOT).as_posix(): JS_COMMENT.sub("", path.read_text())
        if path.suffix == ".js"
        else path.read_text()
        for path in tracked(*patterns)
    }


def test_no_room_of_the_service_or_the_page_asks_for_a_cell_by_name() -> None:
    names = "|".join(map(re.escape, engine.CELLS))
    asks = re.compile(rf"""["'`]({names})["'`]|(?<![\w.])({names})(?=\s*:\s)|\.({names})\b""")
    named = {
        (path, next(filter(None, found.groups())))
        for path, text in texts("app", "static/js", "templates").items()
        for found in asks.finditer(text)
        if not path.startswith(EXAMPLES)
    }
    assert named == NAMED_ONCE


def test_the_page_compares_no_choice_with_a_name() -> None:
    """A new activation, loss, topology, initialisation or clip rule is a row of the engine's."""
    tables = (
        *(engine.CELLS, engine.ACTIVATIONS, engine.LOSSES, engine.TOPOLOGIES, engine.INITS),
        *(engine.CLIP_RULES, engine.OPTIMIZERS, engine.THRESHOLD_RULES),
    )
    names = "|".join(re.escape(name) for table in tables for name in table if name != "none")
    quoted = rf"""["'`]({names})["'`]"""
    asks = re.compile(
        rf"[!=]==?\s*{quoted}|{quoted}\s*[!=]==?|(?:case|has\(|includes\()\s*{quoted}"
    )
    wrong = {
        f"{path}: {found.group()}"
        for path, text in texts("static/js", "templates").items()
        for found in asks.finditer(text)
    }
    assert wrong == set()


def test_no_room_of_the_page_names_an_optimizer_or_a_rule_for_the_threshold() -> None:
    """They come with the vocabulary, and so do what they are called and what they choose."""
    tables = engine.OPTIMIZERS | engine.THRESHOLD_RULES
    names = "|".join(re.escape(word) for name in tables for word in (name, tables[name].label))
    named = rf"""["'`]({names})["'`]|(?<![\w.])({names})(?=\s*:\s)|\.({names})\b"""
    wrong = {
        f"{path}: {found.group()}"
        for path, text in texts("static/js").items()
        for found in re.finditer(named, text)
    }
    assert wrong == set()
