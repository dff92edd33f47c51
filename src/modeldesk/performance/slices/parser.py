"""Reading a condition: from text to a tree, with a message that helps where it cannot be read.

The grammar, loosest first::

    condition   = and {"or" and}
    and         = not {"and" not}
    not         = "not" not | comparison
    comparison  = sum [{relation sum} | ["not"] "in" list | "is" ["not"] "null"]
    sum         = product {("+" | "-") product}
    product     = signed {("*" | "/" | "%") signed}
    signed      = "-" signed | value
    value       = NUMBER | TEXT | "true" | "false" | NAME | `NAME` | NAME "(" arguments ")"
                | "[" numbers "]" | "(" condition ")"
    list        = ("(" | "[") literal {"," literal} [","] (")" | "]")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices.calls import call_of
from modeldesk.performance.slices.limits import DEEPEST, LONGEST_LIST, MOST_PARTS
from modeldesk.performance.slices.nodes import (
    And,
    Arithmetic,
    Boolean,
    Column,
    Comparison,
    Computation,
    Literal,
    Membership,
    Missing,
    Moment,
    Negative,
    Node,
    Not,
    Number,
    Numbers,
    Or,
    Relation,
    Span,
    Special,
    SpecialName,
    Text,
    depth_of,
    walk,
)
from modeldesk.performance.slices.tokens import Token, TokenKind, tokens_of

_RELATIONS = tuple(relation.value for relation in Relation)
_SUMS = (Arithmetic.ADD.value, Arithmetic.SUBTRACT.value)
_PRODUCTS = (Arithmetic.MULTIPLY.value, Arithmetic.DIVIDE.value, Arithmetic.REMAINDER.value)
_CLOSING = {"(": ")", "[": "]"}
LONGEST_NAME = 40
"""Characters of a name that messages repeat."""
_SPECIALS = {name.value for name in SpecialName}
_HABITS = {
    "like": 'Write contains(text, "pattern") to search in text.',
    "ilike": 'Write contains(text, "pattern") to search in text.',
    "between": "Write low <= x <= high.",
    "isnull": "Write is null.",
    "notnull": "Write is not null.",
    "isin": "Write x in (1, 2).",
    "contains": 'Write contains(text, "pattern").',
    "startswith": 'Write startswith(text, "start").',
    "where": "Write the condition alone.",
}


def parse(text: str) -> Node:
    r"""Read a condition.

    Only what the text alone tells is checked: whether columns exist and values can be compared
    is checked by `check`.

    Parameters
    ----------
    text
        Such as ``Age > 60 and Sex == "F"``.

    Raises
    ------
    InvalidExpression
        With the place, what is wrong there, and what to write instead.

    Examples
    --------
    >>> parse("18 <= age < 65").relations
    (<Relation.AT_MOST: '<='>, <Relation.LESS: '<'>)
    >>> try:
    ...     parse("Age = 60")
    ... except InvalidExpression as error:
    ...     print(error.excerpt, error.hint, sep="\n")
    Age = 60
        ^
    Write == to compare.
    """
    parser = _Parser(text, tokens_of(text))
    node = parser.condition()
    parser.end()
    _check_size(node, text)
    return node


def _check_size(node: Node, text: str) -> None:
    whole = f"At most {MOST_PARTS} parts, {DEEPEST} within one another, are allowed: shorten it."
    deep = depth_of(node)
    if deep > DEEPEST or sum(1 for _ in walk(node)) > MOST_PARTS:
        problem = "it is too deeply nested" if deep > DEEPEST else "it has too many parts"
        raise InvalidExpression.at(0, len(text), problem, hint=whole, text=text)


class _Parser:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._place = 0
        self._within = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        if token.kind is not TokenKind.END:
            self._place += 1
        return token

    def _fail(self, problem: str, hint: str, span: Span) -> NoReturn:
        raise InvalidExpression.at(span.start, span.end, problem, hint=hint, text=self._text)

    def end(self) -> None:
        """Check that nothing is left."""
        token = self._next
        if token.kind is TokenKind.END:
            return
        if token.says(")", "]"):
            hint = "Remove it, or add the opening one."
            self._fail(f"{token.text!r} closes nothing", hint, token.span)
        self._fail(f"{_named(token)} cannot stand here", self._advice(token), token.span)

    def _advice(self, token: Token) -> str:  # noqa: PLR0911 - one line for each habit
        """Say what somebody who wrote this here may have meant."""
        low = token.text.lower()
        if token.kind is TokenKind.NAME and low != token.text and low in {"and", "or", "not"}:
            return f"Write {low}, in small letters."
        if token.kind is TokenKind.NAME and low in {"in", "is"}:
            return f"Write {low}, in small letters."
        if token.kind is TokenKind.NAME and low in _HABITS:
            return _HABITS[low]
        if token.kind is TokenKind.NUMBER and token.text.startswith("."):
            return "Names with a point stand in backticks: `column.1`."
        if token.says("in", "is") or token.says(*_RELATIONS):
            return "Put what comes before in parentheses, or join two conditions with and."
        previous = self._tokens[self._place - 1] if self._place else token
        if token.kind is TokenKind.NAME and previous.kind is TokenKind.NAME:
            both = self._text[previous.span.start : token.span.end]
            return f"Put a name with spaces in backticks: `{both[:40]}`; or write and or or."
        return "Join conditions with and or or."

    def condition(self) -> Node:
        """Read a whole condition, or one in parentheses."""
        self._within += 1
        if self._within > DEEPEST:
            hint = f"At most {DEEPEST} levels are allowed: shorten it."
            self._fail("it is too deeply nested", hint, self._next.span)
        operands = [self._conjunction()]
        while self._next.says("or"):
            self._take()
            operands.append(self._conjunction())
        self._within -= 1
        if len(operands) == 1:
            return operands[0]
        return Or(operands=tuple(operands), span=_over(operands[0], operands[-1]))

    def _conjunction(self) -> Node:
        operands = [self._negation()]
        while self._next.says("and"):
            self._take()
            operands.append(self._negation())
        if len(operands) == 1:
            return operands[0]
        return And(operands=tuple(operands), span=_over(operands[0], operands[-1]))

    def _negation(self) -> Node:
        starts: list[int] = []
        while self._next.says("not"):
            starts.append(self._take().span.start)
        node = self._comparison()
        for start in reversed(starts):
            node = Not(operand=node, span=Span(start, node.span.end))
        return node

    def _comparison(self) -> Node:
        first = self._sum()
        token = self._next
        if token.says(*_RELATIONS):
            return self._chain(first)
        if token.says("in", "not"):
            return self._membership(first)
        if token.says("is"):
            return self._missing(first)
        return first

    def _chain(self, first: Node) -> Node:
        operands, relations = [first], []
        while self._next.says(*_RELATIONS):
            relations.append(Relation(self._take().text))
            if self._next.says("null"):
                wrong = relations[-1] is Relation.UNEQUAL
                self._fail(
                    "nothing can be compared with null",
                    f"Write is {'not ' if wrong else ''}null.",
                    self._next.span,
                )
            operands.append(self._sum())
        return Comparison(
            operands=tuple(operands), relations=tuple(relations), span=_over(first, operands[-1])
        )

    def _membership(self, operand: Node) -> Node:
        negated = self._take().text == "not"
        if negated:
            if not self._next.says("in"):
                hint = "After a value only not in can follow; or join conditions with and."
                self._fail("in is missing after not", hint, self._next.span)
            self._take()
        opening = self._take()
        if not opening.says("(", "["):
            hint = 'Write a list: x in ("a", "b").'
            self._fail("a list is missing after in", hint, opening.span)
        values = self._literals(opening)
        end = self._tokens[self._place - 1].span.end
        return Membership(
            operand=operand, values=values, negated=negated, span=Span(operand.span.start, end)
        )

    def _literals(self, opening: Token) -> tuple[Literal, ...]:
        found: list[Literal] = []
        while not self._next.says(_CLOSING[opening.text]):
            token = self._next
            if token.says("null"):
                self._fail("null cannot be in a list", "Write x is null or x in (...).", token.span)
            hint = "Lists hold numbers, texts in quotes, true, false and dates."
            if token.says("(", "["):  # not read, for lists in lists would never end
                self._fail("this is no plain value", hint, token.span)
            node = self._signed()
            if not isinstance(node, Number | Text | Boolean | Moment):
                self._fail("this is no plain value", hint, node.span)
            found.append(node)
            if len(found) > LONGEST_LIST:
                hint = f"Lists have at most {LONGEST_LIST:,} values."
                self._fail("the list is too long", hint, node.span)
            if self._next.says(","):
                self._take()
            elif not self._next.says(_CLOSING[opening.text]):
                self._unclosed(opening)
        self._take()
        if not found:
            self._fail("the list is empty", "Write at least one value.", opening.span)
        return tuple(found)

    def _missing(self, operand: Node) -> Node:
        self._take()
        negated = self._next.says("not")
        if negated:
            self._take()
        token = self._take()
        if not token.says("null"):
            hint = "After is comes null or not null; compare with ==."
            self._fail("null is missing after is", hint, token.span)
        span = Span(operand.span.start, token.span.end)
        return Missing(operand=operand, negated=negated, span=span)

    def _sum(self) -> Node:
        left = self._product()
        while self._next.says(*_SUMS):
            operator = Arithmetic(self._take().text)
            right = self._product()
            left = Computation(operator=operator, left=left, right=right, span=_over(left, right))
        return left

    def _product(self) -> Node:
        left = self._signed()
        while self._next.says(*_PRODUCTS):
            operator = Arithmetic(self._take().text)
            right = self._signed()
            left = Computation(operator=operator, left=left, right=right, span=_over(left, right))
        return left

    def _signed(self) -> Node:
        signs: list[int] = []
        while self._next.says("-", "+"):
            sign = self._take()
            if sign.text == "-":
                signs.append(sign.span.start)
        if signs and self._next.kind is TokenKind.NUMBER:
            token = self._take()
            start = signs.pop()
            node: Node = Number(value=-token.number, span=Span(start, token.span.end))
        else:
            node = self._value()
        for start in reversed(signs):
            node = Negative(operand=node, span=Span(start, node.span.end))
        return node

    def _value(self) -> Node:  # noqa: PLR0911 - one line for each sort of value
        token = self._take()
        if token.kind is TokenKind.NUMBER:
            return Number(value=token.number, span=token.span)
        if token.kind is TokenKind.TEXT:
            return Text(value=token.text, span=token.span)
        if token.kind is TokenKind.QUOTED:
            return Column(name=token.text, span=token.span)
        if token.kind is TokenKind.NAME:
            return self._named(token)
        if token.says("true", "false"):
            return Boolean(value=token.text == "true", span=token.span)
        if token.says("("):
            node = self.condition()
            if not self._next.says(")"):
                self._unclosed(token)
            self._take()
            return node
        if token.says("["):
            return self._numbers(token)
        return self._no_value(token)

    def _no_value(self, token: Token) -> NoReturn:
        if token.says("null"):
            hint = "Ask whether a value is missing: x is null, x is not null."
            self._fail("null is no value", hint, token.span)
        if token.says("not"):
            hint = "Put it in parentheses: (not ...)."
            self._fail("not cannot stand here", hint, token.span)
        if token.kind is TokenKind.END:
            hint = "Write a condition like age > 60."
            if len(self._tokens) == 1:
                self._fail("it is empty", hint, token.span)
            self._fail("it ends too early", "A value is missing at the end.", token.span)
        hint = "Write a column's name, a number, or text in quotes."
        if token.says("in", "is"):
            hint = f"A column called {token.text} stands in backticks: `{token.text}`."
        self._fail(f"a value is missing before {_named(token)}", hint, token.span)

    def _unclosed(self, opening: Token) -> NoReturn:
        token = self._next
        closing = _CLOSING[opening.text]
        if token.kind is TokenKind.END:
            hint = f"Add {closing} where it ends."
            self._fail(f"this {opening.text} is never closed", hint, opening.span)
        hint = f"Write {closing} or , here." if opening.text == "[" else self._advice(token)
        self._fail(f"{_named(token)} cannot stand here", hint, token.span)

    def _numbers(self, opening: Token) -> Node:
        values = self._literals(opening)
        span = Span(opening.span.start, self._tokens[self._place - 1].span.end)
        numbers = tuple(float(each.value) for each in values if isinstance(each, Number))
        if len(numbers) < len(values):
            hint = 'A list of texts can only follow in: x in ("a", "b").'
            self._fail("only numbers make a vector", hint, span)
        return Numbers(values=numbers, span=span)

    def _named(self, token: Token) -> Node:
        if self._next.says("("):
            opening = self._take()
            arguments = self._arguments(opening)
            span = Span(token.span.start, self._tokens[self._place - 1].span.end)
            return call_of(token, arguments, span, self._text)
        if token.text in _SPECIALS:
            return Special(name=SpecialName(token.text), span=token.span)
        return Column(name=token.text, span=token.span)

    def _arguments(self, opening: Token) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._next.says(")"):
            found.append(self.condition())
            if self._next.says(","):
                self._take()
            elif not self._next.says(")"):
                self._unclosed(opening)
        self._take()
        return tuple(found)


def _over(first: Node, last: Node) -> Span:
    return Span(first.span.start, last.span.end)


def _named(token: Token) -> str:
    """Return how messages call a token."""
    if token.kind is TokenKind.END:
        return "the end"
    if token.kind is TokenKind.TEXT:
        return "text"
    return repr(token.text if len(token.text) <= LONGEST_NAME else token.text[:LONGEST_NAME])
