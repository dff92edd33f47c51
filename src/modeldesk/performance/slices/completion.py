"""What may come next where somebody is writing a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices.canonical import column_text, text_literal
from modeldesk.performance.slices.fields import Field, SliceSchema
from modeldesk.performance.slices.functions import FORMS, FUNCTIONS, Form, Function, ValueType
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.performance.slices.nodes import Relation, SpecialName
from modeldesk.performance.slices.tokens import Token, TokenKind, tokens_of

MOST_COMPLETIONS = 100
"""So many are offered at most; with another letter they are fewer."""
_MOST_ERRORS = 100
"""With more errors before the cursor nothing is known of the place."""
_RELATIONS = tuple(relation.value for relation in Relation)
_FORM_TYPES = {
    "missing": ValueType.BOOLEAN,
    "score": ValueType.NUMBER,
    "date": ValueType.TIME,
    "datetime": ValueType.TIME,
}
_CONNECTORS = (("and", "Both must be true."), ("or", "One must be true."))
_OPERATORS: dict[ValueType, tuple[str, ...]] = {
    ValueType.BOOLEAN: ("==", "!=", "is null", "is not null"),
    ValueType.NUMBER: (*_RELATIONS, "in", "not in", "is null", "is not null", *"+-*/%"),
    ValueType.TEXT: ("==", "!=", "in", "not in", "is null", "is not null"),
    ValueType.TIME: ("<", "<=", ">", ">=", "is null", "is not null", "-"),
    ValueType.VECTOR: ("is null", "is not null"),
}


class CompletionKind(StrEnum):
    """What sort of thing is offered."""

    COLUMN = "column"
    SPECIAL = "special"
    FUNCTION = "function"
    VALUE = "value"
    """A known category, a class, true or false."""
    OPERATOR = "operator"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One thing that may come next."""

    text: str
    """What to write in place of the characters from ``start`` to ``end`` of `Completions`."""
    kind: CompletionKind
    detail: str = ""
    """What it is: a type, a signature, a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    """What may come at the cursor."""

    items: tuple[Completion, ...]
    start: int
    """Where what is replaced begins, in characters from 0."""
    end: int
    """Where it ends: the cursor."""
    signature: str = ""
    """The function whose arguments are being written: ``contains(text, "pattern")``."""
    argument: int | None = None
    """Which of its arguments, from 0."""


def completions(text: str, cursor: int, schema: SliceSchema) -> Completions:
    """Tell what may come at the cursor of an unfinished condition.

    Parameters
    ----------
    text
        The condition so far; it need not be right anywhere.
    cursor
        How many characters stand before the cursor; what comes after is not looked at.
    schema
        What the condition may speak of.

    Returns
    -------
    Completions
        Columns, functions, operators and known values that start with what stands there,
        capitals aside, the likeliest first.

    Examples
    --------
    >>> import polars as pl
    >>> schema = SliceSchema.of_frame(pl.DataFrame({"Age": [31, 47], "Sex": ["F", "M"]}))
    >>> [item.text for item in completions("Age > 60 and S", 14, schema).items][:2]
    ['Sex', 'startswith(']
    >>> [item.text for item in completions("Sex == ", 7, schema).items]
    ['"F"', '"M"']
    """
    before = text[: max(0, min(cursor, len(text), LONGEST_EXPRESSION))]
    place = _Place.of(before)
    signature, argument = place.call()
    offered = _Offers(schema, place).all()
    low = place.partial.lower()
    fits = [item for item in offered if item.text.strip("\"`'").lower().startswith(low)]
    return Completions(
        items=tuple(dict.fromkeys(fits))[:MOST_COMPLETIONS],
        start=place.start,
        end=len(before),
        signature=signature,
        argument=argument,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the cursor is: the finished tokens before it, and the unfinished one."""

    tokens: tuple[Token, ...]
    partial: str
    """What stands of the unfinished word, string or quoted name, without its quote."""
    quote: str
    """The quote that is open, if one is."""
    start: int
    """Where the unfinished one starts, with its quote."""

    @staticmethod
    def of(before: str) -> _Place:
        tokens, opened = _tokens(before)
        if opened is not None:
            return _Place(
                tokens=tokens,
                partial=before[opened + 1 :],
                quote=before[opened],
                start=opened,
            )
        last = tokens[-1] if tokens else None
        word = {TokenKind.NAME, TokenKind.KEYWORD}
        if last is not None and last.span.end == len(before) and last.kind in word:
            return _Place(
                tokens=tokens[:-1], partial=last.text, quote="", start=len(before) - len(last.text)
            )
        return _Place(tokens=tokens, partial="", quote="", start=len(before))

    def call(self) -> tuple[str, int | None]:
        """Return the function whose arguments are being written, and which of them."""
        argument, depth = 0, 0
        for place in range(len(self.tokens) - 1, 0, -1):
            token = self.tokens[place]
            if token.says(")", "]"):
                depth += 1
            elif token.says("(", "[") and depth:
                depth -= 1
            elif token.says(",") and not depth:
                argument += 1
            elif token.says("("):
                name = self.tokens[place - 1]
                known = FUNCTIONS.get(name.text) or FORMS.get(name.text)
                if name.kind is TokenKind.NAME and known is not None:
                    return known.signature, argument
                argument = 0
        return "", None


