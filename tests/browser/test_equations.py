"""The equation that opens is that of this step, wiring, cell, layer, truncation and followed loss.

Every node and edge of every kind of network: the terms that are printed are those of the edges
that carry something, and no symbol is printed of what is not there.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.browser.conftest import Modules

Json = dict[str, Any]

# The page's templates, in the empty page that the modules are tried in.
OPEN = """async (equations, experiment, load) => {
    if (!document.querySelector("template")) {
        const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
        document.body.append(...page.querySelectorAll("template"));
    }
    const {read} = await load("reading.js");
    const ask = async (experiment) => {
        const answer = await fetch("/api/v1/flow", {
            method: "POST", body: JSON.stringify(experiment),
            headers: {"content-type": "application/json"},
        });
        if (!answer.ok) throw new Error(await answer.text());
        return read(await answer.json());
    };
    %s
}"""

# What is wrong with the equations of a flow; nothing, where all is well.
WALK = """
    const wrong = [];
    const set = (values) => [...new Set(values)].sort().join(" ");
    const idOf = (symbol) => {
        const [base, step, layer] = [...symbol.children].map((one) => one.textContent);
        const found = /\\((\\d)\\)/.exec(layer ?? "");
        const letter = base === "L" ? base : base.toLowerCase();
        return `${letter}_${step}${found ? `_${found[1] - 1}` : ""}`;
    };
    for (const one of experiment) {
        const reading = await ask(one);
        const {nodes, edges} = reading.flow.graph;
        const gradient = new Map(nodes.map((node) => [node.id, node.log10_norm]));
        const about = [...nodes.map(({id}) => id), ...edges.map((e) => `${e.source}>${e.target}`)];
        for (const id of about) {
            const say = (words) => wrong.push(`${JSON.stringify(one)} ${id}: ${words}`);
            const [box, ...notes] = equations.equationsOf(id, reading);
            const part = (name) => [...box.querySelectorAll(`[data-part=${name}]`)];
            const printed = (name) => set(part(name).flatMap((place) =>
                [...place.querySelectorAll("[data-edge]")].map((term) => term.dataset.edge)));
            const live = edges.filter((e) => e.log10_norm !== null).filter((e) =>
                id.includes(">") ? `${e.source}>${e.target}` === id : e.source === id);
            const carried = set(live.map((e) => `${e.source}>${e.target}`));
            if (printed("backward") !== carried)
                say(`back prints "${printed("backward")}", what carries is "${carried}"`);
            const zero = part("backward").some((place) => /(^|=)0$/.test(place.textContent));
            if (zero !== (live.length === 0 && !(id[0] === "L" && gradient.get(id) !== null)))
                say("zero where something comes, or the other way round");
            const red = part("backward").some((place) => place.querySelector(".known"));
            if (zero && !id.includes(">") && notes.length < 1) say("zero without a reason");
            if (red && live.length === 0) say("red where nothing comes");
            const enters = edges.filter((e) => id.includes(">")
                ? false : e.target === id && e.kind !== "loss" && !(
                    e.kind === "cell" && e.target[0] === "h"));
            const forward = printed("forward") + " " + printed("gates");
            for (const e of enters)
                if (!forward.includes(`${e.source}>${e.target}`)) say(`not forward: ${e.source}`);
            for (const symbol of box.querySelectorAll("msub, msubsup")) {
                const base = symbol.firstElementChild.textContent;
                if (!"XHCOL".includes(base) || !/^\\d+$/.test(symbol.children[1].textContent))
                    continue;
                if (!gradient.has(idOf(symbol))) say(`${idOf(symbol)} is printed and is not there`);
                const of = symbol.closest("mfrac > :first-child");
                if (base === "L" && of && one.follow && idOf(symbol) !== `L_${one.follow}`)
                    say(`a gradient of ${idOf(symbol)}`);
            }
            for (const known of box.querySelectorAll(".known mfrac > :last-child")) {
                const symbol = known.lastElementChild;
                if (symbol.firstElementChild.textContent === "A") continue;
                if (gradient.get(idOf(symbol)) === null) say(`${idOf(symbol)} is red and is zero`);
            }
            for (const term of box.querySelectorAll("[data-part=backward] [data-edge]")) {
                const target = term.dataset.edge.split(">")[1].split("_").slice(1).join("_");
                for (const known of term.querySelectorAll(".known mfrac > :last-child")) {
                    const [letter, ...at] = idOf(known.lastElementChild).split("_");
                    const end = term.dataset.edge.split(">")[1];
                    if (at.join("_") !== target || (letter !== "a" && letter !== end[0]))
                        say(`${term.dataset.edge} brings what is known at ${letter}_${at}`);
                }
            }
            const marks = [...box.querySelectorAll(".loss, .activation, .batch")];
            if (marks.some((one) => /^[LfB]$/.test(one.textContent))) say("a mark is left");
            if (/[^a-z]t[^a-z]|undefined|null|NaN/.test(box.textContent)) say(box.textContent);
        }
    }
    return wrong.slice(0, 5);
