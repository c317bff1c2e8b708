"""Whatever may be asked of the documented API is answered as the document says.

schemathesis makes requests out of the description, right ones and wrong ones, and checks every
answer: its status, headers, content type and body are documented, none is the service's failure,
methods that are not there are refused with Allow, and what the description forbids is refused.
"""

import copy

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests

from unrolled.app.main import create_app
from unrolled.app.settings import Settings

# A request may follow the description and still contradict itself (a text with another loss), or
# name a run that is not there.
CHECKS = ChecksConfig(
    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", "404", "422"])
)


def described(app, document, *, corners=True):
    """The app by a description; `corners`: whether to try every limit of every field, too."""
    project = ProjectConfig(
        base_url="http://localhost",
        checks=CHECKS,
        generation=GenerationConfig(deterministic=True),
        phases=PhasesConfig(coverage=CoveragePhaseConfig(enabled=corners)),
    )
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    read = schemathesis.openapi.from_dict(document, config=config)
    read.app = app
    return read


FLOW = "^/api/v1/flow$"
AROUND = "^/api/v1/(check|landscape|norms)$"
"""They take the same experiment, and a few fields beside it."""
KEPT = "^/api/v1/(runs|networks|sequences|sweeps)"
FILES = "^/api/v1/(runs/import|networks|sequences)$"
MOST_UNITS = 32


@pytest.fixture(scope="module")
def app():
    """With small limits, so that no answer takes long."""
    small = Settings(
        workers=1,
        max_steps=50,
        max_hidden_size=MOST_UNITS,
        max_batch_size=4,
        max_input_size=64,
        sweep_per_client=10_000,
        sweep_waiting=10_000,
        max_sweeps=10_000,
    )
    made = create_app(small)
    made.state.trainers.run = made.state.conductors.run = nothing
    return made


async def nothing():
    """What is asked for is kept, and not trained or computed: that takes processes of its own."""


@pytest.fixture(scope="module")
def description(app):
    return described(app, app.openapi())


def ask(case):
    case.call_and_validate()


def asked(operations, examples):
    """Ask for everything that is to be tried of these; how many they are.

    `examples`: how many are drawn beside the corners; ten times as many where
    HYPOTHESIS_PROFILE=explore looks for new ones.

    What is to be tried is made here and not with `parametrize`: that takes seconds, in each of the
    processes that collect the tests.
    """
    drawn = examples * settings().max_examples // 100
    some = settings(max_examples=drawn, suppress_health_check=list(HealthCheck))
    made = get_all_tests(schema=operations, test_func=ask, settings=some, given_kwargs={})
    tests = [
        test for operation in made if isinstance(operation, Ok) for _, test in [operation.ok()]
    ]
    for test in tests:
        test()
    return len(tests)


def test_an_experiment_is_answered_as_documented(description):
    assert asked(description.include(path_regex=FLOW), 40) == 1


def test_what_takes_an_experiment_is_answered_as_documented(app):
    full = described(app, app.openapi(), corners=False)
    assert asked(full.include(path_regex=AROUND), 12) == 3


def test_what_stands_beside_an_experiment_is_answered_as_documented(app):
    """Every limit of it; the two thousand of an experiment's own are tried by the first test."""
    document = copy.deepcopy(app.openapi())
    units = {"type": "integer", "minimum": 1, "maximum": MOST_UNITS}
    document["components"]["schemas"]["Experiment"] = some_of(network=some_of(hidden_size=units))
    assert asked(described(app, document).include(path_regex=AROUND), 6) == 3


def some_of(**fields):
    return {"type": "object", "additionalProperties": False, "properties": fields}


def test_every_other_answer_is_as_documented(description):
    assert asked(description.exclude(path_regex=f"{FLOW}|{AROUND}|{KEPT}"), 30) >= 5


def test_what_is_kept_is_answered_as_documented(description):
    """The file of a run, or of a network, is made by no rule of a schema: `test_run_files.py` and
    `test_hostile_files.py` have them.
    """
    kept = description.include(path_regex=KEPT).exclude(method="POST", path_regex=FILES)
    assert asked(kept, 8) >= 12
