"""GET /api/v1/vocabulary says what the engine's tables hold, and what it really takes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from unrolled.app.merge_patch import merge_patch
from unrolled.app.presets import PRESETS
from unrolled.app.resolve import DEFAULT_SIZE, DEFAULT_STEPS, prepare
from unrolled.app.schemas import Experiment, Vocabulary
from unrolled.app.schemas.norms import RuleThresholds
from unrolled.app.schemas.vocabulary import Rule
from unrolled.app.schemas.weights import RandomWeights
from unrolled.app.vocabulary import VOCABULARY, every_bias
from unrolled.engine import (
    ACTIVATIONS,
    CELLS,
    CLIP_RULES,
    INITS,
    LOSSES,
    OPTIMIZERS,
    THRESHOLD_RULES,
    TOPOLOGIES,
    InvalidInput,
    Truncation,
)

pytestmark = pytest.mark.anyio

Json = dict[str, Any]

TABLES: dict[str, Any] = {
    "cells": CELLS,
    "topologies": TOPOLOGIES,
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "initialisations": INITS,
    "truncations": Truncation.KINDS,
    "clip_rules": CLIP_RULES,
    "optimizers": OPTIMIZERS,
    "threshold_rules": THRESHOLD_RULES,
}


async def test_it_is_the_documented_model_and_is_not_sent_twice(client):
    answer = await client.get("/api/v1/vocabulary")
    assert answer.status_code == 200
    assert Vocabulary.model_validate_json(answer.content) == VOCABULARY
    tag = answer.headers["etag"]
    again = await client.get("/api/v1/vocabulary", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await client.get("/api/v1/vocabulary", headers={"If-None-Match": 'W/"other"'})
    assert other.content == answer.content
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_description_holds_the_schema_and_the_tag(client):
    described = (await client.get("/openapi.json")).json()
    operation = described["paths"]["/api/v1/vocabulary"]["get"]
    assert {"200", "304"} <= set(operation["responses"])
    assert [parameter["name"] for parameter in operation["parameters"]] == ["if-none-match"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Vocabulary"}


async def brought(client, path):
    """What a page brings."""
    page = (await client.get(path)).text
    found = re.search(r'<script type="application/json" id="vocabulary">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


async def test_the_pages_bring_the_same(client):
    """What only trainings have is brought by the view Train alone."""
    assert Vocabulary.model_validate(await brought(client, "/train")) == VOCABULARY
    words = VOCABULARY.model_dump(mode="json")
    del words["training"]
    assert await brought(client, "/") == words


@pytest.mark.parametrize("table", TABLES)
async def test_every_row_of_the_engine_has_an_entry(table):
    entries = getattr(VOCABULARY, table)
    assert sorted(entry.name for entry in entries) == sorted(TABLES[table])
    labels = [entry.label for entry in entries]
    assert all(labels)
    assert len(set(labels)) == len(labels)


async def test_threshold_rules_are_those_of_an_answer():
    names = set(RuleThresholds.model_fields) - {"log10"}
    assert {rule.name for rule in VOCABULARY.threshold_rules} == names
    assert len({rule.letter for rule in VOCABULARY.threshold_rules}) == len(names)


async def test_gates_have_letters_of_their_own_and_one_candidate():
    for cell in VOCABULARY.cells:
        assert len(cell.gates) == len(CELLS[cell.name].gates)
        letters = [gate.letter for gate in cell.gates]
        assert len(set(letters)) == len(letters)
        roles = [gate.role for gate in cell.gates]
        assert roles.count("candidate") == bool(roles)
        if roles:
            assert {"keep", "write"} & set(roles)


async def test_a_bias_is_a_field_of_drawn_weights():
    assert {bias.field for bias in every_bias()} == {
        field for field in RandomWeights.model_fields if field.endswith("_bias")
    }
    for cell in VOCABULARY.cells:
        assert {bias.gate for bias in cell.biases} <= {gate.name for gate in cell.gates}


async def test_shapes_are_those_of_the_weights():
    extents = {"D": 2, "H": 3, "K": 5, "P": 7}
    for cell in VOCABULARY.cells:
        said = {
            name: tuple(int(one[:-1] or 1) * extents[one[-1]] for one in shape)
            for name, shape in cell.shapes.items()
        }
        assert said == CELLS[cell.name].parameter_shapes(2, 3, 5, 7 if cell.projects else 3)


async def test_matrices_are_written_as_in_the_equations():
    for cell in VOCABULARY.cells:
        matrices = {name for name in cell.parameters if name.startswith("W_")}
        assert set(cell.symbols) == matrices | {"W_hy"}
        assert cell.recurrent in cell.symbols


ADDED = """
import json
import sys
from dataclasses import replace

