"""The text table of the contract, row by row, and texts that are hard."""

import pytest
from pyuegc import EGC

from tests.graphemes import CLUSTERS
from unrolled.app.tokens import graphemes

pytestmark = pytest.mark.anyio

LABEL = {"index": 1, "of": 2}


def text(content, **options):
    return {"kind": "text", "text": content, **options}


@pytest.mark.parametrize(
    ("topology", "label", "inputs", "targets"),
    [
        ("many-to-many", None, ["h", "e", "l", "l"], ["e", "l", "l", "o"]),
        ("many-to-one", None, ["h", "e", "l", "l"], ["o"]),
        ("many-to-one", LABEL, ["h", "e", "l", "l", "o"], ["1"]),
        ("one-to-many", None, ["h"], ["e", "l", "l", "o"]),
        ("one-to-one", None, ["h"], ["e"]),
        ("one-to-one", LABEL, ["h"], ["1"]),
    ],
)
async def test_the_contracts_table(flow, topology, label, inputs, targets):
    answer = await flow(network={"topology": topology}, sequence=text("hello", label=label))
    assert answer["text"]["inputs"] == inputs
    assert answer["text"]["targets"] == targets
    assert answer["text"]["tokens"] == list("hello")
    assert answer["text"]["vocabulary"] == ["e", "h", "l", "o"]
    assert answer["steps"] == max(len(inputs), len(targets))
    network = answer["experiment"]["network"]
    assert network["input_size"] == 4
    assert network["output_size"] == (2 if label else 4)
    assert answer["experiment"]["sequence"]["steps"] == answer["steps"]


@pytest.mark.parametrize("topology", ["many-to-many", "one-to-many"])
async def test_a_label_needs_a_topology_with_one_loss(refused, topology):
    experiment = {"network": {"topology": topology}, "sequence": text("hello", label=LABEL)}
    errors = await refused(experiment)
    assert list(errors) == ["/sequence/label"]
    assert topology in errors["/sequence/label"]


async def test_words(flow):
    answer = await flow(sequence=text("so it goes  so it\ngoes", tokens="words"))
    assert answer["text"]["tokens"] == ["so", "it", "goes", "so", "it", "goes"]
    assert answer["text"]["vocabulary"] == ["goes", "it", "so"]
    assert answer["steps"] == 5


@pytest.mark.parametrize("what", CLUSTERS)
async def test_graphemes_are_what_a_reader_counts(flow, what):
    clusters = CLUSTERS[what]
    answer = await flow(sequence=text("".join(clusters), tokens="graphemes"))
    assert answer["text"]["tokens"] == clusters
    assert answer["text"]["vocabulary"] == sorted(set(clusters))
    assert answer["steps"] == len(clusters) - 1
    points = await flow(sequence=text("".join(clusters)))
    assert points["text"]["tokens"] == list("".join(clusters)), "characters stay code points"


@pytest.mark.parametrize("content", ["", "plain text", "a\rb\r\nc", "\x00\x7f~", "naïve"])
def test_the_short_way_of_plain_text_cuts_as_the_long_one(content):
    assert graphemes(content) == EGC(content)


async def test_one_grapheme_is_too_few(refused):
    errors = await refused({"sequence": text("👩\u200d🚀", tokens="graphemes")})
    assert errors["/sequence/text"].startswith("received 1 grapheme; many-to-many needs at least 2")


@pytest.mark.parametrize(
    "content",
    [
        "👩‍🔬🧬 ok",
        "e\u0301te\u0301",
        "שלום עולם",
        "مرحبا",
        "a\u202eb\u200fc",
        "\u0000\u0001\t\n",
        "𝔘𝔫𝔯𝔬𝔩𝔩",
        '"quotes\\" </script><!--',
    ],
    ids=["emoji", "combining", "hebrew", "arabic", "directions", "controls", "astral", "markup"],
)
async def test_any_unicode_comes_back_as_it_was(client, flow, content):
    answer = await flow(sequence=text(content))
    assert "".join(answer["text"]["tokens"]) == content
    assert answer["text"]["vocabulary"] == sorted(set(answer["text"]["tokens"]))
    assert answer["experiment"]["sequence"]["text"] == content
    again = await client.post("/api/v1/flow", json=answer["experiment"])
    assert again.json() == answer


@pytest.mark.parametrize(
    ("content", "topology", "label", "enough"),
    [
        ("", "many-to-many", None, False),
        ("", "many-to-one", LABEL, False),
        ("a", "many-to-many", None, False),
        ("a", "many-to-one", None, False),
        ("a", "one-to-one", None, False),
        ("a", "many-to-one", LABEL, True),
        ("a", "one-to-one", LABEL, True),
        ("aa", "many-to-many", None, True),
    ],
)
async def test_how_short_a_text_may_be(client, content, topology, label, enough):
    experiment = {"network": {"topology": topology}, "sequence": text(content, label=label)}
    answer = await client.post("/api/v1/flow", json=experiment)
    assert answer.status_code == (200 if enough else 422)
    if not enough:
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/sequence/text"]


@pytest.mark.parametrize(
    ("label", "pointer"),
    [
        ({"index": 2, "of": 2}, "/sequence/label/index"),
        ({"index": -1, "of": 2}, "/sequence/label/index"),
        ({"index": 0, "of": 0}, "/sequence/label/of"),
        ({"index": 0}, "/sequence/label/of"),
        ({"index": 0, "of": 2, "name": "x"}, "/sequence/label/name"),
    ],
)
async def test_labels_that_do_not_fit(refused, label, pointer):
    experiment = {
        "network": {"topology": "many-to-one"},
        "sequence": text("hello", label=label),
    }
    assert list(await refused(experiment)) == [pointer]


@pytest.mark.parametrize(
    ("experiment", "pointer"),
    [
        ({"network": {"input_size": 5}}, "/network/input_size"),
        ({"network": {"output_size": 5}}, "/network/output_size"),
        ({"loss": "squared-error"}, "/loss"),
        ({"sequence": text("hello", steps=5)}, "/sequence/steps"),
    ],
)
async def test_what_a_text_fixes_may_not_be_contradicted(refused, experiment, pointer):
    errors = await refused({"sequence": text("hello")} | experiment)
    assert list(errors) == [pointer]
    assert "leave it out" in errors[pointer]


async def test_what_a_text_fixes_may_be_said(flow):
    network = {"input_size": 4, "output_size": 4}
    said = await flow(network=network, sequence=text("hello", steps=4), loss="cross-entropy")
    assert said == await flow(sequence=text("hello"))


async def test_the_last_loss_is_followed_whichever_step_that_is(flow):
    text = {"kind": "text", "text": "vanish"}
    for topology, last in (("many-to-many", 5), ("many-to-one", 5), ("one-to-one", 1)):
        asked = {"sequence": text, "network": {"hidden_size": 2, "topology": topology}}
        named = await flow(**asked, follow="last")
        assert named["experiment"]["follow"] == named["steps"] == last
        assert named == await flow(**asked, follow=last)
