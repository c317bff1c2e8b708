"""What must hold between the numbers of any one answer of `POST /api/v1/flow`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
Log = float | None

EPSILON = 1e-9
"""Allowed between two log₁₀ of the same number, relative where they are large."""


def check(answer: Json) -> None:
    """Every fact below."""
    both = answer["directions"] is not None
    ways = (directions,) if both else (norms, layers, graph, spectra)
    for fact in (losses, parameters, clipping, experiment, *ways):
        fact(answer)


# --- logarithms -----------------------------------------------------------------------------------


def same(one: Log, other: Log) -> bool:
    """Whether two logarithms are of the same number; None stands for zero."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=EPSILON, abs_tol=EPSILON)


def summed(logs: Iterable[Log]) -> float:
    """log₁₀ Σ 10^x; −inf for nothing."""
    known = [x for x in logs if x is not None]
    top = max(known, default=-math.inf)
    return top if math.isinf(top) else top + math.log10(sum(10.0 ** (x - top) for x in known))


def triangle(total: Log, parts: Iterable[Log]) -> None:
    """‖Σ v‖ ≤ Σ ‖v‖, and no part is longer than the total and the other parts together."""
    known = sorted(x for x in parts if x is not None)
    if total is not None:
        slack = EPSILON * max(1.0, abs(total))
        assert total <= summed(known) + slack, (total, known)
        if len(known) == 1:
            assert same(total, known[0]), (total, known)
    if len(known) == 1:
        assert total is not None, known
    if known:
        assert known[-1] <= summed([*known[:-1], total]) + EPSILON * max(1.0, abs(known[-1]))


def series(norm: list[Log], log10_norm: list[Log], steps: int) -> None:
    """A norm and its logarithm say the same at every step."""
    assert len(norm) == len(log10_norm) == steps
    for plain, log in zip(norm, log10_norm, strict=True):
        agree(plain, log)


def agree(plain: Log, log: Log) -> None:
    """One norm and its logarithm; a norm is null where a double cannot hold it."""
    if plain is None:
        assert log is not None
        assert abs(log) > 290
    elif plain == 0:
        assert log is None
    else:
        assert same(math.log10(plain), log), (plain, log)


# --- the facts ------------------------------------------------------------------------------------


def losses(answer: Json) -> None:
    """L = Σ_t L_t."""
    assert len(answer["step_losses"]) == answer["steps"]
    if answer["loss"] is not None:
        terms = [x for x in answer["step_losses"] if x is not None]
        assert math.isclose(answer["loss"], math.fsum(terms), rel_tol=1e-12, abs_tol=1e-12)


def norms(answer: Json) -> None:
    """∂L/∂h_t against its rows; a followed loss's own row; nothing crosses a truncation."""
    steps, items = answer["steps"], answer["itemized"]
    truncation = answer["experiment"]["truncation"]
    assert items["steps"] == list(range(1, steps + 1))
    for i, row in zip(items["loss_steps"], items["log10_norm"], strict=True):
        assert len(row) == steps
        for t, value in enumerate(row, 1):
            if not reaches(truncation, i, t):
                assert value is None, (i, t, value)
    followed = answer["experiment"]["follow"]
    if followed is not None:
        own = answer["followed_gradient"]
        series(own["norm"], own["log10_norm"], steps)
        row = items["log10_norm"][items["loss_steps"].index(followed)]
        assert all(map(same, own["log10_norm"], row)), (own["log10_norm"], row)
        followed_cell_gradient(answer, items["state_log10_norm"], row)
    else:
        assert answer["followed_gradient"] is None
        assert answer["followed_cell_gradient"] is None


def followed_cell_gradient(answer: Json, states: Json | None, row: list[float | None]) -> None:
    """With ‖∂L_i/∂h_t‖ it is the whole state's; there is one where there is a c."""
    own = answer["followed_cell_gradient"]
    assert (own is None) == (states is None)
    if own is None or states is None:
        return
    series(own["norm"], own["log10_norm"], answer["steps"])
    whole = states[answer["itemized"]["loss_steps"].index(answer["experiment"]["follow"])]
    for c, h, both in zip(own["log10_norm"], row, whole, strict=True):
        parts = [value for value in (c, h) if value is not None]
        assert (both is None) == (not parts), (c, h, both)
        if both is not None:
            most = max(parts)
            joined = most + 0.5 * math.log10(sum(100 ** (value - most) for value in parts))
            assert abs(joined - both) < 1e-9, (c, h, both)


