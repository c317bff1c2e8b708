"""Each limit lets N through and refuses N + 1, before anything is computed."""

import pytest

from unrolled.app.errors import BadInput
from unrolled.app.limits import refuse_oversize
from unrolled.app.schemas import Experiment
from unrolled.app.settings import Settings
from unrolled.engine import CELLS

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def text(content, **options):
    return {"sequence": {"kind": "text", "text": content, **options}}


def explicit(steps, batch):
    inputs = [[[0.0] * 4] * batch] * steps
    return {"sequence": {"kind": "explicit", "inputs": inputs, "targets": [[0] * batch] * steps}}


@pytest.mark.parametrize(
    ("limits", "fits", "exceeds", "pointer"),
    [
        ({"max_hidden_size": 5}, {"network": {"hidden_size": 5}},
         {"network": {"hidden_size": 6}}, "/network/hidden_size"),
        ({"max_input_size": 5}, {"network": {"input_size": 5}},
         {"network": {"input_size": 6}}, "/network/input_size"),
        ({"max_output_size": 5}, {"network": {"output_size": 5}},
         {"network": {"output_size": 6}}, "/network/output_size"),
        ({"max_steps": 5}, {"sequence": {"steps": 5}},
         {"sequence": {"steps": 6}}, "/sequence/steps"),
        ({"max_steps": 20}, {}, {"sequence": {"steps": 21}}, "/sequence/steps"),
        ({"max_batch_size": 2}, {"sequence": {"batch_size": 2}},
         {"sequence": {"batch_size": 3}}, "/sequence/batch_size"),
        ({"max_steps": 3}, explicit(3, 1), explicit(4, 1), "/sequence"),
        ({"max_batch_size": 3}, explicit(1, 3), explicit(1, 4), "/sequence"),
        ({"max_text_length": 5}, text("abcde"), text("abcdef"), "/sequence/text"),
        ({"max_steps": 4}, text("ababa"), text("ababab"), "/sequence/text"),
        ({"max_steps": 2}, text("e\u0301e\u0301e\u0301", tokens="graphemes"),
         text("e\u0301e\u0301e\u0301e", tokens="graphemes"), "/sequence/text"),
        ({"max_steps": 2}, text("aa bb aa", tokens="words"),
         text("aa bb aa bb", tokens="words"), "/sequence/text"),
        ({"max_input_size": 3, "max_output_size": 9}, text("abcabc"), text("abcd"),
         "/sequence/text"),
        ({"max_output_size": 3, "max_input_size": 9}, text("abcabc"), text("abcd"),
         "/sequence/text"),
        ({"max_output_size": 3},
         {"network": {"topology": "many-to-one"}} | text("ab", label={"index": 0, "of": 3}),
         {"network": {"topology": "many-to-one"}} | text("ab", label={"index": 0, "of": 4}),
         "/sequence/label/of"),
        # T·H²·B = 20·8²·1 = 1280 and 21·8²·1 = 1344
        ({"max_work": 1280}, {}, {"sequence": {"steps": 21}}, "/network/hidden_size"),
        ({"max_work": 2560}, {"sequence": {"batch_size": 2}},
         {"sequence": {"batch_size": 3}}, "/network/hidden_size"),
        # … ·G = 20·8²·1·4 for lstm, ·2 for two layers
        ({"max_work": 5120}, {"network": {"cell": "lstm"}},
         {"network": {"cell": "lstm"}, "sequence": {"steps": 21}}, "/network/hidden_size"),
        ({"max_work": 2560}, {"network": {"num_layers": 2}},
         {"network": {"num_layers": 3}}, "/network/hidden_size"),
        # T·(B·(3·H + 2·D + 2·K) + H·D + H·H + H + K·H + K) + 2·B·H = 20·(40 + 140) + 16
        ({"max_values": 4616}, {"values": True},
         {"values": True, "sequence": {"steps": 21}}, "/values"),
        ({"max_values": 728}, {"values": True, "window": {"first": 19, "last": 99}},
         {"values": True, "window": {"first": 18, "last": 99}}, "/values"),
        ({"max_values": 1}, {}, {"values": True} | text("abc"), "/values"),
        # H·D + H·H + H + K·H + K = 140, and T·B·(D + K) = 160
        ({"max_values": 140}, {"include": ["weights"]},
         {"include": ["graph", "weights"], "network": {"hidden_size": 9}}, "/include/1"),
        ({"max_values": 160}, {"include": ["weights", "sequence"]},
         {"include": ["sequence"], "sequence": {"steps": 21}}, "/include/0"),
        # T·B·(D + H + K) = 20·1·(4 + 8 + 4) = 320 and 20·1·(5 + 8 + 4) = 340
        ({"max_numbers": 320}, {}, {"network": {"input_size": 5}}, "/network/input_size"),
    ],
)  # fmt: skip
async def test_at_the_limit_and_one_above(opened, refused, limits, fits, exceeds, pointer):
    async with opened(**limits) as client:
        assert (await client.post("/api/v1/flow", json=fits)).status_code == 200
        errors = await refused(exceeds, by=client)
    assert list(errors) == [pointer]
    variables = [f"UNROLLED_{name.upper()}" for name in limits]
    assert any(variable in errors[pointer] for variable in variables)


