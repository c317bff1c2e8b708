"""Every sentence of the page against the numbers beside it, over many experiments at once."""

import functools
import itertools
import json
import math
import re
from typing import Any

import pytest

from tests.browser.answers import (
    Json,
    answered,
    answers,
    chain,
    followed,
    followed_state,
    follows_all,
    losses,
)
from tests.browser.conftest import Modules
from tests.browser.courses_said import check_course
from tests.browser.numbers_said import NUMBER, log10, says, says_portion, shares, value

Words = dict[str, Any]

SAY = """async (reading_, flows, load) => {
    const all = ["describe.js", "sentence.js", "clipped.js", "spectral.js", "difference.js",
                 "glossary.js"];
    const [describe, sentence, clipped, spectral, difference, glossary] =
        await Promise.all(all.map(load));
    const said = flows.map((flow) => {
        const reading = reading_.read(flow);
        const {follow, entryStep, steps, lossSteps} = reading;
        const single = lossSteps.length < 2;
        return {
            left: sentence.leftSentence(reading),
            look: sentence.howToRead(follow, {entryStep, steps, single}),
            overflow: sentence.overflowSentence(flow),
            clipping: clipped.clippingSentence(flow),
            spectrum: spectral.spectrumSentence(flow),
            product: spectral.productSentence(flow),
            summaries: Object.values(describe.summaries(reading))
                .map((text) => text.replace(flow.diagnosis.summary, "")),
            captions: Object.values(describe.captions(reading)),
            things: [...reading.nodes, ...reading.edges]
                .map(([id]) => [id, describe.thing(id, reading)]),
            profile: reading.row.map((_, n) => describe.profileStep(n + 1, reading)),
            map: flow.itemized.loss_steps.flatMap((i) =>
                flow.itemized.steps.slice(0, 4)
                    .map((t) => [i, t, describe.mapCell(i, t, reading)])),
            terms: Object.keys(glossary.TERMS).map((term) => glossary.explanation(term, reading)),
        };
    });
    const readings = flows.map((flow) => reading_.read(flow));
    const pairs = readings.slice(1).map((b, n) => difference.differenceSentence(readings[n], b));
    return JSON.stringify({said, pairs});
}"""

RAW = re.compile(
    r"NaN|undefined|null|Infinity|object|\d[eE][-+]?\d|(?<!\d)1 (steps|losses|samples|units)\b"
    r"|(?<!\w)-\d|(?<![.\d])\d{7}| {2}|\.\."
)


@functools.cache
def flows() -> list[Json]:
    return answers()


_SAID: dict[str, Any] = {}


def say(modules: Modules, flows: list[Json]) -> Any:
    return json.loads(modules("reading.js", SAY, flows))


@pytest.fixture
def said(modules: Modules) -> dict[str, Any]:
    """What the page's modules say of all answers, asked for once."""
    if not _SAID:
        _SAID.update(say(modules, flows()))
    return _SAID


@pytest.fixture
def spoken(said: dict[str, Any]) -> list[tuple[Json, Words]]:
    return list(zip(flows(), said["said"], strict=True))


def texts(words: Words) -> list[str]:
    """Every text of one answer."""
    single = [
        words[name] for name in ("left", "look", "overflow", "clipping", "spectrum", "product")
    ]
    lines = [line for _, found in words["things"] for line in found]
    lines += [line for found in words["profile"] for line in found]
    lines += [line for _, _, found in words["map"] for line in found]
    return single + lines + words["summaries"] + words["captions"] + words["terms"]


