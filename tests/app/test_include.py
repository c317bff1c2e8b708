"""`include` names the parts of an answer; what is left out is null and costs nothing."""

import pytest

pytestmark = pytest.mark.anyio

STACKED = {"network": {"num_layers": 2}, "sequence": {"steps": 6}, "follow": 6}


def parts(answer):
    """Which parts an answer holds, of the whole and of its layers."""
    held = {name for name in ("itemized", "graph", "spectrum") if answer[name] is not None}
    spectra = [place["spectrum"] for place in (answer, *answer["layers"])]
    if all(spectrum and spectrum["lyapunov_exponents"] for spectrum in spectra):
        held.add("lyapunov")
    if answer["diagnosis"] and answer["diagnosis"]["advice"] is not None:
        held.add("advice")
    for layer in answer["layers"]:
        assert (layer["itemized"] is None) == ("itemized" not in held)
        assert (layer["spectrum"] is None) == ("spectrum" not in held)
    return held


@pytest.mark.parametrize(
    ("include", "held"),
    [
        (None, {"itemized", "graph", "spectrum", "lyapunov"}),
        ([], set()),
        (["graph"], {"graph"}),
        (["itemized"], {"itemized"}),
        (["spectrum"], {"spectrum"}),
        (["lyapunov"], {"spectrum", "lyapunov"}),
        (["advice"], {"advice"}),
        (["advice", "spectrum", "itemized"], {"itemized", "spectrum", "advice"}),
    ],
)
async def test_what_is_left_out_is_null(flow, include, held):
    asked = {} if include is None else {"include": include}
    answer, whole = await flow(**STACKED, **asked), await flow(**STACKED)
    assert parts(answer) == held
    assert set(answer["experiment"]["include"]) == held
    assert (answer["diagnosis"] is None) == (not held & {"itemized", "advice"})
    for name in ("loss", "hidden_gradient", "parameter_gradients", "clipping", "activity"):
        assert answer[name] == whole[name]
    for name in held & {"itemized", "graph"}:
        assert answer[name] == whole[name]
    if held & {"itemized", "advice"}:
        for name in ("verdict", "decay_per_step", "summary"):
            assert answer["diagnosis"][name] == whole["diagnosis"][name]
    assert (answer["followed_gradient"] is None) == ("graph" not in held)
    assert answer["followed_cell_gradient"] is None  # of a cell without a c


async def test_the_spectrum_is_the_same_without_the_exponents(flow):
    spectrum = (await flow(include=["itemized", "spectrum"]))["spectrum"]
    whole = (await flow())["spectrum"]
    assert spectrum == whole | {"lyapunov_exponents": None, "exponents_over": None}


@pytest.mark.parametrize(("cell", "directions"), [("simple", 9), ("lstm", 18), ("gru", 9)])
async def test_the_leading_exponents_and_all(flow, cell, directions):
    """The leading 8 of as many as the state has numbers; fewer, more and all are a request away."""
    network = {"cell": cell, "hidden_size": 9}
    eight = (await flow(network=network))["spectrum"]
    every = (await flow(network=network, lyapunov={"count": None}))["spectrum"][
        "lyapunov_exponents"
    ]
    assert eight["directions"] == len(every) == directions
    assert len(eight["lyapunov_exponents"]) == 8
    for count in (1, 3, 8, 9, 50):
        answer = await flow(network=network, lyapunov={"count": count})
        found = answer["spectrum"]["lyapunov_exponents"]
        assert len(found) == min(count, directions)
        assert found[0] == pytest.approx(every[0], rel=1e-9)
        assert answer["experiment"]["lyapunov"] == {"count": count}


async def test_no_exponents_are_not_a_number_of_them(refused):
    errors = await refused({"lyapunov": {"count": 0}})
    assert list(errors) == ["/lyapunov/count"]


async def test_an_unknown_part_is_named(refused):
    errors = await refused({"include": ["graph", "grpah"]})
    assert list(errors) == ["/include/1"]
    assert "'grpah'" in errors["/include/1"]
    assert "'lyapunov', 'advice', 'weights', 'sequence'" in errors["/include/1"]


DRAWN = [
    {"network": {"cell": "lstm", "num_layers": 2}, "sequence": {"steps": 6, "batch_size": 2}},
    {"network": {"topology": "many-to-one"}, "loss": "squared-error", "sequence": {"steps": 5}},
    {"network": {"topology": "one-to-many", "cell": "jordan"}, "sequence": {"steps": 4}},
    {"network": {"topology": "one-to-one", "cell": "gru"}, "loss": "binary-cross-entropy"},
    {"sequence": {"kind": "text", "text": "gradients"}},
]


@pytest.mark.parametrize("drawn", DRAWN)
async def test_an_experiment_in_numbers_gives_the_same_answer(flow, drawn):
    """In place of what was drawn or read, to the last digit."""
    said = await flow(**drawn, include=["sequence", "weights"])
    assert said["experiment"]["include"] == ["weights", "sequence"]
    assert said["graph"] is said["itemized"] is None
    numbers = {name: said[name] for name in ("weights", "sequence")}
    assert {part["kind"] for part in numbers.values()} == {"explicit"}
    network = said["experiment"]["network"]
    again = await flow(**drawn | numbers | {"network": network}, include=["weights", "sequence"])
    for part, known in numbers.items():
        assert again[part] == again["experiment"][part] | known
    explicit = {"experiment", "text", "sequence"}
    assert {n: v for n, v in again.items() if n not in explicit} == {
        n: v for n, v in said.items() if n not in explicit
    }


async def test_numbers_come_only_where_they_are_asked_for(flow):
    answer = await flow(include=["weights"])
    assert answer["sequence"] is None
    assert list(answer["weights"]) == ["kind", "W_xh", "W_hh", "b_h", "W_hy", "b_y"]
    assert (await flow())["weights"] is None