@pytest.mark.parametrize(
    ("fits", "exceeds", "pointer"),
    [
        ({"network": {"num_layers": 4}}, {"network": {"num_layers": 5}}, "/network/num_layers"),
        ({"weights": {"seed": 2**53 - 1}}, {"weights": {"seed": 2**53}}, "/weights/seed"),
        ({"sequence": {"seed": 2**53 - 1}}, {"sequence": {"seed": 2**53}}, "/sequence/seed"),
        ({"follow": 20}, {"follow": 21}, "/follow"),
        ({"window": {"first": 3, "last": 3}}, {"window": {"first": 3, "last": 2}}, "/window"),
    ],
)
async def test_what_no_setting_moves(client, refused, fits, exceeds, pointer):
    assert (await client.post("/api/v1/flow", json=fits)).status_code == 200
    assert list(await refused(exceeds)) == [pointer]


async def test_a_gradient_of_65536_numbers_is_sent_and_none_of_more(flow):
    for size, sent in ((256, True), (257, False)):
        answer = await flow(network={"hidden_size": size}, sequence={"steps": 2})
        assert (answer["parameter_gradients"]["W_hh"]["value"] is not None) == sent


ODD = [
    "\0\x01",
    "\u202eab",
    "e\u0301é",
    "👩‍👩‍👧",
    "\ufeff\ufffe\uffff",
    "\U0010ffff\ue000",
    "ﷺ\u2028",
]


@pytest.mark.parametrize("odd", ODD)
async def test_any_unicode_text_is_read_by_code_points(flow, odd):
    answer = await flow(**text(odd + "a"))
    assert answer["text"]["tokens"] == list(odd + "a")


async def test_one_to_one_over_a_long_text_is_one_step(opened):
    async with opened(max_steps=1) as client:
        experiment = {"network": {"topology": "one-to-one"}} | text("a long text")
        assert (await client.post("/api/v1/flow", json=experiment)).status_code == 200


async def test_every_limit_that_is_exceeded_is_named(opened, refused):
    experiment = {"network": {"hidden_size": 9, "input_size": 9}, "sequence": {"steps": 9}}
    async with opened(max_hidden_size=8, max_input_size=8, max_steps=8) as client:
        assert set(await refused(experiment, by=client)) == {
            "/network/hidden_size",
            "/network/input_size",
            "/sequence/steps",
        }


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_a_batch_of_64_with_200_steps_and_256_units_is_let_through(cell, layers):
    network = {"cell": cell, "hidden_size": 256, "num_layers": layers, "input_size": 256}
    asked = {"network": network, "sequence": {"steps": 200, "batch_size": 64}}
    refuse_oversize(Experiment.model_validate(asked), Settings())
    with pytest.raises(BadInput) as refused:
        refuse_oversize(
            Experiment.model_validate(asked | {"network": network | {"num_layers": 4}}),
            Settings(max_work=3_000_000_000),
        )
    assert "UNROLLED_MAX_WORK" in refused.value.errors[0].detail


