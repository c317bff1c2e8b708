"""What an advice claims, recomputed from the answers to the experiment with and without it."""

import functools
import json
import math
import re

import numpy as np
import pytest

from unrolled.app import job
from unrolled.app.canonical import canonical
from unrolled.app.limits import refuse_oversize
from unrolled.app.merge_patch import merge_patch
from unrolled.app.schemas import Experiment, Flow
from unrolled.app.settings import Settings
from unrolled.engine import Row, share, times, verdict_of

CLEARLY = math.log10(2.0)
USEFUL = 4.0
LIMITS = Settings()
"""Read once: it takes longer than most of what is asked here."""
OPPOSITE = {"vanishing": "exploding", "blocked": "exploding", "exploding": "vanishing"}


def answer(experiment, **other):
    """The service's answer in this process, held against its schema."""
    return json.loads(_answered(_form(experiment | other)))


def _form(experiment):
    asked = Experiment.model_validate(experiment)
    refuse_oversize(asked, LIMITS)
    return canonical(asked)


def _answered(form):
    written = job.answer(form)
    Flow.model_validate_json(written)
    return written


@functools.lru_cache(maxsize=8)
def _whole(form):
    """Of one change the same is asked again and again."""
    return json.loads(_answered(form))


def whole(experiment, loss_step):
    """What is asked of a change, in one answer: its verdict, its losses, and its graph, which
    follows the loss of `loss_step`. No advice.
    """
    bare = {"follow": loss_step, "window": None, "include": ["itemized", "graph"]}
    flow = _whole(_form(experiment | bare))
    assert loss_step in (None, flow["experiment"]["follow"])
    return flow


def rows(flow, step):
    """Every layer's log₁₀ ‖∂L_i/∂s_t‖ from i back to `step` as the graph says it, the first first.

    Of the loss that it follows. None where nothing arrives; no rows where there is no step.
    """
    layers, loss_step = flow["experiment"]["network"]["num_layers"], flow["experiment"]["follow"]
    if step is None:
        return [[] for _ in range(layers)]
    squares: dict[tuple[int, int], list[float | None]] = {}
    for node in flow["graph"]["nodes"]:
        if node["kind"] in ("hidden", "cell") and node["step"] >= 1:
            squares.setdefault((node["layer"], node["step"]), []).append(node["log10_norm"])
    return [
        [together(squares[layer, at]) for at in range(loss_step, step - 1, -1)]
        for layer in range(layers)
    ]


def together(decades):
    """log₁₀ √Σ 10^(2 d)."""
    there = [d for d in decades if d is not None]
    if not there:
        return None
    top = max(there)
    return top + 0.5 * math.log10(sum(10.0 ** (2.0 * (d - top)) for d in there))


def arriving(decades):
    if not decades or decades[0] is None or decades[-1] is None:
        return None
    return decades[-1] - decades[0]


def verdict(decades):
    """Of a layer; one that hears nothing is one where the gradient vanishes."""
    row = Row.of(len(decades), 1, np.array([np.nan if d is None else d for d in decades[::-1]]))
    return "vanishing" if row is None else verdict_of(row)


def close(found, expected):
    if expected is None:
        return found is None
    return found is not None and abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


def nan(value):
    return math.nan if value is None else value


