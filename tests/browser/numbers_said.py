"""Numbers read out of sentences, against what they should be."""

import math
import re

_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
NUMBER = r"−?\d+(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"


def value(text: str) -> float:
    """log₁₀ of the absolute value of a number as it is written; −inf of 0."""
    mantissa, _, power = text.translate(_RAISED).partition(" × 10")
    size = abs(float(mantissa))
    return math.log10(size) + float(power or 0) if size else -math.inf


def says(text: str, log10: float | None, whole: float = 0.0) -> bool:
    """Whether a number as it is written is this one, up to its own last digit.

    Args:
        text: "0.0123", "−4.5 × 10⁻³⁰⁰"; a factor.
        log10: of the absolute value; None where it is zero.
        whole: decades that the written number has more: 2 for a percentage.
    """
    mantissa, _, power = text.translate(_RAISED).partition(" × 10")
    written = abs(float(mantissa))
    if log10 is None or written == 0.0:
        return log10 is None and written == 0.0
    digits = len(mantissa.partition(".")[2])
    exact = 10.0 ** (log10 + whole - float(power or 0))
    return math.isclose(written, exact, rel_tol=1e-9, abs_tol=1.001 * 10.0**-digits)


def says_portion(text: str, log10: float | None) -> bool:
    """The same of "12.6 % of", "all of", "6.8 times", "1.0 × 10⁻⁴⁰⁰ of", "nothing of"."""
    if text == "nothing of":
        return log10 is None
    assert log10 is not None
    if text == "all of":
        return abs(log10) < 1e-9
    if found := re.fullmatch(rf"({NUMBER}) times", text):
        return log10 > 0 and value(found[1]) > 0 and says(found[1], log10)
    if found := re.fullmatch(rf"({NUMBER}) % of", text):
        return log10 < 0 and float(found[1]) < 100 and says(found[1], log10, 2.0)
    found = re.fullmatch(rf"({NUMBER}) of", text)
    return found is not None and log10 < -5 and says(found[1], log10)


def log10(value: float) -> float | None:
    return math.log10(value) if value else None


SHARE = rf"(all|{NUMBER} times as much|{NUMBER} %|{NUMBER})"
WHOLE = r"(?: \(H without C\))?"
APART = re.compile(rf"of what enters ([AB]) at step (\d+), step 1 gets {SHARE}", re.IGNORECASE)
TOGETHER = re.compile(
    rf"of what enters at step (\d+), B (?:still )?has {SHARE}{WHOLE} at step 1, A {SHARE}"
)


def shares(text: str) -> list[tuple[str, str, str]]:
    """Whose share, of what enters where, and the share with its "of"."""
    found = APART.findall(text)
    for step, b, a in TOGETHER.findall(text):
        found += [("B", step, b), ("A", step, a)]
    return [(who, step, _portion(share)) for who, step, share in found]


def _portion(share: str) -> str:
    if share.endswith("as much"):
        return share.removesuffix(" as much")
    return f"{share} of"
