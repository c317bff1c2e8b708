"""The equations exist for everything that the graph holds, and their markup is safe."""

import re
from xml.etree import ElementTree as ET

import pytest

from app.equations import EQUATIONS, math
from engine import CELLS

LATEX = [
    latex
    for equation in EQUATIONS
    for latex in (equation.forward, equation.backward, equation.parameter, equation.jacobian)
    if latex
]


@pytest.mark.anyio
@pytest.mark.parametrize("cell", CELLS)
async def test_every_node_and_edge_has_its_equation(flow, cell):
    graph = (await flow(network={"cell": cell}))["graph"]
    ids = {equation.id: equation for equation in EQUATIONS}
    for node in graph["nodes"]:
        assert f"{cell}-node-{node['kind']}" in ids
    for edge in graph["edges"]:
        equation = ids[f"{cell}-edge-{edge['kind']}"]
        assert (equation.parameter is None) == (edge["parameter"] is None)


def test_no_two_equations_share_an_id():
    assert len({equation.id for equation in EQUATIONS}) == len(EQUATIONS)


@pytest.mark.parametrize("latex", LATEX)
@pytest.mark.parametrize("block", [False, True])
def test_the_markup_is_mathml_and_nothing_else(latex, block):
    markup = math(latex, block)
    root = ET.fromstring(markup)  # noqa: S314
    assert root.get("display") == ("block" if block else "inline")
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert all(element.tag.startswith("{http://www.w3.org/1998/Math/") for element in root.iter())
    assert "\\" not in markup
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name in {"href", "src"} for name in attributes)


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.id)
def test_what_was_computed_before_is_marked(equation):
    red = re.findall(r"\\class\{known\}", equation.backward)
    starts = equation.kind == "loss"
    assert bool(red) != starts
    if red:
        assert 'class="known"' in math(equation.backward)


def test_markup_in_latex_is_escaped():
    assert "<script" not in math("<script>alert(1)</script>")
