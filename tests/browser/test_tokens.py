"""What the page knows of a text before an answer: static/js/tokens.js, and T."""

from __future__ import annotations

from itertools import product

import pytest

from tests.browser.conftest import Modules
from tests.graphemes import CLUSTERS
from unrolled.app.resolve import text_sizes
from unrolled.app.tokens import TOKENS
from unrolled.engine import TOPOLOGIES

HARD = (
    *("".join(clusters) for clusters in CLUSTERS.values()),
    "".join(cluster for clusters in CLUSTERS.values() for cluster in clusters),
    "a\r\nb\rc\n\n",
    "\r\r\n \n",
    " \u2003the\tcat\x1csat\x85on\u3000the\u200bmat\ufeff ",
    "🇩🇪🇫🇷🇯🇵🇩 👩\u200d🚀👨\u200d👩\u200d👧\u200d👦",
    "x",
    "",
    "gradients vanish",
)


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("abc", "characters", 3),
        ("abc", "graphemes", 3),
        ("🦔a", "characters", 2),
        ("", "characters", 0),
        ("  two\u00a0words\n", "words", 2),
        ("\ufeffa b", "words", 2),
    ],
)
def test_tokens_are_counted_as_the_service_cuts_them(modules: Modules, text, kind, count) -> None:
    counted = modules("tokens.js", "(tokens, given) => tokens.countTokens(...given)", [text, kind])
    assert counted == count
    assert len(TOKENS[kind](text)) == count


def test_graphemes_are_counted_as_the_service_cuts_them(modules: Modules) -> None:
    texts = ["".join(clusters) for clusters in CLUSTERS.values()]
    counted = modules(
        "tokens.js", "(tokens, texts) => texts.map(t => tokens.countTokens(t, 'graphemes'))", texts
    )
    assert dict(zip(CLUSTERS, counted, strict=True)) == {
        what: len(clusters) for what, clusters in CLUSTERS.items()
    }


def test_every_hard_text_has_the_same_steps_here_and_there(modules: Modules) -> None:
    """T, for every way to cut it, every wiring, with a label and without."""
    cases = list(product(HARD, TOKENS, TOPOLOGIES, (False, True)))
    told = [
        {
            "source": "text",
            "text": text,
            "tokens": tokens,
            "wiring": wiring,
            "labelled": "yes" if labelled else "no",
        }
        for text, tokens, wiring, labelled in cases
    ]
    counted = modules("experiment.js", "(room, given) => given.map(room.stepsOf)", told)
    for (text, tokens, wiring, labelled), steps in zip(cases, counted, strict=True):
        takes = labelled and not TOPOLOGIES[wiring].emits_all
        label = {"index": 0, "of": 2} if takes else None
        asked = {"text": text, "tokens": tokens, "label": label}
        exact = max(0, text_sizes(asked, wiring).steps)
        assert steps == exact, (text, tokens, wiring, labelled)
