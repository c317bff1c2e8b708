"""Numbers of any size in words."""

import math

import pytest

from app.amounts import number, share


@pytest.mark.parametrize(
    ("log10", "text"),
    [
        (0.0, "1.0"),
        (math.log10(0.47), "0.47"),
        (math.log10(5.3), "5.3"),
        (math.log10(9.96), "10"),
        (math.log10(123), "120"),
        (math.log10(9940), "9900"),
        (math.log10(9960), "10⁴"),
        (math.log10(12345), "1.2·10⁴"),
        (math.log10(0.00123), "0.0012"),
        (math.log10(0.000996), "0.0010"),
        (math.log10(0.00099), "9.9·10⁻⁴"),
        (-63.0, "10⁻⁶³"),
        (-3000.0, "10⁻³⁰⁰⁰"),
        (5000.2, "1.6·10⁵⁰⁰⁰"),
        (math.nan, "0"),
    ],
)
def test_two_digits_at_any_size(log10, text):
    assert number(log10) == text


@pytest.mark.parametrize(
    ("log10", "text"),
    [
        (math.nan, "nothing"),
        (0.0, "100 %"),
        (math.log10(0.0047), "0.47 %"),
        (math.log10(1.5), "150 %"),
        (math.log10(0.0001), "0.010 %"),
        (-65.2, "a share of 6.3·10⁻⁶⁶"),
        (math.log10(2.0), "2.0 times as much as entered"),
        (math.log10(12345), "1.2·10⁴ times as much as entered"),
    ],
)
def test_shares(log10, text):
    assert share(log10) == text
    assert share(log10, again=True) == text.removesuffix(" as entered")
