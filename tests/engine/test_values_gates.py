"""The signed numbers of gates before their activation, and of what comes back to them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.engine.reference.cases import (
    GATED,
    SQUASHED,
    WITH_C,
    make,
)
from tests.engine.reference.compare import close
from tests.engine.test_values import written
from unrolled.engine import ACTIVATIONS


@pytest.mark.parametrize(("cell", "layers"), list(product(GATED, (1, 2))))
def test_what_gates_weigh_and_what_comes_back_to_it(cell: str, layers: int) -> None:
    case = make(cell, steps=5, batch=3, layers=layers, h_0=True)
    values = written(case)
    for own in values.layers:
        assert own.gates is not None
        assert own.pre is not None
        assert own.dpre is not None
        for name, z in own.pre.items():
            own_f = SQUASHED.get(cell, "tanh") if name in ("cell", "new") else "sigmoid"
            f = ACTIVATIONS[own_f].value
            close(f"{name} of its pre-activation", own.gates[name], f(z), 1e-14)
        bias = values.terms[f"b_h_{own.layer}" if own.layer else "b_h"]
        together = np.concatenate(list(own.dpre.values()), axis=2)
        close("Σ_B ∂L/∂A", bias, together.sum(axis=1), 1e-13, 1e-16)
        if cell in WITH_C:
            assert own.c is not None
            assert own.c_0 is not None
            assert own.dc is not None
            before, forget = np.concatenate((own.c_0[np.newaxis], own.c[:-1])), own.gates["forget"]
            exact = own.dc * before * forget * (1.0 - forget)
            close("∂L/∂A^f, sample by sample", own.dpre["forget"], exact, 1e-12, 1e-16)
