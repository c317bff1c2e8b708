"""Bidirectional layers: every gradient against complex steps, in every cell that has them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.both_ways import BothWays
from tests.engine.reference.cases import Case, draw_targets
from tests.engine.reference.compare import close, close_log10, norms
from unrolled import engine
from unrolled.engine import CELLS, Clip, InvalidInput, Network, Sequence

ABLE = [name for name, cell in CELLS.items() if not cell.copies]
FLOOR = 1e-14


def drawn(
    cell: str,
    layers: int = 1,
    *,
    topology: str = "many-to-many",
    loss: str = "squared-error",
    lengths: list[int] | None = None,
    steps: int = 4,
    scale: float = 1.0,
    seed: int = 0,
    start: bool = True,
) -> Case:
    """An experiment with two samples of three units in each direction; two, of a projected h."""
    random = np.random.default_rng(seed)
    network = Network(cell, topology, "tanh", 2, 3, 2, num_layers=layers, bidirectional=True)
    parameters = {
        name: random.normal(size=shape) * (scale / np.sqrt(shape[-1]) if name[0] == "W" else 0.5)
        for name, shape in network.parameter_shapes().items()
    }
    case = Case(network, parameters, Sequence(np.empty(0), np.empty(0), steps), loss, None)
    inputs = random.normal(size=(len(case.reads), 2, 2))
    targets = draw_targets(random, loss, len(case.emits), 2, 2)
    state = [random.normal(size=(2 * layers, 2, network.widths[part])) for part in "hc"]
    sequence = engine.explicit_sequence(
        network,
        loss,
        inputs=inputs,
        targets=targets,
        steps=steps,
        lengths=lengths,
        h_0=state[0] if start else None,
        c_0=state[1] if start and CELLS[cell].has_c else None,
    )
    return case.with_(sequence=sequence)


def flow_of(case: Case, **options: Any) -> engine.BidirectionalFlow:
    return engine.bidirectional_flow(
        case.network, case.parameters, case.sequence, loss=case.loss, **options
    )


def check(case: Case, lengths: list[int] | None = None) -> None:
    reference = BothWays(case, lengths)
    exact = reference.derivatives(step=1e-20j)
    flow = flow_of(case)
    for name, gradient in flow.parameter_gradients.items():
        terms = exact[name].sum(axis=0)
        found = flow.backward.steps(name).unscaled()
        close(f"∂L/∂{name}, its terms", found, terms, 1e-11, FLOOR)
        close(f"∂L/∂{name}", gradient.value, terms.sum(axis=0), 1e-11, FLOOR)
        close_log10(name, gradient.step_log10_norm, norms(terms, 1), 1e-11, 9 * FLOOR)
    assert [one.reverse for one in flow.directions] == [False, True] * case.network.num_layers
    for one, end in zip(flow.directions, reference.ends, strict=True):
        mine, place = one.backward.layers[one.place], f"∂L/∂h{end}"
        total = exact[f"h{end}"].sum(axis=0)
        close(place, mine.part(0).unscaled(), total, 1e-11, FLOOR)
        close(place, one.hidden_gradient.norm, norms(total, 1), 1e-11, 9 * FLOOR)
        assert one.itemized is not None
        emits = one.itemized.loss_steps - 1
        pairs = exact[f"h{end}"][emits]
        close_log10(f"{place}, pairs", one.itemized.log10_norm, norms(pairs, 2), 1e-11, 9 * FLOOR)
        if len(mine.state) > 1:
            total = exact[f"c{end}"].sum(axis=0)
            close(f"∂L/∂c{end}", mine.part(1).unscaled(), total, 1e-11, FLOOR)
            both = np.concatenate((pairs, exact[f"c{end}"][emits]), axis=-1)
            assert one.itemized.state_log10_norm is not None
            found = one.itemized.state_log10_norm
            close_log10(f"{place} and c, pairs", found, norms(both, 2), 1e-11, 9 * FLOOR)
    top = [exact[f"h{end}"].sum(axis=0) for end in reference.ends[-2:]]
    wide = norms(np.concatenate(top, axis=-1), 1)
    close("∂L/∂[h→, h←]", flow.hidden_gradient.norm, wide, 1e-11, 9 * FLOOR)
    given = flow.backward.do_local
    close("∂L/∂o_t", given, exact["o_loss"].sum(axis=0), 1e-11, FLOOR)


@pytest.mark.parametrize(
    ("cell", "layers"), [*product(ABLE, (1, 2)), ("gru", 3), ("lstm-peephole", 3)]
)
def test_every_derivative(cell: str, layers: int) -> None:
    """The third layer reads the second as that reads the first, whatever the cell."""
    check(drawn(cell, layers, seed=layers))


@pytest.mark.parametrize("topology", ["many-to-one", "one-to-many", "one-to-one"])
@pytest.mark.parametrize("cell", ["simple", "lstm"])
def test_every_topology(cell: str, topology: str) -> None:
    check(drawn(cell, 2, topology=topology, steps=1 if topology == "one-to-one" else 4))


@pytest.mark.parametrize("loss", ["cross-entropy", "huber", "binary-cross-entropy"])
def test_every_loss(loss: str) -> None:
    check(drawn("gru", 2, loss=loss))


@pytest.mark.parametrize(
    ("cell", "lengths"),
    [*product(ABLE, [[1, 4]]), *product(("gru", "lstm-peephole"), ([4, 2], [3, 3]))],
)
def test_a_reverse_direction_begins_at_each_samples_own_end(cell: str, lengths: list[int]) -> None:
    check(drawn(cell, 2, lengths=lengths, steps=4 if max(lengths) == 4 else 3), lengths)


def test_what_lies_behind_an_end_changes_nothing() -> None:
    case = drawn("lstm", 2, lengths=[4, 2])
    flow = flow_of(case)
    assert not flow.trace.h[2:, 1].any()
    for one in flow.directions:
        for part in one.backward.layers[one.place].state:
            assert not part[2:, 1].any()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ABLE)
def test_which_steps_a_loss_reaches(cell: str, layers: int) -> None:
    """The last layer's directions each on one side of the loss, a layer below everywhere."""
    flow = flow_of(drawn(cell, layers, steps=5))
    for one in flow.directions:
        assert one.itemized is not None
        there = ~np.isnan(one.itemized.log10_norm)
        if one.layer < layers - 1:
            assert there.all()
        else:
            assert np.array_equal(there, np.tri(5, dtype=bool).T if one.reverse else np.tri(5) > 0)


