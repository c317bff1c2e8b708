"""Whatever may be asked of the documented API is answered as the document says.

schemathesis makes requests out of the description, right ones and wrong ones, and checks every
answer: its status, headers, content type and body are documented, none is the service's failure,
methods that are not there are refused with Allow, and what the description forbids is refused.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.pytest.lazy import get_all_tests

from unrolled.app.main import create_app
from unrolled.app.settings import Settings

# A request may follow the description and still contradict itself (a text with another loss), or
# name a run that is not there.
CHECKS = ChecksConfig(
    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", "404", "422"])
)
CONFIG = SchemathesisConfig(
    projects=ProjectsConfig(
        default=ProjectConfig(
            base_url="http://localhost",
            checks=CHECKS,
            generation=GenerationConfig(deterministic=True),
        )
    )
)


FLOW = "^/api/v1/flow$"
AROUND = "^/api/v1/(check|landscape|norms)$"
"""They take the same experiment, and little beside it."""
KEPT = "^/api/v1/(runs|networks|sequences)"
FILES = "^/api/v1/(runs/import|networks|sequences)$"


@pytest.fixture(scope="module")
def description():
    """Of a service with small limits, so that no answer takes long."""
    app = create_app(
        Settings(workers=1, max_steps=50, max_hidden_size=32, max_batch_size=4, max_input_size=64)
    )
    read = schemathesis.openapi.from_dict(app.openapi(), config=CONFIG)
    read.app = app
    return read


def ask(case):
    case.call_and_validate()


def asked(operations, examples):
    """Ask for everything that is to be tried of these; how many they are.

    What is to be tried is made here and not with `parametrize`: that takes seconds, in each of the
    processes that collect the tests.
    """
    some = settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    tests = [
        made.ok()
        for made in get_all_tests(
            schema=operations, test_func=ask, settings=some, given_kwargs={}
        )
    ]
    for _, test in tests:
        test()
    return len(tests)


def test_an_experiment_is_answered_as_documented(description):
    assert asked(description.include(path_regex=FLOW), 100) == 1


def test_what_goes_round_an_experiment_is_answered_as_documented(description):
    assert asked(description.include(path_regex=AROUND), 30) == 3


def test_every_other_answer_is_as_documented(description):
    assert asked(description.exclude(path_regex=f"{FLOW}|{AROUND}|{KEPT}"), 30) >= 5


def test_what_is_kept_is_answered_as_documented(description):
    """The file of a run, or of a network, is made by no rule of a schema: `test_run_files.py` and
    `test_hostile_files.py` have them.
    """
    kept = description.include(path_regex=KEPT).exclude(method="POST", path_regex=FILES)
    assert asked(kept, 30) >= 12
