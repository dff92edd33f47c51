"""A slice: a name and the condition that says which rows belong to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices.canonical import identity_of, unparse
from modeldesk.performance.slices.nodes import Node
from modeldesk.performance.slices.parser import parse

LONGEST_NAME = 100
"""Characters of a slice's name."""

RowTest: TypeAlias = Callable[[pl.DataFrame], pl.Series]
"""A Python function that says of every row of a table whether it belongs; null counts as no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A named condition on rows, in the language of slices or as a Python function.

    Two slices are equal when their names and identities are.

    Raises
    ------
    InvalidArgument
        When the name is empty, too long, or has control characters or space at its ends; or
        the identity is empty.

    Examples
    --------
    >>> Slice.of("short", "words(text)<8").expression
    'words(text) < 8'
    """

    name: str
    condition: Node | RowTest = field(compare=False)
    identity: str
    """Equal for slices that mean the same; of functions what their author says."""

    def __post_init__(self) -> None:
        problem = ""
        if not self.name or self.name.strip() != self.name or not self.name.isprintable():
            problem = "must be printable text without white space at its ends"
        elif len(self.name) > LONGEST_NAME:
            problem = f"has more than {LONGEST_NAME} characters"
        if problem:
            message = f"The slice name {self.name[:LONGEST_NAME]!r} {problem}."
            raise InvalidArgument(message, hint="Name it like 'short texts'.")
        if not self.identity:
            message = f"The slice {self.name!r} has no identity."
            raise InvalidArgument(message, hint="Give one, such as 'mypackage.short/1'.")

    @staticmethod
    def of(name: str, condition: str | Node) -> Slice:
        """Return a slice of a condition in the language of slices.

        Raises
        ------
        InvalidExpression
            When the condition cannot be read.
        """
        node = parse(condition) if isinstance(condition, str) else condition
        return Slice(name=name, condition=node, identity=identity_of(node))

    @staticmethod
    def by(name: str, function: RowTest, *, identity: str) -> Slice:
        """Return a slice of the rows for which a Python function says true.

        Parameters
        ----------
        name
            What people call it.
        function
            Takes a table, returns a boolean Series as long.
        identity
            What changes when the function comes to mean something else, such as its import
            path with a version: what is stored about a slice belongs to its identity.
        """
        return Slice(name=name, condition=function, identity=f"python:{identity}" * bool(identity))

    @property
    def expression(self) -> str | None:
        """The canonical text of the condition; ``None`` of Python functions."""
        return None if callable(self.condition) else unparse(self.condition)
