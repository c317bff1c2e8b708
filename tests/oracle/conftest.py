"""PyTorch as a second oracle, run by `make oracle`.

The sizes and numbers are drawn anew at every run. To repeat one, give its seed:
`ORACLE_SEED=123 make oracle`.
"""

from __future__ import annotations

import os
import secrets
import zlib

import numpy as np
import pytest
import torch

# Processes that share the work inherit it.
SEED = int(os.environ.setdefault("ORACLE_SEED", str(secrets.randbelow(2**32))))


def pytest_report_header() -> str:
    return f"oracle: PyTorch {torch.__version__}, ORACLE_SEED={SEED}"


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Matrices this small are slower on two threads than on one."""
    torch.set_num_threads(1)


@pytest.fixture
def random(request: pytest.FixtureRequest) -> np.random.Generator:
    """A stream of this test's own; a failing test shows the seed."""
    print(f"ORACLE_SEED={SEED}")
    return np.random.default_rng([SEED, zlib.crc32(request.node.name.encode())])