def reaches(truncation: Json, i: int, t: int) -> bool:
    """Whether L_i may have anything to say about h_t."""
    if t > i:
        return False
    match truncation["kind"]:
        case "window":
            return bool(i - t < truncation["steps"])
        case "chunk":
            return bool((i - 1) // truncation["steps"] == (t - 1) // truncation["steps"])
    return True


def layers(answer: Json) -> None:
    """Every layer's total against its items; the last layer is the answer's own."""
    steps = answer["steps"]
    every = answer["layers"] or [answer]
    assert len(every) == answer["experiment"]["network"]["num_layers"]
    for layer in every:
        total = layer["hidden_gradient"]
        series(total["norm"], total["log10_norm"], steps)
        for t in range(steps):
            column = [row[t] for row in layer["itemized"]["log10_norm"]]
            triangle(total["log10_norm"][t], column)
        if layer["cell_gradient"] is not None:
            series(layer["cell_gradient"]["norm"], layer["cell_gradient"]["log10_norm"], steps)
    for name in ("hidden_gradient", "cell_gradient", "itemized", "spectrum", "gates"):
        assert every[-1][name] == answer[name]


def directions(answer: Json) -> None:
    """Every layer has both; each direction's total against its items, which go its own way."""
    steps, every = answer["steps"], answer["directions"]
    layers = range(answer["experiment"]["network"]["num_layers"])
    places = [(one["layer"], one["reverse"]) for one in every]
    assert places == [(layer, reverse) for layer in layers for reverse in (False, True)]
    for one in every:
        total, rows = one["hidden_gradient"], one["itemized"]["log10_norm"]
        series(total["norm"], total["log10_norm"], steps)
        for t in range(steps):
            triangle(total["log10_norm"][t], [row[t] for row in rows])
        if one["layer"] == layers[-1]:
            for i, row in zip(one["itemized"]["loss_steps"], rows, strict=True):
                behind = row[: i - 1] if one["reverse"] else row[i:]
                assert not any(value is not None for value in behind), (i, one["reverse"])


def parameters(answer: Json) -> None:
    """A parameter's value, norm, and terms."""
    for gradient in answer["parameter_gradients"].values():
        assert len(gradient["step_log10_norm"]) == answer["steps"]
        agree(gradient["norm"], gradient["log10_norm"])
        triangle(gradient["log10_norm"], gradient["step_log10_norm"])
        values = list(flat(gradient["value"]))
        known = [x for x in values if x is not None]
        if gradient["norm"] is not None and len(known) == len(values):
            assert math.isclose(gradient["norm"], math.hypot(*known), rel_tol=1e-9), gradient


def flat(value: Any) -> Iterable[Log]:
    """The numbers of nested arrays."""
    if isinstance(value, list):
        for one in value:
            yield from flat(one)
    else:
        yield value


def clipping(answer: Json) -> None:
    """What the rule did, against the gradient before and after."""
    report, gradients = answer["clipping"], answer["parameter_gradients"].values()
    if not report["finite"]:
        assert not report["engaged"]
        return
    agree(report["norm_before"], report["log10_norm_before"])
    whole = [g["log10_norm"] for g in gradients]
    square = summed(2 * x for x in whole if x is not None)
    if report["log10_norm_before"] is not None:
        assert same(report["log10_norm_before"], square / 2)
    before, after, scale = report["norm_before"], report["norm_after"], report["scale"]
    clipped = [g["clipped_norm"] for g in gradients]
    if after is not None and None not in clipped:
        assert math.isclose(after, math.hypot(*clipped), rel_tol=1e-9), report
    if report["cosine"] is not None:
        assert -1 <= report["cosine"] <= 1
    if not report["engaged"]:
        assert (after, scale) == (before, 1)
        assert all(g["clipped_norm"] == g["norm"] for g in gradients)
    elif before and after is not None:
        assert math.isclose(scale, after / before, rel_tol=1e-9)
    _RULES[report["rule"]](report, before, after)
    if report["per_sample"] is not None:
        samples(answer, report["per_sample"])


def _none(report: Json, before: Log, after: Log) -> None:
    assert not report["engaged"]
    assert report["threshold"] is None


def _norm(report: Json, before: Log, after: Log) -> None:
    limit = report["threshold"]
    if after is not None:
        assert after <= limit * (1 + EPSILON)
    if report["per_sample"] is None and before is not None:
        assert report["engaged"] == (before > limit)
        assert math.isclose(after or 0, min(before, limit), rel_tol=1e-9)
        if report["cosine"] is not None:
            assert math.isclose(report["cosine"], 1, rel_tol=1e-9)


def _value(report: Json, before: Log, after: Log) -> None:
    if report["per_sample"] is None and before is not None and after is not None:
        assert after <= before * (1 + EPSILON)


def _backward(report: Json, before: Log, after: Log) -> None:
    left = report["hidden_gradient"]
    for scale, norm in zip(report["step_scale"], left["norm"], strict=True):
        assert scale is None or 0 <= scale <= 1 + EPSILON
        assert norm is None or norm <= report["threshold"] * (1 + EPSILON)
    series(left["norm"], left["log10_norm"], len(left["norm"]))


def _per_parameter(report: Json, before: Log, after: Log) -> None:
    own = report["per_parameter"]
    if report["per_sample"] is None and report["finite"]:
        assert report["engaged"] == (own["engaged"] > 0)
        assert all(0 <= scale <= 1 for scale in own["scale"].values())
        if after is not None:
            limit = report["threshold"] * math.sqrt(own["engaged"])
            assert after <= math.hypot(limit, before or limit) * (1 + EPSILON)


_RULES = {
    "none": _none,
    "norm": _norm,
    "value": _value,
    "per-parameter": _per_parameter,
    "backward": _backward,
}


def samples(answer: Json, report: Json) -> None:
    """Each sample's gradient clipped by itself."""
    limit, rule = answer["clipping"]["threshold"], answer["clipping"]["rule"]
    assert len(report["norm"]) == len(report["scale"])
    assert 0 <= report["engaged"] <= len(report["norm"])
    assert report["cosine"] is None or -1 <= report["cosine"] <= 1
    for norm, scale in zip(report["norm"], report["scale"], strict=True):
        assert 0 <= scale <= 1 + EPSILON
        if rule == "norm" and norm:
            assert math.isclose(scale, min(1, limit / norm), rel_tol=1e-9)
    if rule == "norm" and None not in report["norm"]:
        assert report["engaged"] == sum(norm > limit for norm in report["norm"])


def graph(answer: Json) -> None:
    """Nodes carry the followed gradient, edges join nodes, and what leaves a node adds up."""
    nodes = {node["id"]: node for node in answer["graph"]["nodes"]}
    assert len(nodes) == len(answer["graph"]["nodes"])
    edges, steps = answer["graph"]["edges"], answer["steps"]
    window = answer["experiment"]["window"] or {"first": 1, "last": steps}
    leaving: dict[str, list[Log]] = {name: [] for name in nodes}
    for edge in edges:
        step = int(edge["target"].split("_")[1])
        if edge["source"] in nodes:
            leaving[edge["source"]].append(edge["log10_norm"])
        else:
            assert int(edge["source"].split("_")[1]) == window["first"] - 1
        if edge["target"] not in nodes:
            assert step == window["last"] + 1
        if edge["blocked"]:
            assert edge["log10_norm"] is None
        if answer["experiment"]["follow"] is None and edge["parameter"] is not None:
            terms = answer["parameter_gradients"][edge["parameter"]]["step_log10_norm"]
            assert same(edge["parameter_log10_norm"], terms[step - 1])
    flow = answer["followed_gradient"] or answer["hidden_gradient"]
    last = len(answer["layers"] or [0]) - 1
    for name, node in nodes.items():
        assert 0 <= node["step"] <= steps
        if node["kind"] == "hidden" and node["layer"] == last and node["step"]:
            assert same(node["log10_norm"], flow["log10_norm"][node["step"] - 1])
        if leaving[name]:
            triangle(node["log10_norm"], leaving[name])


def spectra(answer: Json) -> None:
    """Eigenvalues, singular values, and Jacobians along the sequence."""
    for layer in answer["layers"] or [answer]:
        report, steps = layer["spectrum"], answer["steps"]
        radius = max(math.hypot(*value) for value in report["eigenvalues"])
        assert math.isclose(report["spectral_radius"], radius, rel_tol=1e-9)
        assert report["singular_values"] == sorted(report["singular_values"], reverse=True)
        assert report["spectral_norm"] == report["singular_values"][0]
        assert radius <= report["spectral_norm"] * (1 + 1e-6) + 1e-300
        assert len(report["jacobian_log10_norm"]) == len(report["product_log10_norm"]) == steps - 1
        if steps > 1:
            assert same(report["jacobian_log10_norm"][-1], report["product_log10_norm"][-1])


def experiment(answer: Json) -> None:
    """What the answer says about the request."""
    resolved = answer["experiment"]
    asked = answer["overflow"]["steps"] if answer["overflow"] else answer["steps"]
    assert resolved["sequence"]["steps"] == asked
    for values in answer["activity"].values():
        assert len(values) == answer["steps"]
    if answer["text"] is not None:
        text = answer["text"]
        assert text["vocabulary"] == sorted(set(text["tokens"]))
        assert set(text["inputs"]) <= set(text["vocabulary"])
