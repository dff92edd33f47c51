"""The typed schema of a model's inputs and outputs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import msgspec

from modeldesk.errors import Corrupt, InvalidArgument, NotFound
from modeldesk.schema.names import repeated

_IN_WORDS = {
    "boolean": "true or false",
    "integer": "a whole number",
    "float": "a number",
    "categorical": "a string",
    "text": "a string",
    "datetime": "a date and time in ISO 8601",
    "date": "a date in ISO 8601",
    "duration": "a number of seconds, or a duration in ISO 8601",
    "vector": "a list of numbers",
    "identifier": "a string or a whole number",
}

_MOST_TOLD = 50
"""Names of columns that an error lists."""


Example: TypeAlias = bool | int | float | str | tuple[float, ...]
"""A value as a row in JSON would give it: times in ISO 8601, durations in seconds."""


class Kind(StrEnum):
    """What sort of values a column holds."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    CATEGORICAL = "categorical"
    TEXT = "text"
    DATETIME = "datetime"
    DATE = "date"
    DURATION = "duration"
    VECTOR = "vector"
    """Lists of numbers, all equally long, such as embeddings."""
    IDENTIFIER = "identifier"
    """Names of single things, next to all of them different; they say nothing about drift."""

    @property
    def numeric(self) -> bool:
        """Whether values are numbers with an order and a distance."""
        return self in {Kind.INTEGER, Kind.FLOAT}

    @property
    def temporal(self) -> bool:
        """Whether values are points in time, measured in seconds since 1970."""
        return self in {Kind.DATETIME, Kind.DATE}


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    PREDICTION = "prediction"
    SCORE = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One input or output of a model."""

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    optional: bool = False
    """Whether a row may leave the value out (or give ``null`` or NaN)."""
    low: float | None = None
    """Smallest finite value seen in the reference; numeric columns only."""
    high: float | None = None
    """Largest finite value seen in the reference; numeric columns only."""
    categories: tuple[str, ...] = ()
    """Values seen in the reference; categorical columns only."""
    example: Example | None = None
    """A typical value: the median, or the most frequent one; one of the vectors."""
    label: str | None = None
    """Score columns: the class that the score is about."""
    dimension: int | None = None
    """Vector columns: how many numbers each has."""
    whole: bool = False
    """Identifier columns: whether they are whole numbers, and not strings."""

    def expected(self) -> str:
        """Say in words what the column accepts.

        >>> Column(name="age", kind=Kind.FLOAT, low=0.0, high=9.5).expected()
        'a number, such as 0 to 9.5'
        """
        text = _IN_WORDS[self.kind]
        if self.kind is Kind.VECTOR and self.dimension is not None:
            text = f"a list of {self.dimension} numbers"
        if self.kind is Kind.IDENTIFIER:
            text = f"{_IN_WORDS['integer' if self.whole else 'text']} that identifies the row"
        if self.low is not None and self.high is not None:
            text += f", such as {self.low:g} to {self.high:g}"
        elif self.categories:
            text += ", such as " + ", ".join(repr(value) for value in self.categories[:3])
        return f"{text}, or null" if self.optional else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Inputs and outputs of one model version, in the order the model wants them.

    Raises
    ------
    InvalidArgument
        When two columns have the same name or there is no input.
    """

    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        twice = repeated(column.name for column in self.columns)
        if twice:
            message = f"The signature names {', '.join(map(repr, twice))} more than once."
            raise InvalidArgument(message, hint="Rename the column or the target.")
        if not self.inputs:
            message = "A signature needs at least one input column."
            raise InvalidArgument(message, hint="Pass a reference with the model's features.")

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, inputs first."""
        return self.inputs + self.outputs

    @property
    def prediction(self) -> Column:
        """The output column with the predicted value."""
        for column in self.outputs:
            if column.role is Role.PREDICTION:
                return column
        message = "The signature has no prediction column."
        raise NotFound(message)

    @property
    def scores(self) -> tuple[Column, ...]:
        """The output columns with one score per class; empty where there are none."""
        return tuple(column for column in self.outputs if column.role is Role.SCORE)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Kind under which each column is profiled; class labels are always categories."""
        return {
            column.name: Kind.CATEGORICAL
            if column.role is Role.PREDICTION and column.categories
            else column.kind
            for column in self.columns
        }

    def column(self, name: str) -> Column:
        """Return the column of that name, or raise `NotFound` with the known names."""
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns[:_MOST_TOLD])
        more = len(self.columns) - _MOST_TOLD
        others = f" and {more} more" if more > 0 else ""
        message = f"There is no column {name!r}."
        raise NotFound(message, hint=f"Known columns: {known}{others}.")

    def example(self) -> dict[str, Example | None]:
        """Return one row made of each input's typical value."""
        return {column.name: column.example for column in self.inputs}

    def encode(self) -> bytes:
        """Return the signature as JSON."""
        return msgspec.json.encode(self)

    @staticmethod
    def decode(data: bytes) -> Signature:
        """Read a signature from its JSON; `Corrupt` when the bytes are something else."""
        try:
            return msgspec.json.decode(data, type=Signature)
        except msgspec.MsgspecError as error:
            message = f"The stored signature cannot be read: {error}."
            raise Corrupt(message) from error
