"""Numbers in a sentence: shares, factors and steps, never raw output."""

from __future__ import annotations

from math import floor, isnan, log10

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ORDINARY = 4
"""So many decades from 1 a number is written as a power of ten."""
_TINY = 5
"""A share so many decades below 1 is."""
_EQUAL = 1e-9
"""Decades that are no difference."""


def counted(number: int, noun: str = "step") -> str:
    """'1 step', '2 steps'."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def power(decades: float, digits: int = 2) -> str:
    """A number given by its log₁₀, at any magnitude: '4.1 × 10⁻⁶³'."""
    exponent = floor(decades)
    mantissa = f"{10.0 ** (decades - exponent):.{digits - 1}f}"
    if float(mantissa) >= 10.0:
        exponent, mantissa = exponent + 1, f"{1.0:.{digits - 1}f}"
    return f"{mantissa} × 10{str(exponent).translate(_SUPERSCRIPTS)}"


def plain(value: float, digits: int = 3) -> str:
    """A number to so many significant digits: '0.0123', '−4.50', '3.20 × 10⁷'."""
    if value == 0.0:
        return "0"
    sign, size = "−" if value < 0.0 else "", abs(value)
    if abs(log10(size)) >= _ORDINARY + 1:
        return sign + power(log10(size), digits)
    rounded = float(f"{size:.{digits}g}")
    return f"{sign}{rounded:.{max(0, digits - 1 - floor(log10(rounded)))}f}"


def tidy(value: float, digits: int = 3) -> str:
    """The same without zeros at its end: '0.9', '2.5', '1'."""
    said = plain(value, digits)
    return said.rstrip("0").rstrip(".") if "." in said and "×" not in said else said


def percent(decades: float) -> str:
    """A share given by its log₁₀: '39 %', '4.2 %', '0.031 %', '99.98 %', '3.1 × 10⁻⁹'.

    What is below 1 is not rounded to 100 %.
    """
    if decades < -_TINY:
        return power(decades)
    share = 100.0 * 10.0**decades
    if share < 9.95:
        return f"{plain(share, 2)} %"
    decimals = 0
    while share < 100.0 and decimals < 12 and float(f"{share:.{decimals}f}") >= 100.0:
        decimals += 1
    return f"{share:.{decimals}f} %"


def times(decades: float) -> str:
    """A factor given by its log₁₀: '1.02', '6.80', '140', '3.2 × 10⁵'.

    What is not 1 does not read '1.00'.
    """
    if abs(decades) >= _ORDINARY:
        return power(decades)
    if abs(decades) <= _EQUAL:
        return "1"
    digits = 3
    while digits < 12 and float(plain(10.0**decades, digits)) == 1.0:
        digits += 1
    return plain(10.0**decades, digits)


def share(decades: float, *, again: bool = False) -> str:
    """What is there of what entered: '5.3 %', 'a share of 1.7 × 10⁻⁹', 'nothing', '1.20 times …'.

    ``again``: the sentence has said "as entered" before.
    """
    if isnan(decades):
        return "nothing"
    if abs(decades) <= _EQUAL:
        return "100 %"
    if decades < 0.0:
        return f"a share of {power(decades)}" if decades < -_TINY else percent(decades)
    return f"{times(decades)} times as much{'' if again else ' as entered'}"


def much(decades: float) -> str:
    """What is there beside what entered: '39 %', '6.80 times'."""
    return percent(decades) if decades < 0.0 else f"{times(decades)} times"
