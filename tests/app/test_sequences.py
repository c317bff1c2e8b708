"""Sequences over HTTP: kept once, listed, changed, dropped; and computed with."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from tests.app.runs import count, refused
from tests.app.sequences import FLOW, SEQUENCES, made, npz, sent, weather
from unrolled.app.errors import JobFailed, TooLarge, TooSlow
from unrolled.app.settings import Settings
from unrolled.app.store.sequences import sweep
from unrolled.app.store.tables import SEQUENCE_VALUES
from unrolled.app.store.tables import SEQUENCES as TABLE

pytestmark = pytest.mark.anyio


async def test_a_file_comes_in_is_found_and_goes(kept):
    async with kept() as client:
        answer = await sent(client, weather(), "dir/weather.csv")
        assert answer.status_code == 201, answer.text
        sequence = answer.json()
        where = f"{SEQUENCES}/{sequence['id']}"
        assert answer.headers["location"] == where
        assert sequence["name"] == "weather.csv"
        assert (sequence["kind"], sequence["rows"], sequence["batch"]) == ("series", 60, 1)
        assert [one["name"] for one in sequence["columns"]] == ["a", "b", "y"]
        assert len(sequence["warnings"]) == 3
        again = await sent(client, weather(), "other.csv")
        assert (again.status_code, again.json()) == (200, sequence)
        assert (await sent(client, weather(), "as a text", format="text")).status_code == 201
        listed = (await client.get(SEQUENCES)).json()
        assert [one["kind"] for one in listed["sequences"]] == ["text", "series"]
        page = (await client.get(SEQUENCES, params={"limit": 1})).json()
        second = await client.get(SEQUENCES, params={"before": page["next"]})
        assert second.json() == {"sequences": [sequence], "next": None}
        assert (await client.get(where)).json() == sequence
        changed = (await client.patch(where, json={"name": "w", "note": "∂"})).json()
        assert (changed["name"], changed["note"]) == ("w", "∂")
        assert (await client.delete(where)).status_code == 204
        assert "no sequence has this id" in refused(await client.get(where), 404)
        refused(await client.patch(where, json={}), 404)
        refused(await client.delete(where), 404)
        assert await count(client, SEQUENCE_VALUES) == 1


async def test_bounds_are_kept_and_named(kept):
    async with kept(max_sequences=1, max_sequence_bytes=2_000) as client:
        large = refused(await sent(client, "1\n" * 1_001), 413)
        assert "received a file of 2002 bytes; allowed: 2000" in large
        refused(await sent(client, "1\n" * 100_000), 413)
        await made(client, "1\n2\n")
        assert "UNROLLED_MAX_SEQUENCES)" in refused(await sent(client, "3\n4\n"), 507)
    async with kept(max_sequences_bytes=100) as client:
        assert "UNROLLED_MAX_SEQUENCES_BYTES" in refused(await sent(client, "5\n6\n"), 507)


async def test_what_is_old_is_swept(kept):
    async with kept() as client:
        await made(client, "1\n2\n")
        store = client._transport.app.state.store
        await store.write(lambda c: c.execute(TABLE.update().values(touched=0)))
        assert await store.write(lambda c: sweep(c, Settings())) == 1
        assert await count(client, SEQUENCE_VALUES) == 0


async def test_hostile_forms_are_refused(kept):
    async with kept() as client:
        told = refused(await sent(client, "a,b\n1,2\n3,x\n5,6\n"), 422)
        assert told.startswith("line 3, column 'b'")
        refused(await sent(client, b"\x80\x04."), 415)
        assert "allowed: csv, json, text, npz" in refused(await sent(client, "1", format="q"), 422)
        refused(await sent(client, "1\n2", name="x" * 201), 422)
        refused(await sent(client, "1\n2", colour="red"), 422)
        refused(await client.post(SEQUENCES, json={}), 415)
        refused(await client.post(SEQUENCES, data={"name": "a"}), 415)
        refused(await client.get(SEQUENCES, params={"limit": 0}), 422)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TooSlow(30.0), "takes more than 30 s"),
        (TooLarge(5), "bytes of memory"),
        (JobFailed(), "ends in a crash"),
    ],
)
async def test_what_ends_the_reading_is_no_failure_of_ours(kept, monkeypatch, error, told):
    async def ended(*_):
        raise error

    async with kept() as client:
        monkeypatch.setattr(client._transport.app.state.compute, "_answer", ended)
        assert told in refused(await sent(client, "1\n2\n"), 422)


def asked(sequence, loss="cross-entropy", **selected) -> dict[str, Any]:
    own = {"kind": "stored", "id": sequence["id"]} | selected
    return {"network": {"hidden_size": 3}, "sequence": own, "loss": loss}


async def test_an_experiment_reads_windows_of_it(kept):
    """What is computed equals the same numbers said one by one."""
    async with kept() as client:
        sequence = await made(client, weather())
        said = {"inputs": ["b", "a"], "target": "y", "scaling": "standard", "start": 2, "steps": 10}
        said |= {"batch": 3, "stride": 5, "ahead": 2}
        answer = await client.post(FLOW, json=asked(sequence, **said))
        assert answer.status_code == 200, answer.text
        answer = answer.json()
        a, b, y = (
            np.array(
                [row.split(",")[n] or row_before(rows, k, n) for k, row in enumerate(rows)], float
            )
            for rows in [weather().decode().split("\n")[1:]]
            for n in (1, 2, 3)
        )
        known = np.delete(b, 5)
        b, a = (b - known.mean()) / known.std(), (a - a.mean()) / a.std()
        rows = 2 + np.arange(10)[:, None] + 5 * np.arange(3)
        explicit = {
            "kind": "explicit",
            "inputs": np.stack([b[rows], a[rows]], -1).tolist(),
            "targets": y[rows + 2].astype(int).tolist(),
        }
        sizes = {"input_size": 2, "output_size": 3, "hidden_size": 3}
        other = await client.post(FLOW, json={"network": sizes, "sequence": explicit})
        assert answer["loss"] == pytest.approx(other.json()["loss"], rel=1e-12)
        assert answer["hidden_gradient"]["log10_norm"] == pytest.approx(
            other.json()["hidden_gradient"]["log10_norm"], rel=1e-9
        )
        assert answer["series"]["starts"] == [2, 7, 12]
        assert [one["column"] for one in answer["series"]["inputs"]] == ["b", "a"]
        assert answer["series"]["inputs"][0]["divide"] == pytest.approx(known.std())
        assert answer["series"]["target"] is None
        assert answer["notes"] == [
            "Column 'b' lacks 1 of 60 values; each gap is filled with the value of the row before."
        ]
        echoed = answer["experiment"]["sequence"]
        assert echoed == {"kind": "stored", "id": sequence["id"]} | said
        again = await client.post(FLOW, json=answer["experiment"])
        assert again.json() == answer
        unscaled = await client.post(FLOW, json=asked(sequence, **said | {"scaling": "none"}))
        assert "Scale it." in unscaled.json()["notes"][1]


def row_before(rows, k, n):
    return rows[k - 1].split(",")[n]


async def test_what_is_left_open_is_filled_in(kept):
    async with kept() as client:
        sequence = await made(client, weather())
        answer = (await client.post(FLOW, json=asked(sequence, target="y"))).json()
        said = answer["experiment"]
        assert said["sequence"]["inputs"] == ["a", "b"]
        assert (said["sequence"]["steps"], said["sequence"]["stride"]) == (59, 59)
        assert (said["network"]["input_size"], said["network"]["output_size"]) == (2, 3)
        value = await client.post(
            FLOW, json=asked(sequence, "squared-error", target="b", scaling="minmax", steps=9)
        )
        assert value.json()["series"]["target"] == {
            "column": "b", "subtract": 0.0, "divide": 41_000.0
        }  # fmt: skip
        assert value.json()["experiment"]["network"]["output_size"] == 1


async def test_a_gradient_may_enter_instead_of_a_target(kept):
    async with kept() as client:
        sequence = await made(client, weather())
        entering = {"at": "hidden", "value": [[[1.0, 0.0, 0.0]]]}
        given = asked(sequence, "given", inputs=["a"], steps=7, entering=entering)
        given["network"]["topology"] = "many-to-one"
        answer = (await client.post(FLOW, json=given)).json()
        assert answer["hidden_gradient"]["log10_norm"][-1] == 0.0
        assert answer["experiment"]["network"]["output_size"] is None
        assert (await client.post(FLOW, json=answer["experiment"])).json() == answer


async def test_texts_and_batches(kept):
    async with kept() as client:
        text = await made(client, "abcab" * 9, "a.txt")
        said = asked(text, inputs=["characters"], target="characters", steps=6, batch=2)
        answer = (await client.post(FLOW, json=said)).json()
        assert answer["experiment"]["network"]["input_size"] == 3
        first = (await client.post(FLOW, json=asked(text, target="characters", steps=6))).json()
        plain = {"network": {"hidden_size": 3}, "sequence": {"kind": "text", "text": "abcabab"}}
        assert first["series"]["inputs"] == []
        assert first["loss"] == (await client.post(FLOW, json=plain)).json()["loss"]
        whole = await client.post(FLOW, json=asked(text, "squared-error", target="characters"))
        assert "are characters" in refused(whole, 422)
        many = await made(client, npz(x=np.random.default_rng(0).normal(size=(5, 9, 2))))
        said = asked(
            many, "squared-error", inputs=["x[0]"], target="x[1]", steps=4, batch=3, start=2
        )
        answer = (await client.post(FLOW, json=said)).json()
        assert answer["series"]["starts"] == [2, 2, 2]
        over = {**said["sequence"], "batch": 6}
        told = refused(await client.post(FLOW, json=said | {"sequence": over}), 422)
        assert "allowed: 5 of its 5 sequences" in told


async def test_a_text_may_be_of_fewer_characters_than_a_drawn_network_reads(kept):
    async with kept() as client:
        text = await made(client, "abcab" * 9, "a.txt")
        open_ = (await client.post(FLOW, json=asked(text, steps=6))).json()
        named = (await client.post(FLOW, json=asked(text, steps=6, target="characters"))).json()
        assert open_ == named
        said = asked(text, steps=6)
        wide = said | {"network": {"hidden_size": 3, "input_size": 5, "output_size": 7}}
        answer = (await client.post(FLOW, json=wide)).json()
        sizes = answer["experiment"]["network"]
        assert (sizes["input_size"], sizes["output_size"]) == (5, 7)
        assert "has 3 different characters; inputs beyond them are 0." in answer["notes"][0]
        gradient = np.array(answer["parameter_gradients"]["W_xh"]["value"])
        assert gradient[:, :3].any(axis=0).all()
        assert not gradient[:, 3:].any()
        for name, size in (("input_size", 2), ("output_size", 2)):
            narrow = said | {"network": {"hidden_size": 3, name: size}}
            told = refused(await client.post(FLOW, json=narrow), 422)
            assert "received 2; the text has 3 different characters, fewer" in told
        zeros = {"W_xh": [[0.0] * 5] * 3, "W_hh": [[0.0] * 3] * 3, "b_h": [0.0] * 3}
        own = {"kind": "explicit", **zeros, "W_hy": [[0.0] * 3] * 3, "b_y": [0.0] * 3}
        given = said | {"weights": own, "network": {"hidden_size": 3, "input_size": 5}}
        told = refused(await client.post(FLOW, json=given), 422)
        assert "received 5; the text has 3 different characters, and nothing says which" in told


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "steps": ({"steps": 60}, "/sequence/steps", "received 60 steps from row 0 on and 1 ahead"),
    "start": ({"start": 60, "steps": 1}, "/sequence/start", "the sequence has 60 rows"),
    "batch": ({"steps": 10, "batch": 9}, "/sequence/batch", "allowed: 5 of windows of 10 steps"),
    "a column": ({"inputs": ["q"]}, "/sequence/inputs", "allowed: 'a', 'b', 'y'"),
    "twice": ({"inputs": ["a", "a"]}, "/sequence/inputs", "received 'a' twice"),
    "a target": ({"target": "q"}, "/sequence/target", "allowed: 'a', 'b', 'y'"),
    "no target": ({"target": None}, "/sequence/target", "received null with loss 'cross-entropy'"),
    "no classes": ({"target": "a"}, "/sequence/target", "row 1 of column 'a': received 0.8415"),
    "no scaling": (
        {"scaling": "log"},
        "/sequence/scaling",
        "allowed: 'none', 'standard', 'minmax'",
    ),
    "an id": ({"id": "x"}, "/sequence/id", "no sequence has this id"),
    "a field": ({"colour": 1}, "/sequence/colour", "unknown field"),
}


async def test_a_selection_that_is_not_there_is_said_with_its_place(kept):
    async with kept() as client:
        sequence = await made(client, weather())
        for changed, pointer, told in WRONG.values():
            answer = await client.post(FLOW, json=asked(sequence, **{"target": "y"} | changed))
            refused(answer, 422)
            [error] = answer.json()["errors"]
            assert error["pointer"] == pointer
            assert told in error["detail"]
        sized = asked(sequence, target="y") | {"network": {"input_size": 5}}
        told = refused(await client.post(FLOW, json=sized), 422)
        assert "received 5; 2 columns are read" in told
        outputs = asked(sequence, "squared-error", target="b") | {"network": {"output_size": 5}}
        assert "send 1" in refused(await client.post(FLOW, json=outputs), 422)
        large = asked(sequence, target="y") | {"network": {"hidden_size": 513}}
        assert "/network/hidden_size" in refused(await client.post(FLOW, json=large), 422)
        nested = await client.post("/api/v1/check", json={"experiment": asked({"id": "x"})})
        assert nested.json()["errors"][0]["pointer"] == "/experiment/sequence/id"


async def test_everything_that_takes_an_experiment_takes_it(kept):
    async with kept() as client:
        sequence = await made(client, weather())
        said = asked(sequence, target="y", steps=8, scaling="standard")
        checked = await client.post("/api/v1/check", json={"experiment": said})
        assert checked.json()["worst"] < 1e-6
        norms = {"experiment": said, "draws": 3}
        plain = (await client.post("/api/v1/norms", json=norms)).json()
        headers = {"accept": "text/event-stream"}
        events = await client.post("/api/v1/norms", json=norms, headers=headers)
        assert json.loads(last_data(events)) == plain
        one = asked(sequence, "squared-error", inputs=["a"], target="a", steps=8)
        axis = {"parameter": "W_hh", "index": [0, 0], "from": -1.0, "to": 1.0, "points": 3}
        axes = [axis, axis | {"parameter": "b_h", "index": [0]}]
        walled = await client.post(
            "/api/v1/landscape",
            json={"experiment": one | {"network": {"hidden_size": 1}}, "axes": axes},
        )
        assert np.array(walled.json()["loss"]).shape == (3, 3)
        advised = await client.post(FLOW, json=said | {"include": ["advice"]})
        assert advised.status_code == 200, advised.text


def last_data(answer: httpx.Response) -> str:
    return [line for line in answer.text.split("\n") if line.startswith("data: ")][-1][6:]
