"""How formulas are written: LaTeX into MathML."""

import re
from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup

_NAME = re.compile(r"<mo>([a-z]+|&#x022A4;)</mo>")
"""The names of functions, and the transpose: as operators they would stand apart."""

_PRIMED = re.compile(r"<msup>((?:(?!<msup>).)*?)<mi>&#x02032;</mi></msup>")
"""A prime is drawn raised by itself: raised once more, it would be tiny and float."""


@lru_cache(maxsize=1024)
def math(latex: str) -> Markup:
    """LaTeX as MathML markup; what stands in `\\class{…}` carries that class."""
    markup = _NAME.sub(r"<mi>\1</mi>", convert(latex, display="inline"))
    return Markup(_PRIMED.sub(r"<mrow>\1<mo>&#x02032;</mo></mrow>", markup))


def gradient(by: str) -> str:
    """∂L/∂by; the L stands for the losses that are followed."""
    return rf"\frac{{\partial \class{{loss}}{{L}}}}{{\partial {by}}}"
