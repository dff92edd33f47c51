"""The functions that a condition may use, and what they take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ValueType(StrEnum):
    """What sort of value a part of a condition has."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    """Dates and times, as points in time in UTC."""
    VECTOR = "vector"

    @property
    def phrase(self) -> str:
        """How messages call such a value."""
        return _PHRASES[self]


_PHRASES: Mapping[ValueType, str] = {
    ValueType.BOOLEAN: "true or false",
    ValueType.NUMBER: "a number",
    ValueType.TEXT: "text",
    ValueType.TIME: "a time",
    ValueType.VECTOR: "a vector",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function: its name, what it takes, what it gives, and what it is for."""

    name: str
    parameters: tuple[str, ...]
    takes: tuple[ValueType, ...]
    gives: ValueType
    summary: str
    optional: int = 0
    """How many of the last parameters may be left out."""
    pattern: int | None = None
    """Which argument is a regular expression, from 0; it stands there as a string."""
    literals: frozenset[int] = frozenset()
    """Which arguments must stand there as they are, not be computed."""

    @property
    def signature(self) -> str:
        """How it is called: ``contains(text, "pattern")``."""
        needed = len(self.parameters) - self.optional
        shown = [*self.parameters[:needed], *(f"[{name}]" for name in self.parameters[needed:])]
        return f"{self.name}({', '.join(shown)})"


_B, _N, _S, _T, _V = (
    ValueType.BOOLEAN,
    ValueType.NUMBER,
    ValueType.TEXT,
    ValueType.TIME,
    ValueType.VECTOR,
)


def _text(name: str, gives: ValueType, summary: str) -> Function:
    return Function(name=name, parameters=("text",), takes=(_S,), gives=gives, summary=summary)


def _number(name: str, summary: str) -> Function:
    return Function(name=name, parameters=("number",), takes=(_N,), gives=_N, summary=summary)


def _time(name: str, summary: str) -> Function:
    return Function(name=name, parameters=("time",), takes=(_T,), gives=_N, summary=summary)


def _two_texts(name: str, second: str, summary: str) -> Function:
    return Function(
        name=name, parameters=("text", second), takes=(_S, _S), gives=_B, summary=summary
    )


_ALL = (
    _text("words", _N, "How many words the text has: what stands between white space."),
    _text("length", _N, "How many characters the text has."),
    Function(
        name="contains",
        parameters=("text", '"pattern"'),
        takes=(_S, _S),
        gives=_B,
        summary="Whether the pattern, a regular expression, is somewhere in the text, "
        "in capitals or not.",
        pattern=1,
        literals=frozenset({1}),
    ),
    _two_texts("startswith", '"start"', "Whether the text starts so, capitals told apart."),
    _two_texts("endswith", '"end"', "Whether the text ends so, capitals told apart."),
    _text("lower", _S, "The text in small letters."),
    _text("upper", _S, "The text in capitals."),
    _text("strip", _S, "The text without white space at its ends."),
    _number("abs", "The number without its sign."),
    Function(
        name="round",
        parameters=("number", "digits"),
        takes=(_N, _N),
        gives=_N,
        summary="The number rounded to so many digits behind the point (0 to 10), halves to the "
        "even digit.",
        optional=1,
        literals=frozenset({1}),
    ),
    _number("floor", "The next whole number below."),
    _number("ceil", "The next whole number above."),
    _number("sqrt", "The square root; null of negative numbers."),
    _number("log", "The natural logarithm; null of 0 and negative numbers."),
    _number("exp", "The exponential function."),
    _time("year", "The year."),
    _time("month", "The month, 1 to 12."),
    _time("day", "The day of the month, 1 to 31."),
    _time("weekday", "The day of the week, 1 (Monday) to 7 (Sunday)."),
    _time("hour", "The hour, 0 to 23."),
    _time("minute", "The minute, 0 to 59."),
    Function(
        name="distance",
        parameters=("vector", "[numbers]"),
        takes=(_V, _V),
        gives=_N,
        summary="How far the vector is from another of the same length (Euclidean).",
        literals=frozenset({1}),
    ),
)
FUNCTIONS: Mapping[str, Function] = MappingProxyType({each.name: each for each in _ALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is written like a function and is a value or a condition of its own."""

    name: str
    signature: str
    summary: str


_FORMS = (
    Form(
        name="missing",
        signature="missing(value)",
        summary="Whether there is no value; the same as `value is null`.",
    ),
    Form(
        name="score",
        signature='score("class")',
        summary="The score that the model gave the class.",
    ),
    Form(name="date", signature='date("2026-01-31")', summary="A day, as its midnight in UTC."),
    Form(
        name="datetime",
        signature='datetime("2026-01-31T12:00")',
        summary="A point in time, in UTC unless it says another zone.",
    ),
)
FORMS: Mapping[str, Form] = MappingProxyType({each.name: each for each in _FORMS})
MOST_DIGITS = 10
"""What `round` may be asked for."""
