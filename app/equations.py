"""The notes' equations, forward and backward, for every kind of node and edge."""

from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup

EQUATIONS: dict[str, object] = {}


@lru_cache(maxsize=512)
def math(latex: str, block: bool = False) -> Markup:
    """LaTeX as MathML; what stands in \\known{…} carries `class="known"`."""
    return Markup(convert(latex, display="block" if block else "inline"))
