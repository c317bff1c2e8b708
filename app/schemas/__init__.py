"""Request and response models of the REST contract."""

from unrolled.app import report
from unrolled.app.schemas.check import CheckRequest
from unrolled.app.schemas.landscape import LandscapeReport, LandscapeRequest
from unrolled.app.schemas.networks import (
    KeptNetwork,
    NetworkChange,
    NetworkForm,
    NetworkPage,
    ParameterValues,
)
from unrolled.app.schemas.norms import NormsReport, NormsRequest
from unrolled.app.schemas.preset import Health, Preset
from unrolled.app.schemas.problem import Problem, ProblemError
from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.runs import (
    AnyNewRun,
    NewRun,
    NewTraining,
    Reported,
    ReportPage,
    Run,
    RunChange,
    RunPage,
)
from unrolled.app.schemas.sequences import (
    KeptSequence,
    SequenceChange,
    SequenceForm,
    SequencePage,
)
from unrolled.app.schemas.training import TrainingPlan, Updates
from unrolled.app.schemas.vocabulary import Vocabulary
from unrolled.app.schemas.watched import KeptReport, WatchedReport
from unrolled.app.schemas.written import model

Flow = model(report.Flow)
GradientCheck = model(report.GradientCheck)

__all__ = [
    "AnyNewRun",
    "CheckRequest",
    "Experiment",
    "Flow",
    "GradientCheck",
    "Health",
    "KeptNetwork",
    "KeptReport",
    "KeptSequence",
    "LandscapeReport",
    "LandscapeRequest",
    "NetworkChange",
    "NetworkForm",
    "NetworkPage",
    "NewRun",
    "NewTraining",
    "NormsReport",
    "NormsRequest",
    "ParameterValues",
    "Preset",
    "Problem",
    "ProblemError",
    "ReportPage",
    "Reported",
    "Run",
    "RunChange",
    "RunPage",
    "SequenceChange",
    "SequenceForm",
    "SequencePage",
    "TrainingPlan",
    "Updates",
    "Vocabulary",
    "WatchedReport",
]