def _tokens(before: str) -> tuple[tuple[Token, ...], int | None]:
    """Cut a text that may be wrong anywhere; say where a quote is open at its end."""
    offset = 0
    for _ in range(_MOST_ERRORS):
        try:
            found = tokens_of(" " * offset + before[offset:])[:-1]
        except InvalidExpression as error:
            if "never closed" in error.problem:
                return _tokens(before[: error.start])[0], error.start
            offset = max(error.end, error.start + 1)
            continue
        return found, None
    return (), None


class _Offers:
    """What may be offered at one place."""

    def __init__(self, schema: SliceSchema, place: _Place) -> None:
        self._schema = schema
        self._tokens = place.tokens
        self._quote = place.quote
        signature, argument = place.call()
        function = FUNCTIONS.get(signature.partition("(")[0])
        self._wanted: ValueType | None = None
        self._literal = False
        if function is not None and argument is not None and argument < len(function.takes):
            self._wanted = function.takes[argument]
            self._literal = argument in function.literals

    def all(self) -> list[Completion]:  # noqa: PLR0911 - one for each place
        """Return what may come, the likeliest first."""
        if self._quote == "`":
            return list(self._columns(always_quoted=True))
        if self._quote:
            return list(self._values())
        if self._ends_a_value():
            return list(self._operators())
        values = list(self._values())
        if self._in_list() or (values and self._last().says("==", "!=")):
            return values
        last = self._last()
        if last.says("in"):
            return [Completion(text="(", kind=CompletionKind.OPERATOR, detail="A list follows.")]
        if last.says("is"):
            return [_keyword("null"), _keyword("not null")]
        if last.says("not") and self._before_not():
            return [_keyword("in")]
        starts = not last.says(*_RELATIONS, *"+-*/%") and self._fits(ValueType.BOOLEAN)
        return [*values, *self._names(), *([_keyword("not")] if starts else [])]

    def _last(self) -> Token:
        return self._tokens[-1] if self._tokens else tokens_of("")[0]

    def _before_not(self) -> bool:
        return len(self._tokens) > 1 and _is_value(self._tokens[-2])

    def _ends_a_value(self) -> bool:
        return _is_value(self._last())

    def _in_list(self) -> bool:
        """Whether the cursor is in the list after ``in``."""
        for place in range(len(self._tokens) - 1, 0, -1):
            token = self._tokens[place]
            if token.says("(", "["):
                return self._tokens[place - 1].says("in")
            literal = token.kind in {TokenKind.NUMBER, TokenKind.TEXT}
            if not (literal or token.says(",", "-", "true", "false")):
                return False
        return False

    def _fits(self, found: ValueType | None) -> bool:
        """Whether a value of that type can stand as the argument that is being written."""
        return self._wanted in {None, found}

    def _names(self) -> Iterator[Completion]:
        if self._literal:
            return
        yield from self._columns()
        for name in SpecialName:
            found = self._schema.type_of(name)
            if found is not None and self._fits(found):
                yield Completion(text=name.value, kind=CompletionKind.SPECIAL, detail=found.value)
        known: list[Function | Form] = [*FUNCTIONS.values(), *FORMS.values()]
        for function in known:
            gives = function.gives if isinstance(function, Function) else _FORM_TYPES[function.name]
            if self._fits(gives) and (function.name != "score" or self._schema.scores):
                detail = f"{function.signature}: {function.summary}"
                yield Completion(
                    text=f"{function.name}(", kind=CompletionKind.FUNCTION, detail=detail
                )

    def _columns(self, *, always_quoted: bool = False) -> Iterator[Completion]:
        held = {field.name: field.column for field in self._schema.specials}
        for field in self._schema.columns:
            if not self._fits(field.type) or held.get(field.name) == field.column:
                continue
            text = column_text(field.name)
            if always_quoted and not text.startswith("`"):
                text = f"`{text}`"
            yield Completion(text=text, kind=CompletionKind.COLUMN, detail=field.type.value)

    def _values(self) -> Iterable[Completion]:
        """Return the known values of what is compared here, or the classes that have scores."""
        last = self._last()
        if last.says("(") and len(self._tokens) > 1 and self._tokens[-2].text == "score":
            return _quoted(field.name for field in self._schema.scores)
        field = self._compared()
        if field is None:
            return []
        if field.type is ValueType.BOOLEAN:
            return [Completion(text=text, kind=CompletionKind.VALUE) for text in ("true", "false")]
        return _quoted(field.categories)

    def _compared(self) -> Field | None:
        """Return the column that the value at the cursor is compared with."""
        tokens: Sequence[Token] = self._tokens
        if self._in_list():
            opening = max(n for n, token in enumerate(tokens) if token.says("(", "["))
            tokens = tokens[:opening]
        if not tokens or not tokens[-1].says("==", "!=", "in"):
            return None
        tokens = tokens[:-1]
        if tokens and tokens[-1].says("not"):
            tokens = tokens[:-1]
        return self._field(tokens[-1]) if tokens else None

    def _field(self, token: Token) -> Field | None:
        if token.kind is TokenKind.NAME and token.text in set(SpecialName):
            return self._schema.special(SpecialName(token.text))
        if token.kind in {TokenKind.NAME, TokenKind.QUOTED}:
            return self._schema.column(token.text)
        return None

    def _operators(self) -> Iterator[Completion]:
        last = self._last()
        field = self._field(last)
        found = None if field is None else field.type
        if last.kind is TokenKind.NAME and last.text in set(SpecialName):
            found = self._schema.type_of(SpecialName(last.text))
        if found is ValueType.BOOLEAN:
            yield from _connectors()
        signs = _OPERATORS[ValueType.NUMBER if found is None else found]
        for sign in signs:
            yield Completion(text=sign, kind=CompletionKind.OPERATOR)
        if found is not ValueType.BOOLEAN:
            yield from _connectors()


def _is_value(token: Token) -> bool:
    """Whether a value ends with this token, so that an operator may follow."""
    kinds = {TokenKind.NUMBER, TokenKind.TEXT, TokenKind.NAME, TokenKind.QUOTED}
    return token.kind in kinds or token.says(")", "]", "null", "true", "false")


def _connectors() -> Iterator[Completion]:
    for text, detail in _CONNECTORS:
        yield Completion(text=text, kind=CompletionKind.KEYWORD, detail=detail)


def _keyword(text: str) -> Completion:
    return Completion(text=text, kind=CompletionKind.KEYWORD)


def _quoted(values: Iterable[str]) -> list[Completion]:
    return [Completion(text=text_literal(value), kind=CompletionKind.VALUE) for value in values]
