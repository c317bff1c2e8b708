"""Numbers of any size in sentences, given by their log₁₀."""

import math

_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(log10: float) -> str:
    """Two significant digits: "0.47", "120", "1.2·10⁴", "10⁻⁶³"; NaN is zero."""
    if math.isnan(log10):
        return "0"
    exponent = math.floor(log10)
    mantissa = f"{10.0 ** (log10 - exponent):.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    if -3 <= exponent < 4:
        return f"{float(mantissa) * 10.0**exponent:.{max(0, 1 - exponent)}f}"
    power = f"10{str(exponent).translate(_DIGITS)}"
    return power if mantissa == "1.0" else f"{mantissa}·{power}"


def share(log10: float, *, again: bool = False) -> str:
    """What arrives of what entered: "5.3 %", "nothing", "1.2·10⁴ times as much as entered".

    Args:
        log10: of the ratio; NaN is nothing.
        again: whether the sentence has said "as entered" before.
    """
    if math.isnan(log10):
        return "nothing"
    if log10 < -4.0:
        return f"a share of {number(log10)}"
    if log10 < math.log10(2.0):
        return f"{number(log10 + 2.0)} %"
    return f"{number(log10)} times as much{'' if again else ' as entered'}"
