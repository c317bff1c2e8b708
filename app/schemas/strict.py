"""The types that the models are made of: JSON as it is, with no silent conversion."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LARGEST_WHOLE = 2**53 - 1
"""The largest whole number that every JSON client holds exactly."""


class StrictModel(BaseModel):
    """An object that takes no field but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _whole(value: Any) -> Any:
    """20.0 and 2e1 are whole numbers in JSON; 20.5, true and "20" are not."""
    return int(value) if type(value) is float and value.is_integer() else value


def _unicode(value: str) -> str:
    """Refuse what no UTF-8 can carry."""
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise PydanticCustomError("string_unicode", "Unicode text")
    return value


Whole = Annotated[int, Strict(), BeforeValidator(_whole), Field(le=LARGEST_WHOLE)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
String = Annotated[str, Strict(), AfterValidator(_unicode)]

Vector = Annotated[list[Number], Field(fail_fast=True)]
Matrix = Annotated[list[Vector], Field(fail_fast=True)]
Tensor = Annotated[list[Matrix], Field(fail_fast=True)]
WholeMatrix = Annotated[list[Annotated[list[Whole], Field(fail_fast=True)]], Field(fail_fast=True)]


@dataclass(frozen=True)
class OneOf:
    """A string out of a table of the engine, so that no list of names is written twice."""

    names: Iterable[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """An enumeration in the JSON schema, and the names in the error."""
        return core_schema.literal_schema(list(self.names))
