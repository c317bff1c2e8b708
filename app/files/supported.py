"""What of the modules that are found the engine computes, and their parameters there."""

from collections.abc import Mapping, Sequence
from typing import Any

from unrolled.app.files.content import Values
from unrolled.engine import MAX_LAYERS, MODULES, Imported, import_module


def why_not(module: Mapping[str, Any]) -> str | None:
    """Why the engine cannot compute a module that was read well; None where it can.

    Args:
        module: its facts, as they are answered.
    """
    if module["layers"] > MAX_LAYERS:
        return f"it has {module['layers']} layers; allowed: up to {MAX_LAYERS}"
    if module["projection_size"] is not None and not MODULES[module["module"]].projection:
        return (
            "it projects its states (proj_size), and was read when these were not computed: delete "
            "it, and send the file again"
        )
    return None


def reads(head: Mapping[str, Any], module: str, width: int) -> bool:
    """Whether a head can read the states of a module.

    Args:
        head: its facts, as they are answered.
        module: its name.
        width: how many numbers a step of its states has.
    """
    named = head.get("reads")
    fits = head["input_size"] == width and not head["why_not"]
    return bool(fits and (named is None or module in named))


def taken(kind: str, layers: Sequence[Mapping[str, Values]]) -> Imported:
    """The parameters of a module that is supported.

    Args:
        kind: a key of the engine's MODULES.
        layers: array → values, as `Module.layers` calls them.
    Raises:
        InvalidInput: they do not fit together, or hold what is not finite.
    """
    return import_module(kind, layers)
