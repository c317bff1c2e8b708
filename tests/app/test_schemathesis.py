"""Whatever may be asked of the documented API is answered as the document says.

schemathesis makes requests out of the description, right ones and wrong ones, and checks every
answer: its status, headers, content type and body are documented, none is the service's failure,
methods that are not there are refused with Allow, and what the description forbids is refused.
"""

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

from unrolled.app.main import create_app
from unrolled.app.settings import Settings

# Small limits, so that no answer takes long.
app = create_app(
    Settings(workers=1, max_steps=50, max_hidden_size=32, max_batch_size=4, max_input_size=64)
)

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
description = schemathesis.openapi.from_dict(app.openapi(), config=CONFIG)
description.app = app


KEPT = "/api/v1/(runs|networks|sequences)"
FILES = "^/api/v1/(runs/import|networks|sequences)$"


@description.exclude(path_regex=KEPT).parametrize()
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(case):
    case.call_and_validate()


@description.include(path_regex=KEPT).exclude(method="POST", path_regex=FILES).parametrize()
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_what_is_kept_is_answered_as_documented(case):
    """The file of a run, or of a network, is made by no rule of a schema: `test_run_files.py` and
    `test_hostile_files.py` have them.
    """
    case.call_and_validate()
