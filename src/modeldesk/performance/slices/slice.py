"""A slice: a name and the condition that says which rows belong to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices.canonical import identity_of, unparse
from modeldesk.performance.slices.checking import Warned, check
from modeldesk.performance.slices.evaluation import answers
from modeldesk.performance.slices.fields import SliceSchema
from modeldesk.performance.slices.nodes import Node
from modeldesk.performance.slices.parser import parse
from modeldesk.performance.slices.row_tests import RowTest, ask

LONGEST_NAME = 100
"""Characters of a slice's name."""


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
    >>> short = Slice.of("short", "words(text)<8")
    >>> short.expression
    'words(text) < 8'
    >>> short.mask(pl.DataFrame({"text": ["three words only", None]})).to_list()
    [True, False]
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

    def check(self, schema: SliceSchema) -> tuple[Warned, ...]:
        """Check the condition against the columns that there are; of functions nothing is known.

        Returns
        -------
        tuple of Warned
            What may be a mistake, in places of the canonical text.

        Raises
        ------
        InvalidExpression
            When the condition does not fit the schema, with the place in the canonical text.
        """
        return () if callable(self.condition) else check(self.condition, schema)

    def mask(self, frame: pl.DataFrame, schema: SliceSchema | None = None) -> pl.Series:
        """Tell of every row whether it belongs; a condition that is null does not hold.

        For several slices of one table, `evaluate` reads it only once.

        Parameters
        ----------
        frame
            The rows.
        schema
            What the condition may speak of; without it, `SliceSchema.of_types` says.

        Returns
        -------
        polars.Series
            Boolean, without nulls, shape ``(rows,)``.

        Raises
        ------
        InvalidExpression
            When the condition does not fit the schema.
        InvalidData
            When a column is missing or of another type than the schema says.
        InvalidArgument
            When a Python function fails or returns anything but a boolean for each row.
        """
        if callable(self.condition):
            found = ask(self.condition, frame, name=self.name)
        else:
            known = SliceSchema.of_types(frame.schema) if schema is None else schema
            check(self.condition, known)
            (found,) = answers([self.condition], known, frame)
        return found.fill_null(value=False).rename("")
