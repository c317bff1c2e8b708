"""The course of a product of Jacobians in words, over random draws."""

import random

from tests.browser.answers import answered
from tests.browser.conftest import Modules
from tests.browser.courses_said import against, check_course

COURSES = """({courseOf}, all) => all.map((series) => courseOf(series, "the product"))"""


def drawn(seed: int) -> list[float | None]:
    """A walk with a drift, as wild as a gated cell's or not; some come to rest, or to zero."""
    draw = random.Random(seed)  # noqa: S311
    drift = draw.choice((-0.3, -0.02, 0.0, 0.02, 0.3))
    noise = draw.choice((0.0, 0.005, 0.05, 0.4))
    path, value = [], 0.0
    steps = draw.choice((1, 2, 3, 5, 20))
    rest = draw.choice((steps, draw.randrange(steps)))
    for n in range(steps):
        if n == rest:
            drift, noise = 0.0, 0.001
        value += draw.gauss(drift, noise)
        path.append(value)
    zeros: list[float | None] = [None] * draw.choice((0, 0, 0, 2))
    return [*zeros, *reversed(path)]


def test_the_course_is_read_off_the_whole_series(modules: Modules) -> None:
    cases = [drawn(seed) for seed in range(600)]
    said = modules("turns.js", COURSES, cases)
    for series, text in zip(cases, said, strict=True):
        check_course(series, text, "the product")
    for word in ("neither", "from the first step back,", "before it", "until", "holds, at",
                 "goes up and down", "as far as", "exactly zero"):  # fmt: skip
        assert any(word in text for text in said), word


def test_a_rise_on_the_way_is_told(modules: Modules) -> None:
    """It falls, rises 24-fold and falls again: its maximum and its ends say nothing of that."""
    flow = answered(
        {
            "network": {"cell": "lstm", "hidden_size": 2},
            "weights": {"spectral_radius": 3.0, "forget_bias": 5.0, "seed": 21},
            "sequence": {"kind": "random", "steps": 20},
        }
    )
    given = flow["spectrum"]
    series = given["product_log10_norm"]
    assert against([-value for value in (0.0, *reversed(series))]) > 1.3
    text = modules("spectral.js", "(module, flow) => module.spectrumSentence(flow)", flow)
    check_course(series, text, "the product for H")
    check_course(given["cell_product_log10_norm"], text, "that for C")
    assert "-fold" in text