@pytest.mark.parametrize(
    ("fields", "received", "largest"),
    [
        ({}, "T·H²·B = 20·8²·3 = 3840", "at most 10 steps or 1 sample or 5 units"),
        ({"network": {"cell": "lstm", "hidden_size": 99}}, "T·H²·B·G", "at most 15 units"),
        (
            {"truncation": {"kind": "window", "steps": 17}},
            "T·H²·B·⌈R/8⌉ = 20·8²·3·⌈17/8⌉ = 11520, where R losses travel side by side",
            "at most 3 steps or 3 units",
        ),
    ],
)
async def test_a_refusal_names_the_largest_that_would_go(
    opened, refused, fields, received, largest
):
    sequence = {"sequence": {"batch_size": 3}}
    limit = 60_000 if "network" in fields else 2_000
    async with opened(max_work=limit) as client:
        said = (await refused(sequence | fields, by=client))["/network/hidden_size"]
    assert said.startswith(f"received {received}")
    assert f"; allowed: at most {limit}, so {largest} (UNROLLED_MAX_WORK)" in said


async def test_what_the_refusal_of_many_numbers_names_would_go(opened, refused):
    async with opened(max_numbers=319) as client:
        said = (await refused({}, by=client))["/network/input_size"]
        assert "so at most 19 steps, or smaller sizes (UNROLLED_MAX_NUMBERS)" in said
        fits = {"sequence": {"steps": 19}}
        assert (await client.post("/api/v1/flow", json=fits)).status_code == 200


async def test_what_passes_many_times_has_a_limit_of_its_own(opened):
    asked = {"experiment": {}, "draws": 3}
    async with opened(max_repeated_work=2 * 1280) as client:
        assert (await client.post("/api/v1/flow", json={})).status_code == 200
        answer = await client.post("/api/v1/norms", json=asked)
    (error,) = answer.json()["errors"]
    assert "allowed: at most 2560" in error["detail"]
    assert "UNROLLED_MAX_REPEATED_WORK" in error["detail"]


async def test_nothing_is_computed_for_what_is_refused(client, refused):
    """A request that could never be held in memory is answered all the same."""
    huge = 2**53 - 1
    experiment = {
        "network": {"hidden_size": huge, "input_size": huge, "output_size": huge},
        "sequence": {"steps": huge, "batch_size": huge},
    }
    assert len(await refused(experiment)) == 5


async def test_body_at_the_limit_and_one_byte_above(opened):
    body = b'{"follow": null}'
    async with opened(max_body_bytes=len(body)) as client:
        fits = await client.post("/api/v1/flow", content=body, headers=JSON)
        exceeds = await client.post("/api/v1/flow", content=body + b" ", headers=JSON)
    assert fits.status_code == 200
    assert exceeds.status_code == 413
    assert exceeds.headers["content-type"] == "application/problem+json"
    assert f"{len(body)} bytes" in exceeds.json()["detail"]


async def test_a_streamed_body_is_cut_off_at_the_limit(opened):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    async with opened(max_body_bytes=10_000) as client:
        answer = await client.post("/api/v1/flow", content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert sent == 11_000


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/nothing"), ("PUT", "/docs")])
async def test_no_route_takes_a_large_body(opened, method, path):
    async with opened(max_body_bytes=10) as client:
        answer = await client.request(method, path, content=b"x" * 11)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_values_say_how_many_numbers_were_asked_for(opened, refused):
    async with opened(max_values=4615) as client:
        errors = await refused({"values": True}, by=client)
    assert "4616" in errors["/values"]
    assert "4615" in errors["/values"]


@pytest.mark.parametrize("content", ["", "a"])
async def test_a_text_that_is_too_short_is_refused_for_that_also_with_values(refused, content):
    errors = await refused({"values": True} | text(content))
    assert list(errors) == ["/sequence/text"]


async def test_steps_said_in_vain_cost_nothing(refused):
    """No array is made of a T that its own arrays contradict."""
    sequence = explicit(3, 1)["sequence"] | {"resets": [], "steps": 2**53 - 1}
    assert set(await refused({"sequence": sequence})) <= {"/sequence/steps", "/sequence/resets"}
    empty = {"kind": "explicit", "inputs": [], "targets": [], "steps": 2**53 - 1, "resets": []}
    assert await refused({"sequence": empty})


async def test_norms_of_an_empty_sequence_are_refused(opened):
    sequence = {"kind": "explicit", "inputs": [], "targets": [[]]}
    async with opened() as client:
        asked = {"experiment": {"sequence": sequence}, "draws": 2}
        assert (await client.post("/api/v1/norms", json=asked)).status_code == 422
