"""Models of the answers, made of the records that are written: one type, described where it is."""

import inspect
import re
from dataclasses import fields, is_dataclass
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, create_model

from unrolled.app import report
from unrolled.app.schemas.request import Experiment, ExplicitSequence
from unrolled.app.schemas.strict import StrictModel
from unrolled.app.schemas.weights import ExplicitWeights
from unrolled.engine import (
    Activity,
    Clipping,
    Edge,
    Factors,
    GateSaturation,
    Graph,
    InitialGradient,
    Itemized,
    Magnitudes,
    Node,
    ParameterCheck,
    PerParameter,
    PerSample,
    Saturation,
    Values,
)

_NAMES: dict[type, str] = {
    Activity: "ActivityReport",
    Clipping: "ClippingReport",
    Edge: "EdgeReport",
    Factors: "ChainReport",
    GateSaturation: "GateShares",
    Graph: "GraphReport",
    InitialGradient: "InitialGradientReport",
    Itemized: "ItemizedFlow",
    Magnitudes: "NormSeries",
    Node: "NodeReport",
    ParameterCheck: "ParameterCheckReport",
    PerParameter: "PerParameterReport",
    PerSample: "PerSampleReport",
    Saturation: "SaturationReport",
    Values: "ValuesReport",
}
"""What the contract calls a record of the engine, where it has another name."""
_ASKED: dict[Any, type[BaseModel]] = {
    report.Asked: Experiment,
    report.ExplicitWeights: ExplicitWeights,
    report.ExplicitSequence: ExplicitSequence,
}
"""What an answer holds as a request says it."""
_ITEM = re.compile(r"\n {4}(?=\w+: )")
_WORD = re.compile(r"(?!null\b|true\b|false\b)[a-z]{2,}(?=[ ,;.-])|a (?=\w)")
_SPOKEN = {"NaN": "null", "None": "null", "True": "true", "False": "false", "``": "`"}


@cache
def model(record: type[Any]) -> type[BaseModel]:
    """The model of a dataclass: its fields as JSON has them, explained as its docstring does.

    The second half of an `Annotated` type is how JSON writes the first.
    """
    said = _explained(record)
    hints = get_type_hints(record, include_extras=True)
    columns: dict[str, Any] = {
        field.name: (_as_json(hints[field.name]), Field(description=said[field.name]))
        for field in fields(record)
    }
    name = _NAMES.get(record, record.__name__)
    return create_model(name, __base__=StrictModel, __doc__=said[""], **columns)


def _as_json(hint: Any) -> Any:
    """A type as JSON writes it."""
    if isinstance(hint, NewType):
        return _ASKED[hint]
    if is_dataclass(hint) and isinstance(hint, type):
        return model(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return inner[1]
    if origin in (UnionType, Union):
        return reduce(or_, (_as_json(one) for one in inner))
    if origin in (list, tuple, dict):
        return origin[tuple(_as_json(one) for one in inner)]
    return hint


def _explained(record: type[Any]) -> dict[str, str]:
    """Field → what the `Attributes` of the docstrings say of it; and under "" what it is."""
    said: dict[str, str] = {}
    for base in reversed(record.__mro__):
        text, _, items = inspect.cleandoc(base.__doc__ or "").partition("\n\nAttributes:")
        items, _, _ = items.partition("\n\n")
        said[""] = _spoken(text)
        for item in _ITEM.split(items)[1:]:
            name, _, explained = item.partition(": ")
            said[name] = _sentence(explained)
    return said


def _sentence(text: str) -> str:
    """With a capital where it begins with a word, not with a symbol."""
    text = _spoken(" ".join(text.split()))
    return text[0].upper() + text[1:] if _WORD.match(text) else text


def _spoken(text: str) -> str:
    """Python's words and marks as those of JSON and Markdown."""
    return re.sub("``|NaN|None|True|False", lambda found: _SPOKEN[found[0]], text)
