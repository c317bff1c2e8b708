"""The gradient check on the worker's side: the fields of the contract."""

from unrolled.app.report import GradientCheck
from unrolled.app.resolve import Spec, prepare
from unrolled.engine import InvalidInput, check_gradients


def check(asked: Spec) -> GradientCheck:
    """Answer a check request.

    Args:
        asked: the fields of `CheckRequest`.
    Raises:
        InvalidInput: what the engine cannot do, with the pointer into the request.
    """
    try:
        prepared = prepare(asked["experiment"])
        found = check_gradients(
            prepared.network,
            prepared.parameters,
            prepared.sequence,
            loss=prepared.loss,
            truncation=prepared.truncation,
            entries=asked["entries"],
            step=asked["step"],
        )
    except InvalidInput as error:
        own = error.pointer[0] in asked
        pointer = error.pointer if own else ("experiment", *error.pointer)
        raise InvalidInput(pointer, error.detail) from error
    note = None if found.exact else _note(prepared.resolved["truncation"])
    return GradientCheck(found.parameters, found.worst, found.exact, note, found.passes)


def _note(truncation: Spec) -> str:
    """Why the two numbers differ on purpose."""
    return (
        f"truncated ({truncation['kind']} {truncation['steps']}): the gradient that is sent back "
        "leaves out what the truncation cuts, a difference of the loss counts every path; with "
        "truncation none the two agree"
    )
