"""Text as a sequence: one-hot tokens, and the targets that each topology takes from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.errors import InvalidInput, one_of, whole_number

Tokenizer = Callable[[str], list[str]]
"""Cuts a text; together, what it gives need not be the text again."""

TOKENS: dict[str, Tokenizer] = {"characters": list, "words": str.split}
"""How a text is cut: into Unicode code points, or at white space."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, cut and encoded.

    Attributes:
        tokens: the tokens in the text's order.
        vocabulary: the distinct tokens, sorted.
        inputs: what each reading step reads.
        targets: what each emitting step should say; a label as its index.
        output_size: K: the vocabulary's size, or how many labels there are.
        sequence: the same as numbers.
    """

    tokens: list[str]
    vocabulary: list[str]
    inputs: list[str]
    targets: list[str]
    output_size: int
    sequence: Sequence

    @property
    def input_size(self) -> int:
        """D, the size of the vocabulary."""
        return len(self.vocabulary)

    @property
    def steps(self) -> int:
        """T."""
        return self.sequence.steps


def encode_text(
    text: str,
    tokens: str,
    topology: str,
    label: tuple[int, int] | None = None,
    tokenizers: Mapping[str, Tokenizer] = TOKENS,
) -> Text:
    """Cut a text and take inputs and targets from it.

    With n tokens: many-to-many reads 1 … n−1 and its target at t is token t + 1; many-to-one reads
    1 … n−1 with target n, or with a label all n; one-to-many reads token 1 with targets 2 … n;
    one-to-one reads token 1 with target 2, or the label.

    Args:
        text: any Unicode.
        tokens: a key of ``tokenizers``.
        topology: a key of ``TOPOLOGIES``.
        label: (index from 0, how many), only where one loss is emitted.
        tokenizers: name → how that cuts a text.
    Raises:
        InvalidInput: for unknown names, too few tokens, or a label that does not fit.
    """
    one_of(("sequence", "tokens"), tokens, tokenizers)
    one_of(("network", "topology"), topology, TOPOLOGIES)
    wiring = TOPOLOGIES[topology]
    if label is not None:
        _check_label(label, topology)
    cut = tokenizers[tokens](text)
    needed = 1 if label is not None else 2
    if len(cut) < needed:
        reason = "" if label is not None else ", since the next token is the target"
        raise InvalidInput(
            ("sequence", "text"),
            f"received {_counted(len(cut), tokens)}; {topology} needs at least {needed}{reason}",
        )
    vocabulary = sorted(set(cut))
    index = {token: i for i, token in enumerate(vocabulary)}
    code = [index[token] for token in cut]

    last = len(cut) if label is not None else len(cut) - 1
    read = slice(0, last if wiring.reads_all else 1)
    if label is not None:
        target_codes, targets = [label[0]], [str(label[0])]
    else:
        start = 1 if wiring.emits_all or not wiring.reads_all else last
        emitted = slice(start, None if wiring.emits_all else start + 1)
        target_codes, targets = code[emitted], cut[emitted]

    inputs = np.zeros((len(code[read]), 1, len(vocabulary)))
    inputs[np.arange(len(inputs)), 0, code[read]] = 1.0
    steps = max(len(inputs), len(target_codes))
    return Text(
        tokens=cut,
        vocabulary=vocabulary,
        inputs=cut[read],
        targets=targets,
        output_size=label[1] if label is not None else len(vocabulary),
        sequence=Sequence(inputs, np.array(target_codes, dtype=np.int64)[:, np.newaxis], steps),
    )


def _counted(count: int, tokens: str) -> str:
    """'1 character', '2 words'."""
    return f"{count} {tokens[:-1] if count == 1 else tokens}"


def _check_label(label: tuple[int, int], topology: str) -> None:
    index, of = label
    if TOPOLOGIES[topology].emits_all:
        single = [name for name, wiring in TOPOLOGIES.items() if not wiring.emits_all]
        raise InvalidInput(
            ("sequence", "label"),
            f"{topology} takes its targets from the text; a label is allowed with "
            + " and ".join(single),
        )
    whole_number(("sequence", "label", "of"), of, 1)
    if not 0 <= index < of:
        raise InvalidInput(
            ("sequence", "label", "index"), f"received {index}; allowed: 0 … {of - 1}"
        )
