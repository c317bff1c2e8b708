"""An update's gradient after a clip rule of the engine."""

from __future__ import annotations

from unrolled.engine.clip.ceiling import clip_backward
from unrolled.engine.clip.clipping import Clip
from unrolled.engine.clip.rules import RULES
from unrolled.engine.clip.samples import clip_each_sample
from unrolled.engine.passes.vector import Vector
from unrolled.engine.training.step import Gradient


def clipped(clip: Clip, found: Gradient) -> tuple[Vector, bool]:
    """g after clipping, and whether that changed anything."""
    rule, g = RULES[clip.rule], found.vector
    if clip.threshold is None or not g.finite:
        return g, False
    if rule.on_the_way or clip.per_sample:
        assert found.passes is not None
        passage, entering, back = found.passes
        if rule.on_the_way:
            after, report = clip_backward(passage, entering, clip, g)
        else:
            after, report = clip_each_sample(back.factors, back.term_exponents, clip, g)
            per_sample = report.per_sample
            assert per_sample is not None
            return after, per_sample.engaged > 0
        return after, report.engaged
    assert rule.clip is not None
    after = rule.clip(g, clip.threshold)
    return after, after is not g