@pytest.mark.parametrize("lengths", [None, [40, 22]])
@pytest.mark.parametrize("cell", ABLE)
def test_both_gaits_agree(cell: str, lengths: list[int] | None) -> None:
    """What a double cannot hold any more continues the line of what it can.

    With ∂L/∂o_t scaled by 1e-150 and W_hy by 1e-155 every gradient is that of the plain one,
    shifted.
    """
    steps, decades = 40, 305.0
    plain = drawn(cell, 2, steps=steps, lengths=lengths, scale=0.3, start=False)
    weights = dict(plain.parameters)
    flows = []
    for of_o, of_w in ((1.0, 1.0), (1e-150, 1e-155)):
        weights["W_hy"] = plain.parameters["W_hy"] * of_w
        given = np.random.default_rng(3).normal(size=(steps, 2, 2)) * of_o
        network = plain.network
        sequence = engine.explicit_sequence(
            network,
            "given",
            inputs=plain.sequence.inputs,
            entering={"at": "output", "value": given},
            lengths=lengths,
        )
        flows.append(engine.bidirectional_flow(network, weights, sequence, loss="given"))
    first, second = flows
    assert first.backward.term_exponents is None
    assert second.backward.term_exponents is not None
    for one, other in zip(first.directions, second.directions, strict=True):
        far = one.hidden_gradient.log10_norm - decades
        np.testing.assert_allclose(other.hidden_gradient.log10_norm, far, rtol=0, atol=1e-9)
        assert one.itemized is not None
        assert other.itemized is not None
        rows = one.itemized.log10_norm - decades
        np.testing.assert_allclose(other.itemized.log10_norm, rows, rtol=0, atol=1e-9)
        assert np.nanmin(rows) < -308.0 < np.nanmax(rows)
    for name, gradient in first.parameter_gradients.items():
        shift = 150.0 if name in ("W_hy", "b_y") else decades
        found = second.parameter_gradients[name].log10_norm
        assert found == pytest.approx(gradient.log10_norm - shift, abs=1e-9), name


