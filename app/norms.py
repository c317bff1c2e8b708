"""The norms of many draws on the worker's side: some of them, or what follows from all."""

from typing import Any

import numpy as np

from unrolled.app.resolve import Prepared, Spec, prepare
from unrolled.engine import (
    InvalidInput,
    Sequence,
    encode_text,
    gradient_log10_norms,
    random_sequence,
    thresholds,
)

PARTS = 20
"""How many times a client hears of many draws."""


def all_norms(asked: Spec) -> dict[str, Any]:
    """Answer a norms request.

    Args:
        asked: the fields of `NormsRequest`.
    Raises:
        InvalidInput: what the engine cannot do, with the pointer into the request.
    """
    parts = [some_norms(asked | part) for part in parted(asked["draws"])]
    whole = {
        "log10_norms": np.concatenate([part["log10_norms"] for part in parts]),
        "overflows": sum(part["overflows"] for part in parts),
    }
    return sum_up(asked | whole)


def parted(draws: int) -> list[Spec]:
    """The parts in which draws are computed, so that sums are rounded the same in any case."""
    size = -(-draws // PARTS)
    return [{"first": first, "count": min(size, draws - first)} for first in range(0, draws, size)]


def some_norms(asked: Spec) -> dict[str, Any]:
    """The draws from `first` on, `count` of them: log₁₀ ‖g‖, null where zero, and overflows.

    Args:
        asked: the fields of `NormsRequest`, and these two.
    """
    try:
        found = _drawn(asked, range(asked["first"], asked["first"] + asked["count"]))
    except InvalidInput as error:
        raise InvalidInput(("experiment", *error.pointer), error.detail) from error
    overflows = int(np.isnan(found).sum())
    return {"log10_norms": np.where(np.isneginf(found), np.nan, found), "overflows": overflows}


def sum_up(asked: Spec) -> dict[str, Any]:
    """What follows from the norms of all draws.

    Args:
        asked: the fields of `NormsRequest`, and all that `some_norms` found.
    """
    given = np.array(asked["log10_norms"], dtype=np.float64)
    known = given[~np.isnan(given)]
    zeros = len(given) - len(known) - asked["overflows"]
    counted = np.concatenate((known, np.full(zeros, -np.inf)))
    found = thresholds(counted, asked["threshold"], asked["percentile"]) if len(counted) else None
    logs = {
        "pascanu": found.pascanu if found else (np.nan, np.nan),
        "autoclip": found.autoclip if found else np.nan,
        "zclip": found.zclip if found else np.nan,
    }
    plain = {name: _powers(value) for name, value in logs.items()}
    return {
        "draws": asked["draws"],
        "log10_norms": given,
        "zeros": zeros,
        "overflows": asked["overflows"],
        "percentiles": {f"{p}": value for p, value in found.percentiles.items()} if found else {},
        "rules": {**plain, "log10": logs},
        "engaged": {"threshold": asked["threshold"], "share": found.share if found else np.nan},
    }


def _powers(logs: Any) -> Any:
    """10^log; beyond the range of a double an infinity, which is written as null."""
    with np.errstate(over="ignore", under="ignore"):
        values = np.power(10.0, np.asarray(logs))
    return np.where(values > 0.0, values, np.nan)


def _drawn(asked: Spec, draws: range) -> Any:
    """log₁₀ ‖g‖ of some draws; −inf where zero, NaN where a state overflows."""
    spec = asked["experiment"]
    if asked["vary"] == "weights":
        return np.concatenate([_with_weights(spec, draw) for draw in draws])
    prepared = prepare(spec)
    return _norms(prepared, [_sequence(prepared, draw) for draw in draws])


def _norms(prepared: Prepared, sequences: list[Sequence]) -> Any:
    return gradient_log10_norms(
        prepared.network,
        prepared.parameters,
        sequences,
        loss=prepared.loss,
        truncation=prepared.truncation,
    )


def _with_weights(spec: Spec, draw: int) -> Any:
    weights = spec["weights"]
    if weights["kind"] != "random":
        raise InvalidInput(
            ("weights", "kind"),
            f"received {weights['kind']!r}, of which there is nothing to draw; allowed with vary "
            "'weights': 'random'",
        )
    prepared = prepare(spec | {"weights": weights | {"seed": weights["seed"] + draw}})
    return _norms(prepared, [prepared.sequence])


def _sequence(prepared: Prepared, draw: int) -> Sequence:
    """The experiment's own for draw 0; later ones of the same size."""
    if draw == 0:
        return prepared.sequence
    given, own = prepared.resolved["sequence"], prepared.sequence
    if prepared.text is not None:
        order = np.random.default_rng(draw).permutation(len(prepared.text.tokens))
        tokens = [prepared.text.tokens[n] for n in order]
        label = given["label"] and (given["label"]["index"], given["label"]["of"])
        topology = prepared.network.topology
        return encode_text("", "mixed", topology, label, {"mixed": lambda _: tokens}).sequence
    drawn = random_sequence(
        prepared.network,
        prepared.loss,
        steps=own.steps,
        batch_size=own.inputs.shape[1],
        seed=given.get("seed", 0) + draw,
    )
    later = Sequence(drawn.inputs, drawn.targets, own.steps, own.h_0, own.c_0)
    return later.masked(own.masks)
