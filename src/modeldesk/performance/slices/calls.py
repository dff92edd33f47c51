"""Names with arguments: functions, and forms that are values of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NoReturn

import polars as pl

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices.functions import FORMS, FUNCTIONS, MOST_DIGITS, Function
from modeldesk.performance.slices.limits import LONGEST_PATTERN, MOST_REPEATS
from modeldesk.performance.slices.nodes import (
    Call,
    Missing,
    Moment,
    Node,
    Number,
    Numbers,
    Score,
    Span,
    Text,
)
from modeldesk.performance.slices.suggestions import closest
from modeldesk.performance.slices.tokens import Token, source_offset

ANY_CASE = "(?i)"
"""What patterns start with, so that capitals do not matter."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTEAD = {
    "len": "length",
    "len_chars": "length",
    "strlen": "length",
    "char_length": "length",
    "word_count": "words",
    "num_words": "words",
    "wordcount": "words",
    "match": "contains",
    "matches": "contains",
    "search": "contains",
    "regexp_like": "contains",
    "like": "contains",
    "starts_with": "startswith",
    "ends_with": "endswith",
    "lowercase": "lower",
    "uppercase": "upper",
    "trim": "strip",
    "ln": "log",
    "ceiling": "ceil",
    "isnull": "missing",
    "is_null": "missing",
    "isna": "missing",
    "isnan": "missing",
    "is_nan": "missing",
    "dayofweek": "weekday",
    "timestamp": "datetime",
    "to_date": "date",
    "proba": "score",
    "probability": "score",
}
_COUNTS = re.compile(r"\{(\d+)(?:,(\d*))?\}", re.ASCII)


def call_of(name: Token, arguments: Sequence[Node], span: Span, text: str) -> Node:
    """Return what a name with arguments means.

    Raises
    ------
    InvalidExpression
        When there is no such function, the number of arguments is wrong, a date is none, or a
        pattern is no regular expression.
    """
    if name.text in FORMS:
        return _form(name, arguments, span, text)
    function = FUNCTIONS.get(name.text)
    if function is None:
        known = [*FUNCTIONS, *FORMS]
        meant = _INSTEAD.get(name.text.lower()) or closest(name.text, known)
        hint = f"Did you mean {meant}?" if meant else f"Known are {', '.join(sorted(known))}."
        _fail(f"there is no function {name.text[:40]!r}", hint, name.span, text)
    needed = len(function.parameters) - function.optional
    if not needed <= len(arguments) <= len(function.parameters):
        many = str(needed) if not function.optional else f"{needed} or {len(function.parameters)}"
        few = "argument" if many == "1" else "arguments"
        problem = f"{function.name} takes {many} {few}, not {len(arguments)}"
        _fail(problem, f"Write {function.signature}.", span, text)
    _check_literals(function, arguments, text)
    return Call(function=function.name, arguments=tuple(arguments), span=span)


def _fail(problem: str, hint: str, span: Span, text: str) -> NoReturn:
    raise InvalidExpression.at(span.start, span.end, problem, hint=hint, text=text)


def _form(name: Token, arguments: Sequence[Node], span: Span, text: str) -> Node:
    form = FORMS[name.text]
    if len(arguments) != 1:
        problem = f"{form.name} takes 1 argument, not {len(arguments)}"
        _fail(problem, f"Write {form.signature}.", span, text)
    (argument,) = arguments
    if form.name == "missing":
        return Missing(operand=argument, span=span)
    if not isinstance(argument, Text):
        asked = "a class" if form.name == "score" else "a day" if form.name == "date" else "a time"
        problem = f"{form.name} takes {asked} in quotes"
        _fail(problem, f"Write {form.signature}.", argument.span, text)
    if form.name == "score":
        return Score(label=argument.value, span=span)
    return Moment(value=_moment(form.name, argument, text), span=span)


def _moment(form: str, argument: Text, text: str) -> datetime:
    """Read a day or a time of ISO 8601, in UTC unless it says another zone."""
    said = argument.value.strip()
    what = "day" if form == "date" else "time"
    try:
        value = datetime.fromisoformat(said) if what == "time" or _DATE.fullmatch(said) else None
        if value is not None:
            zoned = value if value.tzinfo else value.replace(tzinfo=UTC)
            return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        value = None
    problem = f"{argument.value[:40]!r} is no {what}"
    _fail(problem, f"Write it like {FORMS[form].signature}.", argument.span, text)


def _check_literals(function: Function, arguments: Sequence[Node], text: str) -> None:
    for place in sorted(function.literals):
        if place >= len(arguments):
            continue
        argument = arguments[place]
        if place == function.pattern:
            if not isinstance(argument, Text):
                hint = f"Write {function.signature}."
                _fail("a pattern stands in quotes", hint, argument.span, text)
            _check_pattern(argument, text)
        elif function.name == "round":
            if not isinstance(argument, Number) or argument.value not in range(MOST_DIGITS + 1):
                hint = "Write round(x, 2)."
                problem = f"digits are a whole number from 0 to {MOST_DIGITS}"
                _fail(problem, hint, argument.span, text)
        elif not isinstance(argument, Numbers):
            hint = f"Write {function.signature}."
            _fail("a vector is a list of numbers in brackets", hint, argument.span, text)


def _check_pattern(pattern: Text, text: str) -> None:
    value = pattern.value
    if len(value) > LONGEST_PATTERN:
        problem = f"the pattern has {len(value):,} characters, and {LONGEST_PATTERN:,} are allowed"
        _fail(problem, "Shorten it, or join two patterns with or.", pattern.span, text)
    repeats = 1
    for matched in _COUNTS.finditer(value):
        counts = [int(count[:9]) for count in matched.groups() if count]
        repeats *= max(1, *counts)
    if repeats > MOST_REPEATS:
        problem = f"the pattern repeats too much: {repeats:,} times with all counts multiplied"
        _fail(problem, f"At most {MOST_REPEATS:,} are allowed; use * or +.", pattern.span, text)
    try:
        pl.select(pl.lit("").str.contains(ANY_CASE + value))
    except pl.exceptions.ComputeError as error:
        _refuse_pattern(pattern, str(error), text)


def _refuse_pattern(pattern: Text, told: str, text: str) -> NoReturn:
    """Say where a pattern is wrong, as far as the engine tells."""
    span = pattern.span
    reason = re.search(r"^error: (.+)$", told, re.MULTILINE)
    carets = re.search(r"^    ( *)(\^+)$", told, re.MULTILINE)
    if "size limit" in told:
        _fail("the pattern is too large", "Use fewer repetitions.", span, text)
    if carets is not None and len(pattern.value.splitlines()) == 1 and span.end:
        first = max(0, len(carets.group(1)) - len(ANY_CASE))
        start = source_offset(text, span, first)
        span = Span(start, max(start + 1, source_offset(text, span, first + len(carets.group(2)))))
    said = reason.group(1).rstrip(".") if reason else "it cannot be read"
    hint = "To find a sign like ( . * ? + itself, put a backslash before it."
    if "look-around" in said or "backreferences" in said:
        hint = "Patterns have neither look-around nor backreferences: combine two with and."
    _fail(f"the pattern is no regular expression: {said}", hint, span, text)
