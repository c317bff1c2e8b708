"""What `watch` may import: the engine's public names, NumPy, httpx; frameworks in their rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from unrolled import engine

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "watch").glob("*.py"))
OF_TORCH = {
    *("clipping.py", "doubts.py", "front.py", "hooks.py", "modules.py", "patches.py"),
    "watching.py",
}
OF_KERAS = {"callback.py", "keras_batch.py", "keras_layers.py", "keras_sample.py"}
OF_BACKENDS = {"keras_gradients.py"}


def imported(path: Path) -> set[tuple[str, str]]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


def test_watch_stands_on_the_engine_alone() -> None:
    wrong = set()
    for path in FILES:
        allowed = set(sys.stdlib_module_names) | {"numpy", "httpx"}
        if path.name in OF_TORCH | OF_BACKENDS:
            allowed.add("torch")
        if path.name in OF_KERAS:
            allowed.add("keras")
        if path.name in OF_BACKENDS:
            allowed |= {"jax", "tensorflow"}
        for module, name in imported(path):
            if module == "unrolled.engine":
                fine = name in engine.__all__
            elif module.startswith("unrolled"):
                fine = module == "unrolled" or module.startswith("unrolled.watch")
            else:
                fine = module.partition(".")[0] in allowed
            if not fine:
                wrong.add(f"{path.name} imports {name} from {module}")
    assert wrong == set()


def test_what_analyses_knows_no_framework_and_no_service() -> None:
    """The process beside a training loads no framework, and not the page's service."""
    code = (
        "import sys, unrolled.watch.analyst;"
        "print([m for m in ('torch', 'keras', 'fastapi', 'unrolled.app') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