def matched(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    assert found is not None, text
    return found


def test_nothing_raw_and_no_step_that_is_not_there(spoken) -> None:
    for flow, words in spoken:
        beyond = flow["overflow"]["steps"] if flow["overflow"] else flow["steps"]
        for text in texts(words):
            assert not RAW.search(text), text
            for step in re.findall(r"\bsteps? (\d+)", text):
                assert 1 <= int(step) <= beyond, text
            for back in re.findall(r"(\d+) steps? back", text):
                assert 1 <= int(back) < max(2, flow["steps"]), text


def test_what_is_left(spoken) -> None:
    kinds = set()
    for flow, words in spoken:
        text, (row, entry) = words["left"], followed_state(flow)
        if flow["loss"] is not None and losses(flow):
            whole = matched(rf"^L = ({NUMBER}) over (\d+) step", text)
            assert says(whole[1], math.log10(flow["loss"]) if flow["loss"] else None), text
            assert int(whole[2]) == flow["steps"]
        if follows_all(flow):
            kinds.add("all")
            assert not re.search(r"%|of what|left", text), text
            for step, size in re.findall(rf"‖∂L/∂H([₀-₉]+)[⁽⁾²]*‖ = ({NUMBER})", text):
                at = int(step.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")))
                assert says(size, row[at - 1]), text
        elif not losses(flow) or row[entry - 1] is None:
            kinds.add("none")
            assert re.search(r"No (gradient enters|loss is left)", text), text
        elif entry == 1:
            kinds.add("one")
            assert says(matched(rf"with ({NUMBER})", text)[1], followed(flow)[0][0]), text
        elif row[0] is not None:
            kinds.add("left")
            arrives(text, row[0] - row[entry - 1])
        else:
            first = next(n for n, value in enumerate(row) if value is not None) + 1
            stops(flow, text, first, row[first - 1] - row[entry - 1])
            kinds.add("stops")
    assert kinds == {"all", "none", "one", "left", "stops"}


def arrives(text: str, decades: float) -> None:
    if found := re.search(r"What arrives .* is (.* times) what enters", text):
        assert says_portion(found[1], decades), text
    else:
        said = matched(
            rf"^(?:.*\. )?Of what enters [^%]*, (all|{NUMBER} %|{NUMBER}) arrives at", text
        )[1]
        assert says_portion(f"{said} of", decades), text


def stops(flow: Json, text: str, first: int, decades: float) -> None:
    entry = followed(flow)[1]
    truncation = flow["experiment"]["truncation"]
    reach = {"none": 1, "window": entry - truncation.get("steps", 0) + 1}.get(truncation["kind"])
    if reach is None:
        reach = (entry - 1) // truncation["steps"] * truncation["steps"] + 1
    cut = re.search(r"window of|a chunk of|the copy passes", text)
    assert bool(cut) == (max(1, reach) == first), text
    if first == entry:
        assert re.search(r"stays at", text), text
        return
    found = matched(r"back from step (\d+) to step (\d+), where (.*) what enters arrives", text)
    assert (int(found[1]), int(found[2])) == (entry, first), text
    assert says_portion(found[3], decades), text


def test_clipping(spoken) -> None:
    seen = set()
    for flow, words in spoken:
        clip, text = flow["clipping"], words["clipping"]
        before = clip["log10_norm_before"]
        cut = [s for s in clip["step_scale"] or [] if s is not None and s < 1]
        if clip["engaged"]:
            seen.add((clip["rule"], clip["per_sample"] is not None))
            assert "nothing is clipped" not in text
            from_, to = matched(rf"‖g‖ ({NUMBER}) → ({NUMBER})", text).groups()
            assert says(from_, before), text
            assert says(to, math.log10(clip["norm_after"])), text
        else:
            assert "→" not in text
            size = matched(rf"‖g‖ = ({NUMBER})", text)[1]
            assert says(size, before), text
        if factor := re.search(rf"every component times ({NUMBER})", text):
            assert says(factor[1], math.log10(clip["threshold"]) - before), text
        if count := re.search(r"(\d+) of (\d+) parameters?", text):
            pairs = [
                g for g in flow["parameter_gradients"].values() if g["norm"] > clip["threshold"]
            ]
            assert (int(count[1]), int(count[2])) == (
                len(pairs),
                len(flow["parameter_gradients"]),
            ), text
        if count := re.search(r"at (\d+) of (\d+) steps?", text):
            assert (int(count[1]), int(count[2])) == (len(cut), flow["steps"]), text
        if found := re.search(r"cosine (?:with the clipped mean is )?(−?[\d.]+\d)", text):
            cosine = (clip["per_sample"] or clip)["cosine"]
            shown = float(found[1].replace("−", "-"))
            assert shown == pytest.approx(cosine, abs=6e-4), text
            assert (shown == 1) == (abs(cosine - 1) < 1e-9), text
    assert seen == {
        *(("norm", False), ("value", False), ("backward", False), ("norm", True)),
        *(("per-parameter", False), ("per-parameter", True)),
    }


def test_the_spectrum(spoken) -> None:
    claims = set()
    for flow, words in spoken:
        given, text = flow["spectrum"], words["spectrum"]
        radius, norm, bound = (given[k] for k in ("spectral_radius", "spectral_norm", "bound"))
        assert says(matched(rf"ρ = ({NUMBER})", text)[1], log10(radius)), text
        if bound is None:
            assert "promises nothing" in text
        else:
            product, near = norm / bound, 1e-9
            assert ("must vanish" in text) == given["sufficient"] == (product < 1 - near), text
            assert ("neither" in text.split(":")[1]) == (abs(product - 1) <= near), text
            if "can explode" in text:
                assert product > 1 + near
                assert radius >= bound * (1 - near)
            for left, sign, right in re.findall(rf"= ({NUMBER}) ([<>]) 1/γ = ({NUMBER})", text):
                assert (value(left) < value(right)) == (sign == "<"), text
            assert ("promises decay" not in text) or (
                flow["experiment"]["network"]["activation"] == "linear"
            )
            claims.add(matched(r"must vanish|neither|can explode|decay", text)[0])
        for series, what in (("product", "the product"), ("cell_product", "that for C")):
            if given[f"{series}_log10_norm"]:
                check_course(given[f"{series}_log10_norm"], text, rf"{what}(?: for H)?")
    assert claims == {"must vanish", "neither", "can explode", "decay"}


def test_the_product(spoken) -> None:
    ends = set()
    for flow, words in spoken:
        given, text = flow["spectrum"], words["product"]
        largest = (given["lyapunov_exponents"] or [None])[0]
        if found := re.search(rf"exponent ({NUMBER}): nearby states (\w+)", text):
            size = log10(abs(largest) if abs(largest) > 1e-12 else 0.0)
            assert says(found[1], size), text
            assert found[1].startswith("−") == (largest < -1e-12), text
            moved = abs(largest) * (flow["steps"] - 1) >= math.log(1.05)
            assert found[2] == (("come" if largest < 0 else "part") if moved else "keep"), text
            if moved:
                factor = matched(rf"× ({NUMBER}) a step", text)[1]
                assert says(factor, largest / math.log(10)), text
                assert (value(factor) < 0) == (largest < 0), text
            ends.add(found[2])
        ratio = given["long_to_short"]
        if found := re.search(r"(Nothing|What) comes from (\d+) steps? back or more", text):
            assert int(found[2]) == ratio["split"], text
            assert (found[1] == "Nothing") == (ratio["log10_ratio"] is None), text
            if found[1] == "What":
                assert says(matched(rf"is ({NUMBER}) times", text)[1], ratio["log10_ratio"]), text
        if found := re.search(rf"Ω = ({NUMBER})", text):
            total = sum(value for value in given["omega"] if value is not None)
            assert says(found[1], log10(total) if total > 1e-12 else None), text
    assert ends == {"come", "part", "keep"}


def test_what_the_pointer_reads(spoken) -> None:
    for flow, words in spoken:
        row, entry = followed(flow)
        norms = {node["id"]: node["log10_norm"] for node in flow["graph"]["nodes"]}
        norms |= {f"{e['source']}>{e['target']}": e["log10_norm"] for e in flow["graph"]["edges"]}
        for name, lines in (*words["things"], *enumerate(words["profile"], start=1)):
            own = norms[name] if isinstance(name, str) else row[name - 1]
            for line in lines:
                if found := re.fullmatch(r"(.*) what entered at step (\d+)", line):
                    assert not follows_all(flow), line
                    assert int(found[2]) == entry, line
                    assert says_portion(found[1], own - row[entry - 1]), (name, line)
        itemized = flow["itemized"]
        for loss, step, lines in words["map"]:
            cells = itemized["log10_norm"][itemized["loss_steps"].index(loss)]
            at = itemized["steps"].index
            for line in lines:
                if found := re.fullmatch(r"(.*) what entered at step (\d+)", line):
                    assert int(found[2]) == loss
                    assert says_portion(found[1], cells[at(step)] - cells[at(loss)]), line


def test_the_difference(said) -> None:
    rated = shared = 0
    for (a, b), text in zip(itertools.pairwise(flows()), said["pairs"], strict=True):
        assert not RAW.search(text), text
        rates = {who: flow["diagnosis"]["decay_per_step"] for who, flow in (("A", a), ("B", b))}
        if text.startswith("Both keep") or re.match(r"B (keeps|multiplies)", text):
            assert rates["B"], text
            size = matched(rf"^\w+ \w+ (?:the gradient by |a share of )?({NUMBER})( %)?", text)
            exact = math.log10(rates["B"])
            assert says(size[1], exact, 2.0 if size[2] else 0.0), text
            rated += 1
        for who, step, share in shares(text):
            row, entry = followed_state({"A": a, "B": b}[who])
            assert int(step) == entry, text
            assert row[0] is not None, text
            assert says_portion(share, row[0] - row[entry - 1]), text
            shared += 1
    assert min(rated, shared) > 5


def test_of_an_lstm_the_whole_state_counts(modules: Modules) -> None:
    request = {"network": {"cell": "lstm", "hidden_size": 4}, "follow": 20}
    flow = answered(request)
    whole = flow["itemized"]["state_log10_norm"]
    assert whole != flow["itemized"]["log10_norm"]
    text = say(modules, [flow])["said"][0]["left"]
    assert "(H₂₀, C₂₀)" in text
    assert "(H₁, C₁)" in text
    arrives(text, whole[-1][0] - whole[-1][-1])


def test_a_gradient_without_a_rate_gets_none(modules: Modules) -> None:
    a, b = answered(chain(0.9, 30)), answered(chain(0.8, 30))
    b["diagnosis"]["decay_per_step"] = None
    (text,) = say(modules, [a, b])["pairs"]
    assert text.startswith("B follows no steady rate, A keeps 90 % of the gradient a step:")
    a["diagnosis"]["decay_per_step"] = None
    (text,) = say(modules, [a, b])["pairs"]
    assert text.startswith("Both follow no steady rate:")


def test_the_same_network_gets_the_same_theorem_whatever_its_seed(spoken) -> None:
    said = {
        re.sub(r"here .*", "", words["spectrum"])
        for flow, words in spoken
        if flow["experiment"]["weights"].get("init") == "orthogonal"
        and flow["experiment"]["network"]["activation"] == "linear"
        and flow["experiment"]["weights"]["spectral_radius"] == 1.0
        and flow["experiment"]["network"]["hidden_size"] == 8
    }
    assert said == {
        "σₘₐₓ = 1/γ = 1: neither vanishing nor exploding is promised (Pascanu et al. 2013). ρ = 1: "
    }
