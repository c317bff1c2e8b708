"""Lessons, read as a test reads them: the same expressions, evaluated by another language.

The page's own evaluator is static/js/learn/expression.js. Here Python parses what it can parse, and
walks the tree over the service's answer, asked for by another client.
"""

from __future__ import annotations

import ast
import json
import math
import operator
import re
import urllib.request
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any

Scope = dict[str, Any]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Lt: operator.lt,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def flat(value: Any) -> list[Any]:
    return [one for inner in value for one in flat(inner)] if isinstance(value, list) else [value]


def single(value: Any) -> Any:
    """The number in lists of one."""
    while isinstance(value, list) and len(value) == 1:
        (value,) = value
    return value


_LISTS: dict[str, Callable[..., Any]] = {
    "len": len,
    "count": lambda values: sum(value not in (None, 0) for value in values),
    "max_known": lambda values: max(value for value in values if value is not None),
    "column": lambda rows, k: [row[k] for row in rows],
    "upto": lambda values, k: values[:k],
    "after": lambda values, k: values[k:],
    "abs_each": lambda values: [abs(value) for value in flat(values)],
}
_NUMBERS: dict[str, Callable[[list[float]], float]] = {
    "abs": lambda x: abs(x[0]),
    "sqrt": lambda x: math.sqrt(x[0]),
    "exp": lambda x: math.exp(x[0]),
    "log10": lambda x: math.log10(x[0]),
    "tanh": lambda x: math.tanh(x[0]),
    "round": lambda x: math.floor(x[0] + 0.5),
    "sum": sum,
    "max": max,
    "min": min,
    "norm": lambda x: math.hypot(*x),
}


def value_of(expression: str, scope: Scope) -> Any:
    """What an expression of a lesson says of an answer; None where a number is missing."""
    return single(_evaluate(ast.parse(expression.strip(), mode="eval").body, scope))


def _evaluate(node: ast.expr, scope: Scope) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return scope[name]
        case ast.Attribute(value=inner, attr=name):
            found = _evaluate(inner, scope)
            return None if found is None else found.get(name)
        case ast.Subscript(value=inner, slice=key):
            found, at = _evaluate(inner, scope), _evaluate(key, scope)
            inside = found is not None and at is not None and -len(found) <= at < len(found)
            return found[int(at)] if inside else None
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, [_evaluate(one, scope) for one in args])
        case _:
            return _operated(node, scope)


def _operated(node: ast.expr, scope: Scope) -> Any:
    def value(inner: ast.expr) -> Any:
        return single(_evaluate(inner, scope))

    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not value(inner)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return None if value(inner) is None else -value(inner)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(value(one) for one in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(value(one) for one in values)
        case ast.BinOp(left=left, op=op, right=right):
            pair = [value(left), value(right)]
            return None if None in pair else _BINARY[type(op)](*pair)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            pair = [value(left), value(right)]
            return None not in pair and _BINARY[type(op)](*pair)
    raise AssertionError(f"not an expression of a lesson: {ast.dump(node)}")


def _called(name: str, given: list[Any]) -> Any:
    if name in _LISTS:
        return _LISTS[name](*given)
    numbers = flat(given)
    return None if None in numbers else _NUMBERS[name](numbers)


# --- what the screen says -------------------------------------------------------------------------

_POWER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SCIENTIFIC = re.compile(r"([-\d.]+) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


_IN_WORDS = {"nothing": 0.0, "nothing of": 0.0, "all of": 1.0, "as much as entered": 1.0}


def number_said(text: str) -> float:
    """The number in "−0.0605", "12.6 %", "1.2 × 10⁻³⁰", "6.80 times as much", "nothing",
    "all of"."""
    text = text.replace("−", "-").strip()
    if text in _IN_WORDS:
        return _IN_WORDS[text]
    if found := _SCIENTIFIC.search(text):
        return float(found[1]) * 10.0 ** int(found[2].translate(_POWER))
    found = re.search(r"-?\d+\.?\d*", text)
    assert found is not None, text
    return float(found[0]) / (100 if "%" in text else 1)


_SHARES = {"share", "portion", "entered"}
_LOGARITHMIC = {"log10", "times"} | _SHARES


def agrees(text: str, value: Any, form: str, digits: int) -> bool:
    """Whether a text says a value, to as many digits as it has."""
    if form == "word":
        return text == str(value)
    if value is None:
        return text in {"–", "nothing", "nothing of", "0"}
    if form in _LOGARITHMIC:
        value = 10.0**value
    said = number_said(text)
    coarse = 2 if form in _SHARES else digits
    near = max(abs(value) * 0.6 * 10.0 ** (1 - coarse), 1e-13)
    return abs(said - value) <= (5e-4 if form == "cosine" else near)


# --- the lesson's page, as HTML -------------------------------------------------------------------


class _Experiments(HTMLParser):
    """The experiments of a screen by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self._name = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._name = given.get("data-live") or self._name
        self._inside = tag == "script" and "data-experiment" in given

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[self._name] = json.loads(data)
            self._inside = False


def experiments_of(html: str) -> dict[str, Any]:
    """The experiments that a screen brings: name → request."""
    parser = _Experiments()
    parser.feed(html)
    return parser.found


def post(server: str, experiment: Any, path: str = "flow") -> Any:
    request = urllib.request.Request(
        f"{server}/api/v1/{path}",
        json.dumps(experiment).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def set_at(request: Any, pointer: str, value: float) -> None:
    """Set a field where the request has a place for it."""
    *keys, last = pointer.split("/")[1:]
    for key in keys:
        if isinstance(request, list):
            request = request[int(key)]
        elif key in request:
            request = request[key]
        else:
            return
    if isinstance(request, list):
        request[int(last)] = value
    elif last in request:
        request[last] = value


def answer(server: str, experiment: Any) -> Any:
    """The service's answer to an experiment of a screen."""
    return post(server, experiment, "landscape" if "axes" in experiment else "flow")


def scope_of(answers: dict[str, Any], **values: float) -> Scope:
    """What expressions of a screen may name, as static/js/learn/main.js has it."""
    first: Iterable[Any] = list(answers.values())[:1]
    return {name: field for one in first for name, field in one.items()} | answers | values
