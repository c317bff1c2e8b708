"""The formulas exist for everything that the graph holds, and their markup is safe."""

from itertools import chain
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from unrolled.app.equations import EQUATIONS, CellEquations
from unrolled.app.notation import math
from unrolled.engine import CELLS

Json = dict[str, Any]


def latex_of(cell: CellEquations) -> set[str]:
    lines = chain.from_iterable(unit.lines for unit in cell.units)
    slopes = chain.from_iterable(unit.slopes for unit in cell.units)
    found = {side for line in lines for side in (line.left, line.rest)}
    found |= {side for left, slope in slopes for side in (left, slope.right)}
    for row in cell.connections:
        found |= {*row.forward.values(), *row.backward.values()}
        found |= {row.parameter or "", row.added or "", row.jacobian or ""}
    return found - {""}


LATEX = sorted(set().union(*(latex_of(cell) for cell in EQUATIONS)))


def test_every_cell_has_its_formulas():
    assert [cell.cell for cell in EQUATIONS] == list(CELLS)


@pytest.mark.anyio
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
async def test_every_node_and_edge_has_its_formulas(flow, cell, layers):
    graph = (await flow(network={"cell": cell, "num_layers": layers}))["graph"]
    (own,) = [each for each in EQUATIONS if each.cell == cell]
    units = {unit.kind for unit in own.units}
    rows = {row.key: row for row in own.connections}
    assert len(rows) == len(own.connections)
    assert {node["kind"] for node in graph["nodes"]} == units
    for edge in graph["edges"]:
        row = rows[f"{edge['kind']}-{edge['source'][0]}{edge['target'][0]}"]
        assert (row.parameter is None) == (row.added is None) == (edge["parameter"] is None)


@pytest.mark.parametrize("cell", EQUATIONS, ids=lambda cell: cell.cell)
def test_what_a_connection_brings_has_a_line_to_stand_in(cell):
    lines = {line.left for unit in cell.units for line in unit.lines}
    for row in cell.connections:
        assert row.forward.keys() <= lines, row.key


@pytest.mark.parametrize("latex", LATEX)
def test_the_markup_is_mathml_and_nothing_else(latex):
    markup = math(latex)
    root = ET.fromstring(markup)  # noqa: S314
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert all(element.tag.startswith("{http://www.w3.org/1998/Math/") for element in root.iter())
    assert "\\" not in markup
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name in {"href", "src"} for name in attributes)


@pytest.mark.parametrize("cell", EQUATIONS, ids=lambda cell: cell.cell)
def test_what_was_computed_before_is_marked(cell):
    for row in cell.connections:
        for back in row.backward.values():
            starts = row.key == "loss-oL"
            assert ('class="known"' in math(back)) != starts, row.key


def test_a_prime_is_raised_once():
    assert "msup" not in math("f'(A_t)")
    assert "<mo>&#x02032;</mo>" in math("f'(A_t)")
    assert math(r"W^{H\top}").count("msup") == 2


def test_markup_in_latex_is_escaped():
    assert "<script" not in math("<script>alert(1)</script>")