def check(experiment):
    """Everything that is said about an advice; returns the diagnosis."""
    asked = answer(experiment, include=["advice"])
    base, diagnosis = asked["experiment"], asked["diagnosis"]
    entries = diagnosis["advice"]
    now = rows(whole(base, diagnosis["loss_step"]), diagnosis["step"])
    assert 0 <= len(entries) <= min(6, diagnosis["advice_tried"])
    assert not entries or diagnosis["verdict"] != "stable"
    distances = []
    for entry in entries:
        patch, before, after = entry["patch"], entry["before"], entry["after"]
        patched = merge_patch(base, patch)
        assert patched != base
        flow = whole(patched, after["loss_step"])
        named = flow["diagnosis"]
        then = rows(flow, named["step"])
        assert close(after["log10_arriving"], arriving(then[-1])), entry
        assert close(after["log10_arriving"], named["log10_arriving"]), entry
        assert (after["loss_step"], after["step"]) == (named["loss_step"], named["step"])
        assert at_place(entry["text"].split(" instead of ")[0], after, last_loss(flow)), entry
        before_is_true(base, diagnosis, entry)
        assert share(nan(after["log10_arriving"])) in entry["text"], entry
        for name in ("spectral_radius", "forget_bias"):
            value = patch.get("weights", {}).get(name)
            if value is not None and (name, value) != ("spectral_radius", 1.0):
                words = entry["text"].split(": ")[0]
                assert words.endswith(f" {value:.3g}".replace("-", "−")), entry
        if "clip" in patch:
            clipped(asked, entry, flow)
            assert entry is entries[-1]
            continue
        assert flow["overflow"] is None
        reached, was = after["log10_arriving"], before["log10_arriving"]
        assert reached is not None
        distances.append(abs(reached))
        harmless(diagnosis, now, named, then, entry)
        if asked["overflow"]:
            assert "does not overflow" in entry["text"]
            assert abs(reached) <= USEFUL
            continue
        if named["verdict"] == "stable" and was is not None:
            assert abs(reached) < abs(was)
        else:
            assert abs(reached) <= USEFUL, entry
            assert was is None or abs(reached) <= abs(was) - CLEARLY
        assert share(nan(was), again=reached > 0.0) in entry["text"].split("instead of ")[1]
    assert distances == sorted(distances)
    assert all("e+" not in e["text"] and "e-" not in e["text"].split(": ", 1)[1] for e in entries)
    return diagnosis


def last_loss(flow):
    return max(flow["itemized"]["loss_steps"], default=None)


def at_place(words, where, last):
    """Whether words name the step, and the loss where it is not the last."""
    own = "" if where["loss_step"] == last else f" (the loss of step {where['loss_step']})"
    return re.search(rf"arrives at step {where['step']}{re.escape(own)}(?! \()\b|$", words)


def before_is_true(base, diagnosis, entry):
    """Before is what the verdict reads, or of a way that opens, what came at its end: nothing."""
    before, after = entry["before"], entry["after"]
    place = before["loss_step"], before["step"]
    if place == (diagnosis["loss_step"], diagnosis["step"]):
        assert close(before["log10_arriving"], diagnosis["log10_arriving"]), entry
        return
    assert "truncation" in entry["patch"], entry
    assert place == (after["loss_step"], after["step"])
    assert before["step"] < diagnosis["step"]
    assert before["log10_arriving"] is None
    assert rows(whole(base, before["loss_step"]), before["step"])[-1][-1] is None
    assert entry["text"].endswith(" instead of nothing")


def of_layers(diagnosis, decades):
    """Every layer's verdict; one where a gradient only adds up, as is then said, is stable."""
    for ordinal, own in zip(("first", "second", "third", "last"), decades, strict=False):
        adds_up = f"In the {ordinal} layer the gradient grows as a sum" in diagnosis["summary"]
        found = verdict(own)
        yield "stable" if adds_up and found == "exploding" else found


def harmless(diagnosis, now, named, then, entry):
    """No layer with the other verdict, none that vanishes or explodes and did not."""
    was = diagnosis["verdict"]
    layers = zip(of_layers(diagnosis, now), of_layers(named, then), now, strict=True)
    for before, found, former in layers:
        assert found != OPPOSITE[was], entry
        if was != "blocked" and former:
            assert found in ("stable", before), entry


def clipped(asked, entry, flow):
    """A clip says what it does to ‖g‖."""
    assert asked["experiment"]["clip"] == {"rule": "none"}
    before, after = asked["clipping"], flow["clipping"]
    assert entry["before"]["log10_norm"] == before["log10_norm_before"]
    assert entry["after"]["log10_norm"] == pytest.approx(math.log10(after["norm_after"]))
    assert times(entry["before"]["log10_norm"]) in entry["text"]
    assert after["engaged"]
    assert entry["before"]["log10_arriving"] > 0.0
