"""Clipping while going back, and of each sample."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled

BATCH = {"source": "random", "batch": 6, "steps": 12, "radius": 1}


def test_while_going_back(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", mu=0.5)
    unrolled.choose("Rule", "while going back")
    unrolled.ready()
    assert unrolled.asked["clip"] == {"rule": "backward", "max_norm": 0.5}
    unrolled.page.wait_for_url(re.compile("clip=backward"))
    clipping = unrolled.flow()["clipping"]
    cut = sum(scale < 1 for scale in clipping["step_scale"])
    assert 0 < cut <= 8
    section = unrolled.page.get_by_role("region", name="Parameter gradients")
    expect(section).to_contain_text(f"at {cut} of 8 steps while going back")
    expect(section).to_contain_text(f"cosine {clipping['cosine']:.3f}")
    expect(unrolled.page.locator("#key-profile")).to_contain_text("clipped while going back")
    dashed = [t["y"] for t in unrolled.traces("profile", type="scatter")
              if t.get("line", {}).get("dash") == "4px,3px"]  # fmt: skip
    assert dashed == [pytest.approx(clipping["hidden_gradient"]["log10_norm"])]


def test_each_sample_only_where_there_are_several(unrolled: Unrolled) -> None:
    unrolled.open(**BATCH | {"batch": 1}, clip="norm")
    each = unrolled.page.get_by_role("checkbox", name="each sample before the mean")
    expect(each).to_be_hidden()
    unrolled.open(**BATCH, clip="norm", mu=0.5)
    each.check()
    unrolled.ready()
    assert unrolled.asked["clip"] == {"rule": "norm", "max_norm": 0.5, "per_sample": True}
    samples = unrolled.flow()["clipping"]["per_sample"]
    section = unrolled.page.get_by_role("region", name="Parameter gradients")
    expect(section).to_contain_text(f"{samples['engaged']} of 6 samples were clipped before")
    expect(section).to_contain_text(f"its cosine with the clipped mean is {samples['cosine']:.3f}")
    unrolled.choose("Rule", "while going back")
    unrolled.ready()
    expect(each).to_be_hidden()
    assert "per_sample" not in unrolled.asked["clip"]
