"""The types that the models are made of: JSON as it is, with no silent conversion."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict
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


@dataclass(frozen=True)
class AtLeast:
    """A whole number from `least` to `most`, or to the largest that JSON clients agree on."""

    least: int
    most: int = LARGEST_WHOLE

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """A bounded integer, also where it is written 20.0; one sentence for all else."""
        bounded = core_schema.int_schema(strict=True, ge=self.least, le=self.most)
        written = core_schema.no_info_before_validator_function(_whole, bounded)
        bounds = {"least": self.least, "most": self.most}
        return core_schema.custom_error_schema(
            written,
            custom_error_type="whole_number",
            custom_error_message="a whole number from {least} to {most}",
            custom_error_context=bounds,
        )


@dataclass(frozen=True)
class LossStep:
    """A step from 1, or "last"."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Either, and one sentence for all else."""
        step = AtLeast(1).__get_pydantic_core_schema__(source, handler)
        return core_schema.custom_error_schema(
            core_schema.union_schema([core_schema.literal_schema(["last"]), step]),
            custom_error_type="loss_step",
            custom_error_message="a whole number from 1 to {most}, or 'last'",
            custom_error_context={"most": LARGEST_WHOLE},
        )


Whole = Annotated[int, AtLeast(-LARGEST_WHOLE)]
Index = Annotated[int, AtLeast(0)]
Size = Annotated[int, AtLeast(1)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Switch = Annotated[bool, Strict()]
String = Annotated[str, Strict(), AfterValidator(_unicode)]


@dataclass(frozen=True)
class OneValue:
    """Text of at most so many characters, a truth value, a finite number, or nothing."""

    longest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """One sentence for all else, where it stands: a union's errors name its members."""
        return core_schema.custom_error_schema(
            handler(source),
            custom_error_type="one_value",
            custom_error_message="text of at most {longest} characters, true, false, a finite "
            "number or null",
            custom_error_context={"longest": self.longest},
        )


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


def by_kind(field: str, default: str) -> Callable[[Any], Any]:
    """Read the field that tells the members of a union apart; left out, it is the default."""

    def read(value: Any) -> Any:
        return value.get(field, default) if isinstance(value, dict) else getattr(value, field, None)

    return read
