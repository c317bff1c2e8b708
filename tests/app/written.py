"""What must hold between an answer's signed numbers, its shares, and the norms beside them."""

from __future__ import annotations

import math
from typing import Any

from tests.app.facts import EPSILON, Json, Log, agree, flat, same


def check(answer: Json) -> None:
    """Every fact below; of both directions none of these numbers is given."""
    if answer["directions"] is not None:
        return
    shares(answer)
    initial(answer)
    if not answer["experiment"]["values"]:
        assert answer["values"] is None
        return
    nodes(answer)
    edges(answer)


def measures(log10_norm: Log, values: Any) -> bool:
    """Whether nested numbers have this norm, as far as doubles can hold them."""
    numbers = list(flat(values))
    if log10_norm is None:
        return not any(numbers) and None not in numbers
    if abs(log10_norm) > 290:
        return True
    norm = math.hypot(*(number or 0.0 for number in numbers))
    return norm > 0 and same(math.log10(norm), log10_norm)


def shares(answer: Json) -> None:
    """Shares lie between 0 and 1, and a gate is saturated where it is shut or open."""
    for layer in answer["layers"] or [answer]:
        found = layer["saturation"]
        gates = found["gates"] or {}
        assert list(gates) == list(layer["gates"] or {})
        for one in (found["units"], *(gate["saturated"] for gate in gates.values())):
            assert one is None or len(one) == answer["steps"]
            assert all(0 <= share <= 1 + EPSILON for share in one or [])
        for gate in gates.values():
            if gate["shut"] is not None:
                parts = zip(gate["shut"], gate["open"], gate["saturated"], strict=True)
                assert all(math.isclose(a + b, c, abs_tol=1e-12) for a, b, c in parts)


def initial(answer: Json) -> None:
    """What reaches the initial state: one norm, and that of the signed numbers."""
    for number, layer in enumerate(answer["layers"] or [answer]):
        for name, part in (("dh_0", "hidden"), ("dc_0", "cell")):
            norm = layer["initial_gradient"][part]
            if norm is not None:
                agree(norm["norm"], norm["log10_norm"])
            if answer["values"] and answer["experiment"]["follow"] is None:
                own = answer["values"]["layers"][number][name]
                assert (norm is None) == (own is None)
                assert norm is None or measures(norm["log10_norm"], own)


def nodes(answer: Json) -> None:
    """The gradients have the norms that stand on the nodes."""
    values = answer["values"]
    for node in answer["graph"]["nodes"]:
        name, layer = f"d{node['id'][0]}", values["layers"][node["layer"]]
        at = node["step"] - values["first"]
        if node["step"] == 0 and node["kind"] in ("hidden", "cell"):
            assert measures(node["log10_norm"], layer[f"{name}_0"]), node
        elif node["step"] and node["kind"] in ("hidden", "cell"):
            assert measures(node["log10_norm"], layer[name][at]), node
        elif node["step"] and node["kind"] in ("input", "output"):
            assert measures(node["log10_norm"], values[name][at]), node


def edges(answer: Json) -> None:
    """Each step's term has the norm that stands on its edge; some edges leave the window."""
    values = answer["values"]
    for edge in answer["graph"]["edges"]:
        step = int(edge["target"].split("_")[1])
        if edge["parameter"] is not None and step <= values["last"]:
            at = step - values["first"]
            term = values["terms"][edge["parameter"]][at]
            assert measures(edge["parameter_log10_norm"], term), edge