from unrolled.engine.clip.rules import RULES

RULES["half"] = replace(
    RULES["value"], label="half", threshold="factor", samples=False, clip=lambda g, v: g.times(v)
)

from unrolled.app.canonical import canonical
from unrolled.app.job import answer
from unrolled.app.schemas import Experiment
from unrolled.app.vocabulary import VOCABULARY

asked = Experiment.model_validate({"clip": {"rule": "half", "factor": 0.5}, "include": []})
json.dump(
    {
        "entry": [rule.model_dump() for rule in VOCABULARY.clip_rules][-1],
        "schema": Experiment.model_json_schema()["$defs"]["HalfClip"],
        "clipping": json.loads(answer(canonical(asked)))["clipping"],
    },
    sys.stdout,
)
"""
"""What a fresh interpreter says of a clip rule that was a row before the service was read."""


def test_a_clip_rule_that_is_added_as_a_row_is_taken_by_a_request():
    run = subprocess.run([sys.executable, "-c", ADDED], capture_output=True, text=True, check=True)
    said = json.loads(run.stdout)
    assert (said["entry"]["name"], said["entry"]["threshold"]) == ("half", "factor")
    assert set(said["schema"]["properties"]) == {"rule", "factor"}
    assert said["schema"]["required"] == ["rule", "factor"]
    assert said["clipping"]["rule"] == "half"
    assert said["clipping"]["norm_after"] == pytest.approx(said["clipping"]["norm_before"] / 2)


# --- what goes with what --------------------------------------------------------------------------

SMALL: Json = {
    "network": {"hidden_size": 1},
    "sequence": {"kind": "random", "steps": None},
    "loss": "cross-entropy",
}


def saying(pointer: str, value: Any) -> Json:
    """A merge patch that sets one field."""
    patch: Any = value
    for name in reversed(pointer.strip("/").split("/")):
        patch = {name: patch}
    return patch


def choices() -> Iterator[tuple[str, Any, Json]]:
    """Every entry with a request's patch that chooses it."""
    for table, pointer in (
        ("cells", "/network/cell"),
        ("topologies", "/network/topology"),
        ("activations", "/network/activation"),
        ("losses", "/loss"),
        ("initialisations", "/weights/init"),
    ):
        for entry in getattr(VOCABULARY, table):
            yield pointer, entry, saying(pointer, entry.name)
    for rule in VOCABULARY.clip_rules:
        threshold = {rule.threshold: 1.0} if rule.threshold else {}
        yield "/clip/rule", rule, {"clip": {"rule": rule.name} | threshold}
    for kind in VOCABULARY.truncations:
        steps = {"steps": 1} if kind.takes_steps else {}
        yield "/truncation/kind", kind, {"truncation": {"kind": kind.name} | steps}
    for tokens in VOCABULARY.tokens:
        text = {"kind": "text", "text": "a b a b", "tokens": tokens.name}
        yield "/sequence/tokens", tokens, {"sequence": text}


CHOICES = list(choices())


def refused(patch: Json) -> bool:
    """Whether the service has something against a request."""
    try:
        prepare(Experiment.model_validate(merge_patch(SMALL, patch)).model_dump())
    except (InvalidInput, ValidationError):
        return True
    return False


KINDS: list[tuple[str, Any, Json]] = [
    ("/sequence/kind", entry, {}) for entry in VOCABULARY.sequences
]


def at(document: Any, pointer: str) -> Any:
    """What a request holds there; `...` where there is no such field."""
    for name in pointer.strip("/").split("/"):
        document = document.get(name, ...) if isinstance(document, dict) else ...
    return document


