"""What each route makes of a valid request: its canonical form, unless it asks for too much."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import BaseModel

from unrolled.app.canonical import (
    canonical,
    canonical_check,
    canonical_landscape,
    canonical_norms,
)
from unrolled.app.errors import within
from unrolled.app.limits import allowed_draws, refuse_landscape, refuse_oversize, refuse_passes
from unrolled.app.schemas import CheckRequest, Experiment, LandscapeRequest, NormsRequest
from unrolled.app.schemas.of_runs import FilledRun, RunSequence
from unrolled.app.schemas.request import FilledSequence, StoredSequence
from unrolled.app.schemas.weights import FilledWeights, NetworkWeights
from unrolled.app.settings import Settings
from unrolled.engine import CELLS

FROM_A_FILE = frozenset(
    {
        *("cell", "activation", "input_size", "hidden_size", "output_size"),
        *("num_layers", "bidirectional"),
    }
)
"""What of `network` a file says, and a request may leave out; of a cell that projects its states
beside it `projection_size`."""

OPEN = b'{"open":"'
"""What a form begins with that leaves open what is kept: `app.complete` fills that in."""


def _open(name: str, asked: BaseModel, experiment: Experiment) -> bytes | None:
    """The form of a request about what nobody has looked for yet; None of any other."""
    if not lacks_sequence(experiment) and not lacks_network(experiment):
        return None
    document = asked.model_dump(by_alias=True, exclude_unset=True)
    within_it = document if asked is experiment else document["experiment"]
    if (
        experiment.network.model_fields_set
    ):  # one that is false is said, and an answer leaves it out
        own = {name: getattr(experiment.network, name) for name in said(experiment)}
        within_it["network"] = within_it["network"] | own
    return msgspec.json.encode({"open": name, **document})


def lacks_sequence(experiment: Experiment) -> bool:
    """Whether its sequence is kept, and not known to be there."""
    sequence = experiment.sequence
    kept = isinstance(sequence, StoredSequence | RunSequence)
    return kept and not isinstance(sequence, FilledSequence | FilledRun)


def lacks_network(experiment: Experiment) -> bool:
    """Whether its weights are kept, and `network` leaves out what only they say."""
    weights = experiment.weights
    if not isinstance(weights, NetworkWeights) or isinstance(weights, FilledWeights):
        return False
    if weights.module is None:
        return True
    projects = CELLS[experiment.network.cell].projects
    return not said(experiment) >= FROM_A_FILE | ({"projection_size"} if projects else set())


def said(experiment: Experiment) -> set[str]:
    """The fields of `network` that a request does not leave open."""
    network = experiment.network
    return {name for name in network.model_fields_set if getattr(network, name) is not None}


def flow_form(experiment: Experiment, settings: Settings) -> bytes:
    """Of `POST /api/v1/flow`.

    Raises:
        BadInput: where a limit is exceeded.
    """
    if (form := _open("flow", experiment, experiment)) is not None:
        return form
    refuse_oversize(experiment, settings)
    return canonical(experiment)


def check_form(asked: CheckRequest, settings: Settings) -> bytes:
    """Of `POST /api/v1/check`.

    Raises:
        BadInput: where a limit is exceeded.
    """
    if (form := _open("check", asked, asked.experiment)) is not None:
        return form
    with within("experiment"):
        refuse_oversize(asked.experiment, settings)
    refuse_passes(asked, settings)
    return canonical_check(asked)


def landscape_form(asked: LandscapeRequest, settings: Settings) -> bytes:
    """Of `POST /api/v1/landscape`.

    Raises:
        BadInput: where a limit is exceeded.
    """
    if (form := _open("landscape", asked, asked.experiment)) is not None:
        return form
    with within("experiment"):
        refuse_oversize(asked.experiment, settings)
    refuse_landscape(asked, settings)
    return canonical_landscape(asked)


def norms_form(asked: NormsRequest, settings: Settings) -> bytes:
    """Of `POST /api/v1/norms`.

    Raises:
        BadInput: where a limit is exceeded.
    """
    if (form := _open("norms", asked, asked.experiment)) is not None:
        return form
    with within("experiment"):
        refuse_oversize(asked.experiment, settings)
    draws = allowed_draws(asked, settings)
    return canonical_norms(asked.model_copy(update={"draws": draws}))


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of request: what its body has to be, and what becomes of it."""

    model: type[BaseModel]
    of: Callable[[Any, Settings], bytes]


FORMS = {
    "flow": Form(Experiment, flow_form),
    "check": Form(CheckRequest, check_form),
    "landscape": Form(LandscapeRequest, landscape_form),
    "norms": Form(NormsRequest, norms_form),
}
"""The name of a route → its form."""