"""

TEXTS = """
    const reading = await ask(experiment.experiment);
    const [box, ...notes] = equations.equationsOf(experiment.id, reading);
    const text = (name) => [...box.querySelectorAll(`[data-part=${name}]`)].map((place) =>
        place.textContent.replaceAll(/\\s/g, ""));
    return {forward: text("forward"), backward: text("backward"), gates: text("gates"),
            activation: text("activation"), parameter: text("parameter"),
            notes: notes.map((note) => note.textContent)};
"""

CELLS = ("simple", "elman", "jordan", "lstm", "gru")
TRUNCATIONS: tuple[Json | None, ...] = (
    None,
    {"kind": "none"},
    {"kind": "window", "steps": 2},
    {"kind": "chunk", "steps": 2},
)
STEPS = 3
LOSSES = {"one-to-one": [1], "many-to-one": [STEPS]}


def experiments(cell: str) -> list[Json]:
    """Every wiring × truncation × number of layers × followed loss: the last, all, one between."""
    found = []
    wirings = ("one-to-one", "many-to-one", "many-to-many", "one-to-many")
    for wiring, cut, layers in product(wirings, TRUNCATIONS, (1, 2)):
        if cut is None and cell in ("simple", "lstm", "gru"):
            continue
        losses = LOSSES.get(wiring, [2, STEPS])
        found += [
            {
                "network": {"cell": cell, "topology": wiring, "num_layers": layers,
                            "hidden_size": 2, "input_size": 2, "output_size": 2},
                "sequence": {"kind": "random", "steps": 1 if wiring == "one-to-one" else STEPS},
                "loss": "squared-error",
                "follow": follow,
                **({} if cut is None else {"truncation": cut}),
            }
            for follow in [None, *losses]
        ]  # fmt: skip
    return found


@pytest.mark.parametrize("cell", CELLS)
def test_the_terms_printed_are_the_edges_that_carry_something(modules: Modules, cell: str) -> None:
    assert modules("equations.js", OPEN % WALK, experiments(cell)) == []


def shown(modules: Modules, thing: str, **settings: Any) -> Json:
    """What is printed at a node or edge, part by part."""
    network = {"hidden_size": 2, "input_size": 2, "output_size": 2, "activation": "tanh"}
    experiment = {
        "network": network | settings.pop("network", {}),
        "sequence": {"kind": "random", "steps": settings.pop("steps", 15)},
        "loss": "squared-error",
        **settings,
    }
    printed: Json = modules("equations.js", OPEN % TEXTS, {"experiment": experiment, "id": thing})
    return printed


def test_the_last_step_hears_its_own_loss_alone(modules: Modules) -> None:
    assert shown(modules, "h_15", follow=15)["backward"] == ["∂L15∂H15=WO⊤∂L15∂O15"]


def test_what_an_unfollowed_loss_brings_is_not_printed(modules: Modules) -> None:
    printed = shown(modules, "h_9", follow=15)
    assert printed["backward"] == ["∂L15∂H9=WH⊤(tanh′(A10)⊙∂L15∂H10)"]
    assert len(printed["notes"]) == 1  # the one about red terms
    printed = shown(modules, "o_9", follow=15)
    assert printed["backward"] == ["∂L15∂O9=0"]
    assert printed["notes"] == ["Nothing arrives: L₁₅ is followed, not L₉."]
    assert shown(modules, "L_9", follow=15)["backward"] == ["∂L15∂L9=0"]


def test_all_losses_together_are_l(modules: Modules) -> None:
    printed = shown(modules, "h_9")
    assert printed["backward"] == ["∂L∂H9=WO⊤∂L∂O9+WH⊤(tanh′(A10)⊙∂L∂H10)"]


def test_one_to_one_has_no_second_step(modules: Modules) -> None:
    printed = shown(modules, "h_1", network={"topology": "one-to-one"}, steps=1, follow=1)
    assert printed["forward"] == ["H1=tanh(A1)", "A1=WHH0+WXX1+b"]
    assert printed["backward"] == ["∂L1∂H1=WO⊤∂L1∂O1"]
    assert "(H₀ = 0)" in printed["notes"]


def test_many_to_one_has_no_earlier_outputs(modules: Modules) -> None:
    printed = shown(modules, "h_4", network={"topology": "many-to-one"}, follow=15)
    assert printed["backward"] == ["∂L15∂H4=WH⊤(tanh′(A5)⊙∂L15∂H5)"]


def test_one_to_many_has_no_later_inputs(modules: Modules) -> None:
    printed = shown(modules, "h_4", network={"topology": "one-to-many"})
    assert printed["forward"] == ["H4=tanh(A4)", "A4=WHH3+b"]


def test_the_initial_state(modules: Modules) -> None:
    printed = shown(modules, "h_0", follow=15)
    assert printed["forward"] == ["H0=0"]
    assert printed["backward"] == ["∂L15∂H0=WH⊤(tanh′(A1)⊙∂L15∂H1)"]
    printed = shown(modules, "h_0>h_1", follow=15)
    assert printed["parameter"] == ["∂L15∂WH|1=0"]
    assert printed["notes"][0] == "(H₀ = 0)"


def test_a_window_ends_where_it_says(modules: Modules) -> None:
    window = {"truncation": {"kind": "window", "steps": 3}}
    printed = shown(modules, "h_12", follow=15, **window)
    assert printed["backward"] == ["∂L15∂H12=0"]
    assert printed["notes"] == [
        "Nothing from O₁₂: L₁₅ is followed, not L₁₂.",
        "Nothing from H₁₃: the window of 3 steps ends here.",
    ]
    printed = shown(modules, "h_3", follow=15, **window)
    assert (
        "Nothing from H₄: L₁₅ reaches no step before 13: the window of 3 steps ends there."
        in (printed["notes"])
    )


def test_a_window_passes_a_part_of_what_all_losses_bring(modules: Modules) -> None:
    window = {"truncation": {"kind": "window", "steps": 3}}
    printed = shown(modules, "h_9", **window)
    assert printed["backward"] == ["∂L∂H9=WO⊤∂L∂O9+WH⊤(tanh′(A10)⊙∂(L10+L11)∂H10)"]
    printed = shown(modules, "h_13", **window)
    assert printed["backward"] == ["∂L∂H13=WO⊤∂L∂O13+WH⊤(tanh′(A14)⊙∂L∂H14)"]
    window = {"truncation": {"kind": "window", "steps": 5}}
    printed = shown(modules, "c_9>c_10", network={"cell": "lstm"}, **window)
    assert printed["backward"][0].endswith("∂(L10+⋯+L13)∂C10⊙f10")


def test_a_chunk_begins_where_it_says(modules: Modules) -> None:
    printed = shown(modules, "h_10", truncation={"kind": "chunk", "steps": 5})
    assert printed["backward"] == ["∂L∂H10=WO⊤∂L∂O10"]
    assert printed["notes"][0] == (
        "Nothing from H₁₁: no gradient crosses from a chunk of 5 steps into the one before."
    )


def test_a_copy_passes_no_gradient(modules: Modules) -> None:
    printed = shown(modules, "o_14", network={"cell": "jordan"}, follow=15)
    assert printed["backward"] == ["∂L15∂O14=0"]
    assert "Nothing from C₁₅: a copy passes no gradient." in printed["notes"]
    printed = shown(modules, "h_14>c_15", network={"cell": "elman"}, follow=15)
    assert printed["backward"] == ["0"]
    open_ = {"truncation": {"kind": "none"}}
    printed = shown(modules, "o_9", network={"cell": "jordan", "num_layers": 2}, **open_)
    assert printed["backward"] == ["∂L∂O9=O9−Y9+∂L∂C10+∂L∂C10(2)"]


def test_layers_are_marked_and_the_layer_above_brings_its_own_weights(modules: Modules) -> None:
    printed = shown(modules, "h_4", network={"num_layers": 2}, follow=15)
    assert printed["backward"] == ["∂L15∂H4=WX(2)⊤(tanh′(A4(2))⊙∂L15∂H4(2))+WH⊤(tanh′(A5)⊙∂L15∂H5)"]
    printed = shown(modules, "h_4_1", network={"num_layers": 2}, follow=15)
    assert printed["forward"] == ["H4(2)=tanh(A4(2))", "A4(2)=WH(2)H3(2)+WX(2)H4+b(2)"]
    assert printed["backward"] == ["∂L15∂H4(2)=WH(2)⊤(tanh′(A5(2))⊙∂L15∂H5(2))"]
    printed = shown(modules, "h_4_1", network={"num_layers": 2, "cell": "lstm"}, follow=15)
    assert printed["backward"] == ["∂L15∂H4(2)=WH(2)⊤∂L15∂A5(2)"]


def test_an_lstms_gates(modules: Modules) -> None:
    printed = shown(modules, "x_1>h_1", network={"cell": "lstm"}, follow=15)
    assert printed["gates"][1] == "∂L15∂A1f=∂L15∂C1⊙C0⊙f1⊙(1−f1)"
    assert {"(C₀ = 0)", "(H₀ = 0)"} <= set(printed["notes"])


def test_a_gate_through_which_nothing_is_felt(modules: Modules) -> None:
    """W_hh = 0: c_t carries the gradient, h_t hears nothing before the last step."""
    weights = {
        "kind": "explicit", "W_xh": [[1.0]] * 4, "W_hh": [[0.0]] * 4, "b_h": [0.0, 5.0, 0.0, 0.0],
        "W_hy": [[1.0]], "b_y": [0.0],
    }  # fmt: skip
    network = {"cell": "lstm", "topology": "many-to-one", "hidden_size": 1, "input_size": 1,
               "output_size": 1}  # fmt: skip
    printed = shown(modules, "x_4>h_4", network=network, weights=weights)
    assert printed["gates"][3] == "∂L∂A4o=0"
    assert printed["gates"][0].startswith("∂L∂A4i=∂L∂C4⊙")
    assert shown(modules, "h_4", network=network, weights=weights)["backward"] == ["∂L∂H4=0"]


def test_units_that_are_off(modules: Modules) -> None:
    weights = {
        "kind": "explicit", "W_xh": [[0.0]], "W_hh": [[1.0]], "b_h": [-1.0], "W_hy": [[1.0]],
        "b_y": [0.0],
    }  # fmt: skip
    network = {"activation": "relu", "hidden_size": 1, "input_size": 1, "output_size": 1}
    printed = shown(modules, "h_8", network=network, weights=weights, follow=9)
    assert printed["backward"] == ["∂L9∂H8=0"]
    assert "Nothing from H₉: every ReLU of H₉ is off: relu′ = 0." in printed["notes"]


def test_a_batch_has_a_mean(modules: Modules) -> None:
    printed = shown(modules, "o_4")
    assert printed["backward"] == ["∂L∂O4=O4−Y4"]
    sequence = {"kind": "random", "steps": 4, "batch_size": 3}
    printed = shown(modules, "o_4", sequence=sequence)
    assert printed["backward"] == ["∂L∂O4=13(O4−Y4)"]


@pytest.mark.parametrize("cell", CELLS)
def test_of_several_samples_a_weight_hears_the_sum(modules: Modules, cell: str) -> None:
    """∂L/∂H is each sample's own, and holds the 1/B of the mean."""
    one = shown(modules, "x_3>h_3", network={"cell": cell}, steps=4)["parameter"]
    sequence = {"kind": "random", "steps": 4, "batch_size": 3}
    several = shown(modules, "x_3>h_3", network={"cell": cell}, sequence=sequence)["parameter"]
    assert several == [one[0].replace("=", "=∑samples")]


def test_the_edges_of_a_window_of_a_long_sequence(modules: Modules) -> None:
    """A term of a step that is not drawn is printed all the same."""
    printed = shown(modules, "h_8", follow=15, window={"first": 5, "last": 8})
    assert printed["backward"] == ["∂L15∂H8=WH⊤(tanh′(A9)⊙∂L15∂H9)"]
    printed = shown(modules, "h_5", follow=15, window={"first": 5, "last": 8})
    assert printed["forward"][1] == "A5=WHH4+WXX5+b"
