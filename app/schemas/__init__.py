"""Request and response models of the REST contract."""

from app.schemas.check import CheckRequest, GradientCheck
from app.schemas.flow import Flow
from app.schemas.preset import Health, Preset
from app.schemas.problem import Problem, ProblemError
from app.schemas.request import Experiment

__all__ = [
    "CheckRequest",
    "Experiment",
    "Flow",
    "GradientCheck",
    "Health",
    "Preset",
    "Problem",
    "ProblemError",
]
