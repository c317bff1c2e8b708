"""The contract's table of texts row by row, and texts in every script."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import TOPOLOGIES, draws
from unrolled.engine import InvalidInput, Network, draw_parameters, encode_text, gradient_flow

HELLO = ["h", "e", "l", "l", "o"]


@pytest.mark.parametrize(
    ("topology", "label", "inputs", "targets"),
    [
        ("many-to-many", None, ["h", "e", "l", "l"], ["e", "l", "l", "o"]),
        ("many-to-one", None, ["h", "e", "l", "l"], ["o"]),
        ("many-to-one", (1, 2), HELLO, ["1"]),
        ("one-to-many", None, ["h"], ["e", "l", "l", "o"]),
        ("one-to-one", None, ["h"], ["e"]),
        ("one-to-one", (2, 3), ["h"], ["2"]),
    ],
)
def test_the_contracts_table(
    topology: str, label: tuple[int, int] | None, inputs: list[str], targets: list[str]
) -> None:
    text = encode_text("hello", "characters", topology, label)
    assert text.tokens == HELLO
    assert text.vocabulary == ["e", "h", "l", "o"]
    assert text.inputs == inputs
    assert text.targets == targets
    assert text.input_size == 4
    assert text.output_size == (label[1] if label else 4)
    assert text.steps == max(len(inputs), len(targets)) == text.sequence.steps
    assert text.sequence.h_0 is None

    assert text.sequence.inputs.shape == (len(inputs), 1, 4)
    assert set(text.sequence.inputs.ravel().tolist()) == {0.0, 1.0}
    assert (text.sequence.inputs.sum(axis=2) == 1.0).all()
    read = [text.vocabulary[k] for k in text.sequence.inputs[:, 0].argmax(axis=1)]
    assert read == inputs
    codes = text.sequence.targets[:, 0].tolist()
    said = [str(k) for k in codes] if label else [text.vocabulary[int(k)] for k in codes]
    assert said == targets


@pytest.mark.parametrize("topology", ["many-to-many", "one-to-many"])
def test_a_label_is_not_allowed_where_every_step_emits(topology: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        encode_text("hello", "characters", topology, (0, 2))
    assert caught.value.pointer == ("sequence", "label")
    assert "one-to-one and many-to-one" in caught.value.detail


@pytest.mark.parametrize(
    ("label", "field", "words"),
    [
        ((2, 2), "index", "received 2; allowed: 0 … 1"),
        ((-1, 2), "index", "received -1; allowed: 0 … 1"),
        ((0, 0), "of", "received 0; allowed: a whole number from 1"),
    ],
)
def test_errors_of_a_label(label: tuple[int, int], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        encode_text("hello", "characters", "many-to-one", label)
    assert caught.value.pointer == ("sequence", "label", field)
    assert caught.value.detail == words


@pytest.mark.parametrize(
    ("text", "tokens", "topology", "label", "words"),
    [
        ("", "characters", "many-to-one", (0, 2), "received 0 characters; many-to-one needs at l"),
        ("a", "characters", "many-to-many", None, "received 1 character; many-to-many needs at"),
        (
            "one",
            "words",
            "one-to-one",
            None,
            "received 1 word; one-to-one needs at least 2, since",
        ),
        ("  \t\n", "words", "many-to-many", None, "received 0 words"),
    ],
)
def test_a_text_that_is_too_short(
    text: str, tokens: str, topology: str, label: tuple[int, int] | None, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        encode_text(text, tokens, topology, label)
    assert caught.value.pointer == ("sequence", "text")
    assert caught.value.detail.startswith(words)


@pytest.mark.parametrize(
    ("tokens", "topology", "pointer"),
    [
        ("syllables", "many-to-many", ("sequence", "tokens")),
        ("words", "few-to-few", ("network", "topology")),
    ],
)
def test_unknown_names(tokens: str, topology: str, pointer: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        encode_text("a b", tokens, topology)
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    ("text", "tokens", "vocabulary"),
    [
        ("naïve", ["n", "a", "ï", "v", "e"], ["a", "e", "n", "v", "ï"]),
        ("e\u0301e", ["e", "\u0301", "e"], ["e", "\u0301"]),
        ("a😀b😀", ["a", "😀", "b", "😀"], ["a", "b", "😀"]),
        ("👩\u200d🚀", ["👩", "\u200d", "🚀"], ["\u200d", "👩", "🚀"]),
        ("שלום", ["ש", "ל", "ו", "ם"], ["ו", "ל", "ם", "ש"]),
        ("سلام", ["س", "ل", "ا", "م"], ["ا", "س", "ل", "م"]),
        ("日本日", ["日", "本", "日"], ["日", "本"]),
        ("a\n\tb ", ["a", "\n", "\t", "b", " "], ["\t", "\n", " ", "a", "b"]),
        ("\x00\ufeffa", ["\x00", "\ufeff", "a"], ["\x00", "a", "\ufeff"]),
    ],
)
def test_characters_are_code_points(text: str, tokens: list[str], vocabulary: list[str]) -> None:
    encoded = encode_text(text, "characters", "many-to-many")
    assert encoded.tokens == tokens
    assert encoded.vocabulary == vocabulary


def test_another_tokenizer_may_be_given() -> None:
    def pairs(text: str) -> list[str]:
        return [text[n : n + 2] for n in range(0, len(text), 2)]

    encoded = encode_text("abcdab", "pairs", "many-to-many", tokenizers={"pairs": pairs})
    assert encoded.tokens == ["ab", "cd", "ab"]
    with pytest.raises(InvalidInput, match="'words'; allowed: 'pairs'"):
        encode_text("a b", "words", "many-to-many", tokenizers={"pairs": pairs})


def test_words_are_cut_at_white_space() -> None:
    encoded = encode_text("  the cat,\n\tthe\u00a0dog  ", "words", "many-to-many")
    assert encoded.tokens == ["the", "cat,", "the", "dog"]
    assert encoded.vocabulary == ["cat,", "dog", "the"]
    assert encoded.inputs == ["the", "cat,", "the"]
    assert encoded.targets == ["cat,", "the", "dog"]


def test_one_token_and_a_label() -> None:
    encoded = encode_text("yes", "words", "many-to-one", (0, 1))
    assert (encoded.steps, encoded.input_size, encoded.output_size) == (1, 1, 1)


@pytest.mark.parametrize("topology", TOPOLOGIES)
@draws(30)
@given(text=st.text(min_size=2, max_size=12))
def test_any_text_flows(topology: str, text: str) -> None:
    encoded = encode_text(text, "characters", topology)
    assert encoded.vocabulary == sorted(set(text))
    net = Network("simple", topology, "tanh", encoded.input_size, 3, encoded.output_size)
    flow = gradient_flow(
        net, draw_parameters(net), encoded.sequence, loss="cross-entropy", graph=False
    )
    assert np.isfinite(flow.loss)
    assert flow.steps == encoded.steps
