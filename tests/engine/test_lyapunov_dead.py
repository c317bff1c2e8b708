"""A direction that dies inside a product of several Jacobians."""

import numpy as np

from unrolled import engine


def test_a_last_direction_that_dies_has_no_exponent() -> None:
    """A ReLU network of two units, drawn so that a product of its Jacobians is exactly zero."""
    network = engine.Network("simple", "many-to-many", "relu", 4, 2, 4)
    parameters = engine.draw_parameters(network, spectral_radius=0.3)
    sequence = engine.random_sequence(network, "cross-entropy", steps=20)
    flow = engine.gradient_flow(network, parameters, sequence, loss="cross-entropy")
    assert flow.top.trajectory is not None
    exponents = flow.top.trajectory.lyapunov_exponents
    assert exponents is not None
    assert np.isnan(exponents).all()
