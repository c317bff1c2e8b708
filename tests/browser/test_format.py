"""Numbers and tokens as text: static/js/format.js."""

import pytest

from tests.browser.conftest import Modules


@pytest.mark.parametrize(
    ("log10", "text"),
    [
        (-1505, "1.00 × 10⁻¹⁵⁰⁵"),
        (5000.30103, "2.00 × 10⁵⁰⁰⁰"),
        (2.6905237, "490"),
        (-2.9746941, "0.00106"),
        (-2.2878655, "0.00515"),
        (2.0696681, "117"),
        (0, "1.00"),
        (-3000.0000001, "1.00 × 10⁻³⁰⁰⁰"),
        (4, "1.00 × 10⁴"),
        (3.99999, "10000"),
        (-4, "1.00 × 10⁻⁴"),
        (None, "0"),
    ],
)
def test_numbers_given_by_their_logarithm(modules: Modules, log10, text: str) -> None:
    assert modules("format.js", "(format, log10) => format.fromLog10(log10)", log10) == text


def test_four_digits(modules: Modules) -> None:
    assert modules("format.js", "({fromLog10}) => fromLog10(Math.log10(490.37), 4)") == "490.4"
    assert (
        modules("format.js", "({fromLog10}) => fromLog10(Math.log10(0.0010611), 4)") == "0.001061"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (None, "–"), (-0.5, "−0.500"), (1e-300, "1.00 × 10⁻³⁰⁰"), (-1e300, "−1.00 × 10³⁰⁰")],
)
def test_numbers(modules: Modules, value, text: str) -> None:
    assert modules("format.js", "(format, value) => format.number(value)", value) == text


@pytest.mark.parametrize(
    ("decades", "text"),
    [
        (-0.9, "12.6 %"),
        (-3, "0.10 %"),
        (0, "100 %"),
        (1e-12, "100 %"),
        (-1e-12, "100 %"),
        (-1e-6, "99.99 %"),
        (-1.5e-4, "99.96 %"),
        (-3e-4, "99.9 %"),
        (-1.0000001, "10 %"),
        (-5, "0.0010 %"),
        (-5.1, "a share of 7.9 × 10⁻⁶"),
        (2, "100 times as much"),
        (0.18469, "1.53 times as much"),
        (1e-4, "1.0002 times as much"),
        (-400, "a share of 1.0 × 10⁻⁴⁰⁰"),
        (None, "nothing"),
    ],
)
def test_shares(modules: Modules, decades, text: str) -> None:
    assert modules("format.js", "(format, decades) => format.share(decades)", decades) == text


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        (" ", "␣"),
        ("\n", "↵"),
        ("\u0301", "◌\u0301"),
        ("\u200b", "▫"),
        ("\ue000", "▫"),
        ("🦔", "🦔"),
        ("abc", "abc"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("☺\ufe0f", "☺\ufe0f"),
        ("\u200d", "⁀"),
        ("a\u200d", "a⁀"),
        ("\r\n", "␍↵"),
        ("e\u0301 👍🏽", "e\u0301␣👍🏽"),
        ("🇩🇪", "🇩🇪"),
    ],
)
def test_tokens_so_that_one_sees_them(modules: Modules, token: str, shown: str) -> None:
    assert modules("format.js", "(format, token) => format.glyph(token)", token) == shown


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcdef", 3, "ab…"),
        ("👩‍🚀👩‍🚀", 2, "👩‍🚀👩‍🚀"),
        ("e\u0301tude", 3, "e\u0301t…"),
    ],
)
def test_cut_between_what_one_sees_as_characters(modules: Modules, text, most, shown) -> None:
    cut = modules("format.js", "(format, [text, most]) => format.shorten(text, most)", [text, most])
    assert cut == shown


def test_markup_is_only_text(modules: Modules) -> None:
    shown = modules("format.js", "({escapeMarkup}) => escapeMarkup('<b>&</b>')")
    assert shown == "&lt;b&gt;&amp;&lt;/b&gt;"


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [(0.5, 5.5, 10, [1, 2, 3, 4, 5]), (0.5, 50.5, 10, [1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50])],
)
def test_ticks_at_round_steps(modules: Modules, low, high, most, ticks) -> None:
    assert modules(
        "format.js", "(format, given) => format.stepTicks(...given)", [low, high, most]
    ) == (ticks)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("times(0)", "1"),
        ("times(1e-13)", "1"),
        ("times(Math.log10(1.0004))", "1.0004"),
        ("times(Math.log10(0.9996))", "0.9996"),
        ("times(-1505)", "1.00 × 10⁻¹⁵⁰⁵"),
        ("times(Math.log10(6.8))", "6.80"),
        ("portion(null)", "nothing of"),
        ("portion(0)", "all of"),
        ("portion(-0.9)", "12.6 % of"),
        ("portion(-400)", "1.0 × 10⁻⁴⁰⁰ of"),
        ("portion(Math.log10(1.53))", "1.53 times"),
        ("portion(-1e-7)", "99.99 % of"),
        ("plural(0, 'step')", "0 steps"),
        ("plural(1, 'step')", "1 step"),
        ("plural(2, 'loss', 'losses')", "2 losses"),
        ("stepsBack(1)", "1 step back"),
        ("stepsBack(2)", "2 steps back"),
        ("tidy(0.55)", "0.55"),
        ("tidy(4)", "4"),
        ("tidy(100)", "100"),
        ("tidy(1.2e9)", "1.20 × 10⁹"),
        ("number(-9.99e-16, 3, 1)", "0"),
        ("number(-9.99e-16)", "−9.99 × 10⁻¹⁶"),
        ("number(0.09996, 3)", "0.100"),
        ("cosineText(1)", "1.000"),
        ("cosineText(1 - 1e-15)", "1.000"),
        ("cosineText(0.99996)", "0.99996"),
        ("cosineText(-0.00001)", "0.000"),
        ("cosineText(-0.5)", "−0.500"),
        ("cosineText(-1)", "−1.000"),
        ("apart(0.9999999, 1).join()", "0.9999999,1"),
        ("apart(1 + 3e-16, 1).join()", "1,1"),
        ("apart(0.55, 1).join()", "0.55,1"),
        ("apart(4.1, 4).join()", "4.1,4"),
        ("allowedNumber({whole: true, least: '0', most: '9'})", "a whole number from 0 to 9"),
        ("allowedNumber({whole: false, least: '', most: ''})", "a number"),
        ("allowedNumber({whole: true, least: '1', most: ''})", "a whole number from 1"),
    ],
)
def test_words_with_numbers_in_them(modules: Modules, call: str, text: str) -> None:
    name = call.partition("(")[0]
    assert modules("format.js", f"({{{name}}}) => {call}") == text