@pytest.mark.parametrize("cell", ABLE)
def test_a_direction_alone_is_a_network_of_one_layer(cell: str) -> None:
    """The reverse one of the reversed sequence, its spectrum and Jacobians included."""
    case = drawn(cell, start=False)
    flow = flow_of(case)
    network = Network(cell, "many-to-many", "tanh", 2, 3, 0)
    for one in flow.directions:
        end = "_reverse" if one.reverse else ""
        parts = np.split(case.parameters["W_hy"], 2, axis=1)
        given = flow.backward.do_local @ parts[one.reverse]
        order = slice(None, None, -1 if one.reverse else 1)
        sequence = engine.explicit_sequence(
            network,
            "given",
            inputs=case.sequence.inputs[order],
            entering={"at": "hidden", "value": given[order]},
        )
        names = CELLS[cell].parameter_shapes(1, 1, 1)
        weights = {name: case.parameters[name + end] for name in names}
        alone = engine.gradient_flow(network, weights, sequence, loss="given")
        norm = alone.hidden_gradient.norm[order]
        np.testing.assert_allclose(one.hidden_gradient.norm, norm, rtol=1e-12)
        for name in names:
            close(
                name + end,
                flow.parameter_gradients[name + end].value,
                alone.parameter_gradients[name].value,
                1e-12,
                FLOOR,
            )
        assert one.trajectory is not None
        assert alone.top.trajectory is not None
        mine, theirs = one.trajectory.spectrum, alone.top.trajectory.spectrum
        close("ρ", mine.spectral_radius, theirs.spectral_radius, 1e-12)
        np.testing.assert_allclose(mine.product_log10_norm, theirs.product_log10_norm, rtol=1e-10)
        start, other = one.initial_gradient.hidden, alone.top.initial_gradient.hidden
        assert start is not None
        assert other is not None
        assert start.norm == pytest.approx(other.norm, rel=1e-12)
        assert set(one.gates or {}) == set(alone.top.gates or {})
        for name, values in (one.gates or {}).items():
            np.testing.assert_allclose(values[order], (alone.top.gates or {})[name], rtol=1e-12)


def test_clipping_sees_both_directions() -> None:
    case = drawn("lstm", 2)
    plain = flow_of(case)
    squares = sum(one.norm**2 for one in plain.parameter_gradients.values())
    found = flow_of(case, clip=Clip("norm", 0.01)).clipping
    assert found.norm_before == pytest.approx(np.sqrt(squares), rel=1e-12)
    assert found.norm_after == pytest.approx(0.01, rel=1e-12)
    each = flow_of(case, clip=Clip("norm", 0.01, per_sample=True)).clipping.per_sample
    assert each is not None
    assert len(each.norm) == 2


def test_drawn_weights() -> None:
    """Each direction has numbers of its own, and the scale, radius and bias that were asked for."""
    network = Network("lstm", "many-to-many", "tanh", 2, 3, 2, num_layers=2, bidirectional=True)
    found = engine.draw_parameters(network, spectral_radius=0.5, forget_bias=[1.0, 2.0], seed=4)
    assert list(found) == [
        *(f"{name}{end}" for end in ("", "_reverse") for name in ("W_xh", "W_hh", "b_h")),
        *(f"{name}_1{end}" for end in ("", "_reverse") for name in ("W_xh", "W_hh", "b_h")),
        "W_hy",
        "b_y",
    ]
    assert found["W_xh"].shape == (12, 2)
    assert found["W_xh_1_reverse"].shape == (12, 6)
    assert found["W_hy"].shape == (2, 6)
    single = Network("lstm", "many-to-many", "tanh", 2, 3, 2)
    same = engine.draw_parameters(single, spectral_radius=0.5, seed=4)
    np.testing.assert_array_equal(found["W_hh"], same["W_hh"])
    for end, bias in (("", 1.0), ("_reverse", 1.0), ("_1", 2.0), ("_1_reverse", 2.0)):
        np.testing.assert_array_equal(found[f"b_h{end}"][3:6], bias)
        for block in np.split(found[f"W_hh{end}"], 4):
            assert engine.spectral_radius_of(block) == pytest.approx(0.5, rel=1e-9)
    assert not np.allclose(found["W_hh"], found["W_hh_reverse"])