def forbidden(patch: Json) -> list[Rule]:
    """The rules that a request breaks, those of what it leaves at its default included."""
    whole = merge_patch(merge_patch(Experiment().model_dump(), SMALL), patch)
    chosen = [entry for pointer, entry, _ in CHOICES + KINDS if at(whole, pointer) == entry.name]
    return [
        rule
        for entry in chosen
        for rule in entry.rules
        if at(whole, rule.pointer) not in (..., *rule.allowed)
    ]


@pytest.mark.parametrize("number", range(len(CHOICES)))
async def test_two_entries_go_together_exactly_where_no_rule_forbids_it(number):
    pointer, _, patch = CHOICES[number]
    assert refused(patch) == bool(forbidden(patch))
    for other_pointer, _, other_patch in CHOICES[:number]:
        together = merge_patch(patch, other_patch)
        if other_pointer != pointer:
            assert refused(together) == bool(forbidden(together)), together


FIELDS: list[tuple[str, Any, str, Json]] = [
    ("/weights/forget_bias", 1.0, "/network/cell", {}),
    ("/weights/update_bias", 1.0, "/network/cell", {}),
    ("/sequence/steps", 3, "/network/topology", {}),
    (
        "/sequence/label",
        {"index": 0, "of": 2},
        "/network/topology",
        {"sequence": {"kind": "text", "text": "ab"}},
    ),
    ("/clip/per_sample", True, "/clip/rule", {}),
    ("/weights/t_max", 9, "/weights/init", {"network": {"cell": "lstm"}}),
]
"""A field, a value, on whose table it depends, and what else the request then needs."""


@pytest.mark.parametrize(("pointer", "value", "table", "needs"), FIELDS)
async def test_a_field_is_taken_exactly_where_no_rule_forbids_it(pointer, value, table, needs):
    own = [(entry, patch) for of, entry, patch in CHOICES if of == table]
    for _, patch in own:
        whole = merge_patch(merge_patch(patch, needs), saying(pointer, value))
        assert refused(whole) == bool(forbidden(whole)), whole
    others = [entry for of, entry, _ in CHOICES if of != table]
    assert any(rule.pointer == pointer for entry, _ in own for rule in entry.rules)
    assert not any(rule.pointer == pointer for entry in others for rule in entry.rules)


@pytest.mark.parametrize("number", range(len(CHOICES)))
async def test_what_bidirectional_layers_go_with(number):
    _, _, patch = CHOICES[number]
    whole = merge_patch(patch, {"network": {"bidirectional": True}})
    assert refused(whole) == bool(forbidden(whole)), whole


async def test_every_rule_names_a_field_and_says_why():
    tables = [getattr(VOCABULARY, table) for table in Vocabulary.model_fields]
    entries = [entry for table in tables if isinstance(table, list) for entry in table]
    rules = [rule for entry in entries for rule in entry.rules]
    assert {rule.pointer for rule in rules} == {
        *(pointer for pointer, *_ in FIELDS),
        *("/network/activation", "/network/bidirectional", "/loss", "/weights/init"),
        *("/sequence/c_0", "/sequence/kind", "/network/projection_size"),
    }
    assert all(rule.why for rule in rules)


async def test_truncations_say_from_where_they_count():
    """The earliest step that the loss of step 5 reaches, of 3 steps."""
    first = {None: 0, "loss": 3, "start": 4}
    for row in VOCABULARY.truncations:
        truncation = Truncation(row.name, 3 if row.takes_steps else None)
        assert truncation.first_reached(5) == first[row.counted_from], row.name


async def test_the_start_is_the_first_example_over_what_is_left_out():
    first = Experiment.model_validate(PRESETS[0].experiment.model_dump())
    assert VOCABULARY.start["/network/hidden_size"] == first.network.hidden_size
    assert VOCABULARY.start["/sequence/kind"] == "text"
    assert VOCABULARY.start["/sequence/steps"] == DEFAULT_STEPS
    assert VOCABULARY.start["/network/input_size"] == DEFAULT_SIZE


async def test_a_cell_without_a_c_takes_none():
    read: Json = {"kind": "explicit", "inputs": [[[0.0]]], "targets": [[0]], "c_0": [[0.0]]}
    sizes = {"input_size": 1, "output_size": 1}
    for cell in VOCABULARY.cells:
        patch = {"network": sizes | {"cell": cell.name}, "sequence": read}
        assert refused(patch) == bool(forbidden(patch)) == (not cell.has_c)
