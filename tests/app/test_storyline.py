"""The storyline that the page has: data that links can name, and captions without numbers."""

import json
import re
from urllib.parse import parse_qs

from unrolled.app.paths import page_directory
from unrolled.app.presets import PRESETS

ACTS = json.loads((page_directory("templates") / "storyline.json").read_text("utf-8"))


def test_it_goes_from_vanishing_to_the_lstm():
    first = [act["caption"].partition(".")[0] for act in ACTS]
    assert first == ["Vanishing", "Exploding", "Clipping", "LSTM"]


def test_every_picture_is_an_example():
    known = {preset.name for preset in PRESETS}
    for act in ACTS:
        assert act.keys() == {"link", "caption"}
        assert set(parse_qs(act["link"])["preset"]) <= known


def test_numbers_come_from_the_answer_alone():
    assert [act["caption"] for act in ACTS if re.search(r"\d|%", act["caption"])] == []