@pytest.mark.parametrize("cell", [name for name in CELLS if name not in ABLE])
def test_context_units_have_one_direction(cell: str) -> None:
    with pytest.raises(InvalidInput, match="context units") as caught:
        Network(cell, "many-to-many", "tanh", 2, 3, 2, bidirectional=True)
    assert caught.value.pointer == ("network", "bidirectional")


def test_what_is_not_there_is_refused() -> None:
    case = drawn("lstm")
    with pytest.raises(InvalidInput, match="no graph") as caught:
        case.flow()
    assert caught.value.pointer == ("network", "bidirectional")
    with pytest.raises(InvalidInput, match="have two") as caught:
        flow_of(case, clip=Clip("backward", 1.0))
    assert caught.value.pointer == ("clip", "rule")
    with pytest.raises(InvalidInput, match="received false"):
        engine.bidirectional_flow(
            Network("lstm", "many-to-many", "tanh", 2, 3, 2), {}, case.sequence, loss=case.loss
        )
    resets = [[False, False], [True, False], [False, False], [False, False]]
    sequence = engine.explicit_sequence(
        case.network,
        case.loss,
        inputs=case.sequence.inputs,
        targets=case.sequence.targets,
        resets=resets,
    )
    with pytest.raises(InvalidInput, match="starts anew") as caught:
        flow_of(case.with_(sequence=sequence))
    assert caught.value.pointer == ("sequence", "resets")
    simple = Network("simple", "many-to-many", "linear", 2, 3, 2, bidirectional=True)
    large = {
        name: np.full(shape, 1e200 if name.endswith("_reverse") else 0.1)
        for name, shape in simple.parameter_shapes().items()
    }
    with pytest.raises(InvalidInput, match="reads from the end, overflows"):
        flow_of(Case(simple, large, case.sequence, case.loss, None))
    one = Network("simple", "many-to-many", "tanh", 2, 1, 2, bidirectional=True)
    with pytest.raises(InvalidInput, match="one direction"):
        engine.check_scalar(one)
    with pytest.raises(InvalidInput, match="no graph"):
        engine.gradient_log10_norms(case.network, case.parameters, [case.sequence], loss=case.loss)


def test_how_far_each_direction_carries() -> None:
    """Forward the last loss to step 1, in reverse the first to step T: never the other way."""
    flow = flow_of(drawn("lstm", 2, steps=5))
    below, _, forward, reverse = flow.directions
    assert below.carries is None
    assert forward.carries is not None
    assert reverse.carries is not None
    assert forward.itemized is not None
    assert reverse.itemized is not None
    assert (forward.carries.loss_step, forward.carries.step) == (5, 1)
    assert (reverse.carries.loss_step, reverse.carries.step) == (1, 5)
    row = forward.itemized.log10_norm[-1]
    assert forward.carries.log10_arriving == pytest.approx(row[0] - row[-1])
    row = reverse.itemized.log10_norm[0]
    assert reverse.carries.log10_arriving == pytest.approx(row[-1] - row[0])
    assert forward.carries.sentence.startswith("Where it reads forward in time, ")
    assert forward.carries.sentence.endswith(" of ∂L₅/∂H₅ arrives at H₁.")
    assert reverse.carries.sentence.startswith("Where it reads backward in time, ")
    assert reverse.carries.sentence.endswith(" of ∂L₁/∂H₁ arrives at H₅.")
    late = flow_of(drawn("lstm", topology="many-to-one")).directions[1].carries
    assert late is not None
    assert late.sentence == (
        "Where it reads backward in time, the loss of step 4 has no step to travel."
    )
    short = flow_of(drawn("lstm", lengths=[3, 2])).directions[1].carries
    assert short is not None
    assert (short.loss_step, short.step) == (1, 3)
