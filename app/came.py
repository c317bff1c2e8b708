"""What comes with a job beside its form, held while it is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from unrolled.app.attached import Attached, holding
from unrolled.app.attached_run import AttachedRun, holding_runs
from unrolled.app.attached_series import AttachedSeries, holding_series


@dataclass(frozen=True, slots=True)
class Came:
    """What an experiment names and does not hold.

    Attributes:
        network: the weights of a network that is kept.
        series: a sequence that is kept.
        runs: updates of runs that train here.
    """

    network: Attached | None = None
    series: AttachedSeries | None = None
    runs: tuple[AttachedRun, ...] = ()


NOTHING = Came()


@contextmanager
def holding_all(came: Came) -> Iterator[None]:
    """Within, the kinds `network`, `stored` and `run` are what came."""
    with holding(came.network), holding_series(came.series), holding_runs(came.runs):
        yield
