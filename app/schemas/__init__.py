"""Request and response models of the REST contract."""

from unrolled.app.schemas.check import CheckRequest, GradientCheck
from unrolled.app.schemas.flow import Flow
from unrolled.app.schemas.preset import Health, Preset
from unrolled.app.schemas.problem import Problem, ProblemError
from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.vocabulary import Vocabulary

__all__ = [
    "CheckRequest",
    "Experiment",
    "Flow",
    "GradientCheck",
    "Health",
    "Preset",
    "Problem",
    "ProblemError",
    "Vocabulary",
]
