"""Pydantic's errors in the words of the contract: a real pointer, what came, what is allowed."""

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag

from unrolled.app.errors import InputError, shown

MOST_ERRORS = 20
"""A request with a thousand faults is answered with the first few."""

Location = Sequence[str | int]


def not_json(reason: str, position: int) -> str:
    """Where a body ceases to be JSON."""
    return f"received a body that is not JSON: {reason} at position {position}"


def unreadable(cause: BaseException) -> str:
    """Why a body could not be read as JSON, where the position is not what matters."""
    if isinstance(cause, UnicodeDecodeError):
        return f"received bytes that are not UTF-8 at position {cause.start}; allowed: JSON"
    if isinstance(cause, RecursionError):
        return "received JSON that is nested too deeply; allowed: what the contract describes"
    if isinstance(cause, ValueError):
        return "received a number with too many digits; allowed: numbers that a double can hold"
    return "received a body that cannot be read; allowed: JSON"


def input_errors(model: Any, errors: Sequence[Mapping[str, Any]]) -> list[InputError]:
    """The first errors of a body that should have been a `model`, or one of a union of models with
    tags; loc is below the body.
    """
    return [_input_error(model, error) for error in errors[:MOST_ERRORS]]


def _input_error(model: Any, error: Mapping[str, Any]) -> InputError:
    path, parent, here = _resolve(model, error["loc"])
    if error["type"] == "union_tag_invalid":
        path = (*path, _discriminator(here))
    return InputError(path, _detail(error, parent))


def _detail(error: Mapping[str, Any], parent: type[BaseModel] | None) -> str:
    """One sentence for one of pydantic's error types."""
    kind, context = error["type"], error.get("ctx", {})
    received = f"received {shown(error.get('input'))}"
    fields = ", ".join(parent.model_fields) if parent else ""
    match kind:
        case "extra_forbidden":
            return f"unknown field; allowed here: {fields}"
        case "missing":
            return "missing; this field is needed"
        case "literal_error":
            return f"{received}; allowed: {context['expected'].replace(' or ', ', ')}"
        case "union_tag_invalid":
            return f"received {shown(context['tag'])}; allowed: {context['expected_tags']}"
        case "model_type" | "model_attributes_type" | "dict_type" | "union_tag_not_found":
            return f"{received}; allowed: an object"
        case "string_unicode":
            return "received text with a lone surrogate; allowed: Unicode text"
        case "value_error":
            return f"{received}; {context['error']}"
    return f"{received}; allowed: {_ALLOWED.get(kind, _plain)(context, error)}"


def _plain(context: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    """Pydantic's own sentence, for what the table does not name."""
    message: str = error["msg"]
    return message.removeprefix("Input should be ").strip()


def _fixed(words: str) -> Any:
    return lambda context, error: words


def _bound(words: str, key: str) -> Any:
    return lambda context, error: f"{words} {context[key]:.16g}"


_ALLOWED = {
    "int_type": _fixed("a whole number"),
    "int_parsing": _fixed("a whole number"),
    "bool_parsing": _fixed("true or false"),
    "int_from_float": _fixed("a whole number"),
    "int_parsing_size": _fixed("a whole number"),
    "float_type": _fixed("a number"),
    "finite_number": _fixed("a finite number"),
    "string_type": _fixed("text"),
    "bool_type": _fixed("true or false"),
    "list_type": _fixed("an array"),
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("above", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("below", "lt"),
    "string_too_short": _bound("a length of at least", "min_length"),
    "string_too_long": _bound("a length of at most", "max_length"),
    "too_short": _bound("a length of at least", "min_length"),
    "too_long": _bound("a length of at most", "max_length"),
}


def _resolve(
    model: Any, location: Location
) -> tuple[tuple[str | int, ...], type[BaseModel] | None, Any]:
    """The path without pydantic's union tags, its last key's model, and what is there."""
    path: list[str | int] = []
    here: Any = model
    parent: type[BaseModel] | None = None
    for segment in location:
        tagged = dict(_tagged(here))
        if segment in tagged:
            here = tagged[segment]
            continue
        path.append(segment)
        parent = here if isinstance(here, type) and issubclass(here, BaseModel) else None
        here = _below(here, segment)
    return tuple(path), parent, here


def _discriminator(union: Any) -> str:
    """The field that tells a union's members apart: the first of each."""
    names = [name for _, member in _tagged(union) for name in member.model_fields]
    return str(names[0])


def _below(here: Any, segment: str | int) -> Any:
    """The annotation of a field or of a list's items; None where there is none."""
    if isinstance(here, type) and issubclass(here, BaseModel):
        field = here.model_fields.get(str(segment))
        return field.annotation if field else None
    for plain in _alternatives(here):
        if get_origin(plain) is list:
            return get_args(plain)[0]
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            return _below(plain, segment)
    return None


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union, or the annotation itself, without Annotated."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _alternatives(member)
    else:
        yield annotation


def _tagged(annotation: Any) -> Iterator[tuple[str, Any]]:
    """Tag → member of a union whose members carry tags, at any depth of Annotated and union."""
    if get_origin(annotation) is Annotated:
        base, *metadata = get_args(annotation)
        for item in metadata:
            if isinstance(item, Tag):
                yield item.tag, base
                return
        yield from _tagged(base)
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _tagged(member)
