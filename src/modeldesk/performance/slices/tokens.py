"""Cutting the text of a condition into words, numbers, strings and signs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.performance.slices.nodes import Span

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})


class TokenKind(StrEnum):
    """What sort of thing a token is."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    QUOTED = "quoted name"
    KEYWORD = "keyword"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word, number, string or sign."""

    kind: TokenKind
    text: str
    """What it says: of strings and quoted names what is between the quotes."""
    span: Span
    number: int | float = 0

    def says(self, *texts: str) -> bool:
        """Whether it is one of these signs or keywords."""
        return self.kind in {TokenKind.SIGN, TokenKind.KEYWORD} and self.text in texts


_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[^\W\d]\w*")
_SIGNS = re.compile(r"<=|>=|==|!=|[<>+\-*/%(),\[\]]")
_WORD_SIGN = re.compile(r"&&|\|\||<>|===|!==|:=|=~|\*\*|//|[&|!=^~]")
_INSTEAD = {
    "=": "Write == to compare.",
    "===": "Write == to compare.",
    "!==": "Write != for 'is not equal'.",
    "<>": "Write != for 'is not equal'.",
    ":=": "Write == to compare.",
    "=~": 'Write contains(text, "pattern") to search in text.',
    "&&": "Write and.",
    "&": "Write and.",
    "||": "Write or.",
    "|": "Write or.",
    "!": "Write not.",
    "~": "Write not.",
    "**": "Multiply: x * x.",
    "^": "Multiply: x * x.",
    "//": "Divide with /.",
}
_TYPOGRAPHIC = {"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u201e": '"'}
"""Quotation marks that word processors make of those on the keyboard."""


def tokens_of(text: str) -> tuple[Token, ...]:
    """Cut a text into tokens; the last is the end.

    Raises
    ------
    InvalidExpression
        When there is something in it that is no token, or it is too long.

    Examples
    --------
    >>> [token.text for token in tokens_of("Age > 60 and Sex == 'F'")]
    ['Age', '>', '60', 'and', 'Sex', '==', 'F', '']
    """
    if len(text) > LONGEST_EXPRESSION:
        problem = f"it has {len(text):,} characters, and {LONGEST_EXPRESSION:,} are allowed"
        _fail(problem, hint="Shorten it.", text=text, start=LONGEST_EXPRESSION, end=len(text))
    found: list[Token] = []
    place = 0
    while (place := _after_space(text, place)) < len(text):
        token = _token(text, place)
        found.append(token)
        place = token.span.end
    end = Span(len(text), len(text))
    return (*found, Token(kind=TokenKind.END, text="", span=end))


def _after_space(text: str, place: int) -> int:
    space = _SPACE.match(text, place)
    return place if space is None else space.end()


def _fail(problem: str, *, hint: str, text: str, start: int, end: int) -> NoReturn:
    raise InvalidExpression.at(start, end, problem, hint=hint, text=text)


def _token(text: str, place: int) -> Token:
    sign = text[place]
    if sign in "\"'`":
        return _quoted(text, place)
    if matched := _NUMBER.match(text, place):
        return _number(text, matched)
    if matched := _NAME.match(text, place):
        word = matched.group()
        kind = TokenKind.KEYWORD if word in KEYWORDS else TokenKind.NAME
        return Token(kind=kind, text=word, span=Span(place, matched.end()))
    wrong = _WORD_SIGN.match(text, place)
    matched = _SIGNS.match(text, place)
    if matched is not None and (wrong is None or len(wrong.group()) <= len(matched.group())):
        return Token(kind=TokenKind.SIGN, text=matched.group(), span=Span(*matched.span()))
    if wrong is not None:
        _fail(
            f"{wrong.group()!r} is not known",
            hint=_INSTEAD[wrong.group()],
            text=text,
            start=place,
            end=wrong.end(),
        )
    hint = "Names with other signs than letters, digits and _ stand in backticks: `my column`."
    if sign == "." and place and (text[place - 1].isalnum() or text[place - 1] == "_"):
        hint = "Names with a point stand in backticks: `petal.length`."
    if sign in _TYPOGRAPHIC:
        hint = f"Put text in straight quotes: {_TYPOGRAPHIC[sign]}."
    _fail(f"{_shown(sign)} is not known", hint=hint, text=text, start=place, end=place + 1)


def _shown(sign: str) -> str:
    return repr(sign) if sign.isprintable() else f"the character U+{ord(sign):04X}"


def _number(text: str, matched: re.Match[str]) -> Token:
    start, end = matched.span()
    digits = matched.group()
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        rest = re.compile(r"\w+").match(text, end)
        last = end + 1 if rest is None else rest.end()
        _fail(
            f"{text[start:last][:40]!r} is no number",
            hint="Write numbers like 1000, 0.5 or 1e-3, and names that start with a digit in "
            "backticks.",
            text=text,
            start=start,
            end=last,
        )
    value: int | float = float(digits)
    if math.isfinite(value) and digits.isdigit():
        value = int(digits.lstrip("0") or "0")  # Python refuses to read thousands of digits
    if not math.isfinite(value):
        _fail(
            "this number is too large",
            hint="The largest is about 1.7e308.",
            text=text,
            start=start,
            end=end,
        )
    return Token(kind=TokenKind.NUMBER, text=digits, span=Span(start, end), number=value)


def _quoted(text: str, start: int) -> Token:
    """Read what stands in quotes.

    In strings, a backslash makes the quote or another backslash part of the text; before
    anything else it is a backslash, so that patterns can be written as they are. In names, two
    backticks are one.
    """
    quote = text[start]
    found: list[str] = []
    place = start + 1
    while place < len(text):
        sign = text[place]
        after = text[place + 1 : place + 2]
        if (quote == "`" and sign == after == "`") or (
            quote != "`" and sign == "\\" and after and after in ("\\", quote)
        ):
            found.append(after)
            place += 2
        elif sign == quote:
            return _closed(text, "".join(found), Span(start, place + 1))
        else:
            found.append(sign)
            place += 1
    _fail(
        f"this {quote} is never closed",
        hint=f"Add another {quote} where the {'name' if quote == '`' else 'text'} ends.",
        text=text,
        start=start,
        end=start + 1,
    )


def _closed(text: str, said: str, span: Span) -> Token:
    name = text[span.start] == "`"
    problem = ""
    if name and not said:
        problem = "a name cannot be empty"
    if said.encode(errors="replace").decode() != said:
        problem = "there is half a surrogate pair in it"
    if problem:
        _fail(
            problem, hint="Write the name or text anew.", text=text, start=span.start, end=span.end
        )
    return Token(kind=TokenKind.QUOTED if name else TokenKind.TEXT, text=said, span=span)


def source_offset(text: str, span: Span, place: int) -> int:
    r"""Return where in the text the character at a place of a string's value stands.

    >>> source_offset(r'"a\\"b"', Span(0, 6), 2)
    4
    """
    quote, at = text[span.start], span.start + 1
    for _ in range(place):
        if text[at] == "\\" and text[at + 1] in ("\\", quote):
            at += 1
        at += 1
    return min(at, span.end - 1)
