"""JSON merge patches, RFC 7396."""

from typing import Any


def merge_patch(target: Any, patch: Any) -> Any:
    """The document that a patch makes of another one; neither changes.

    A member of the patch replaces the target's, objects member by member; null takes it away.
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
