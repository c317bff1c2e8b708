"""The gradient of a loss with respect to variables and probes, by each backend that makes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Probed = Callable[[Any, Sequence[Any]], tuple[Any, list[Any]]]
Gradient = tuple[Any, list[Any], Sequence[Any], Sequence[Any]]
"""The loss, what was read, ∂L/∂(each variable), ∂L/∂(each probe)."""
Gradients = Callable[[list[Any], list[Any], list[Any]], Gradient]
"""Of variables that are trained, the others, and the probes."""


def _torch(probed: Probed) -> Gradients:
    import torch

    def gradients(trained: list[Any], others: list[Any], probes: list[Any]) -> Gradient:
        with torch.enable_grad():
            for probe in probes:
                probe.requires_grad_()
            value, read = probed(None, probes)
            wanted = [*probes, *(variable.value for variable in trained)]
            found = torch.autograd.grad(value, wanted, allow_unused=True)
        return value.detach(), read, found[len(probes) :], found[: len(probes)]

    return gradients


def _jax(probed: Probed) -> Gradients:
    """Compiled once: places of layers, which are no tensors, are kept from then."""
    import jax

    variables: list[Any] = []
    places: list[int] = []

    def of(trained: list[Any], others: list[Any], probes: list[Any]) -> Any:
        value, read = probed(list(zip(variables, [*trained, *others], strict=True)), probes)
        places[:] = [n for n, *_ in read]
        return value, [rest for _, *rest in read]

    compiled = jax.jit(jax.value_and_grad(of, (0, 2), has_aux=True))

    def gradients(trained: list[Any], others: list[Any], probes: list[Any]) -> Gradient:
        variables[:] = [*trained, *others]
        values = [[variable.value for variable in each] for each in (trained, others)]
        (value, read), (of_weights, of_probes) = compiled(*values, probes)
        read = [(n, *rest) for n, rest in zip(places, read, strict=True)]
        return value, read, of_weights, of_probes

    return gradients


def _tensorflow(probed: Probed) -> Gradients:
    import tensorflow as tf

    def gradients(trained: list[Any], others: list[Any], probes: list[Any]) -> Gradient:
        with tf.GradientTape() as tape:
            tape.watch(probes)
            value, read = probed(None, probes)
        wanted = [*probes, *(variable.value for variable in trained)]
        found = [
            None if one is None else tf.convert_to_tensor(one)
            for one in tape.gradient(value, wanted)
        ]
        return value, read, found[len(probes) :], found[: len(probes)]

    return gradients


BACKENDS: dict[str, Callable[[Probed], Gradients]] = {
    "torch": _torch,
    "jax": _jax,
    "tensorflow": _tensorflow,
}
"""Of those that make gradients, how."""


def without_computing(backend: str, function: Callable[[], Any]) -> None:
    """Call it for its shapes alone, where a backend can: JAX would compile all of it."""
    if backend == "jax":
        import jax

        jax.eval_shape(function)
    else:
        function()
