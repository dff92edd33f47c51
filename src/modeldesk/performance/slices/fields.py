"""What a condition may speak of: the columns and what sort of values they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices.functions import ValueType
from modeldesk.performance.slices.nodes import SpecialName
from modeldesk.schema import Column, Kind, Role, Signature, infer_columns, repeated

_TYPES: Mapping[Kind, ValueType] = {
    Kind.BOOLEAN: ValueType.BOOLEAN,
    Kind.INTEGER: ValueType.NUMBER,
    Kind.FLOAT: ValueType.NUMBER,
    Kind.CATEGORICAL: ValueType.TEXT,
    Kind.TEXT: ValueType.TEXT,
    Kind.DATETIME: ValueType.TIME,
    Kind.DATE: ValueType.TIME,
    Kind.DURATION: ValueType.NUMBER,
    Kind.VECTOR: ValueType.VECTOR,
}
_SPECIAL_TYPES: Mapping[SpecialName, ValueType | None] = {
    SpecialName.PREDICTION: None,
    SpecialName.LABEL: None,
    SpecialName.CORRECT: ValueType.BOOLEAN,
    SpecialName.ERROR: ValueType.NUMBER,
    SpecialName.CONFIDENCE: ValueType.NUMBER,
    SpecialName.TIME: ValueType.TIME,
}
"""What each special name must be; ``None`` where it may be anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a condition may name."""

    name: str
    """How a condition calls it; of a score, the class."""
    type: ValueType
    column: str
    """The column of the table that holds it."""
    categories: tuple[str, ...] = ()
    """The values that are known; text only."""
    kind: Kind | None = None
    """What sort of values the signature says."""
    dimension: int | None = None
    """Vectors: how many numbers each has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSchema:
    """The names that conditions on one kind of table may use.

    A bare ``prediction``, ``label``, ``correct``, ``error``, ``confidence`` or ``time`` always
    means what `SpecialName` says; a column of such a name is written in backticks. What the
    table does not hold itself is worked out where it can be: ``correct`` from prediction and
    label, ``error`` from both where they are numbers, ``confidence`` from the scores.

    Raises
    ------
    InvalidArgument
        When two columns, two special names or two scores have the same name, or a special name
        has values that it cannot have.
    """

    columns: tuple[Field, ...]
    specials: tuple[Field, ...] = ()
    scores: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        for fields, what in (
            (self.columns, "columns"),
            (self.specials, "special names"),
            (self.scores, "scores"),
        ):
            names = [field.name for field in fields]
            twice = repeated(names)
            if twice:
                message = f"Two {what} are named {twice[0]!r}."
                raise InvalidArgument(message, hint="Rename one of them.")
        for field in self.specials:
            wanted = _SPECIAL_TYPES[SpecialName(field.name)]
            if wanted not in (None, field.type):
                message = f"{field.name!r} must be {wanted.phrase if wanted else 'a value'}."
                hint = f"Column {field.column!r} is {field.type.phrase}: name another one."
                raise InvalidArgument(message, hint=hint)

    def column(self, name: str) -> Field | None:
        """Return the column of that name, if there is one."""
        return next((field for field in self.columns if field.name == name), None)

    def special(self, name: SpecialName) -> Field | None:
        """Return where the table holds the prediction, the label ..., if it does."""
        return next((field for field in self.specials if field.name == name.value), None)

    def score(self, label: str) -> Field | None:
        """Return the column with a class's score, if there is one."""
        return next((field for field in self.scores if field.name == label), None)

    def type_of(self, name: SpecialName) -> ValueType | None:
        """Return what a special name is here, held or worked out; ``None`` where it is not."""
        held = self.special(name)
        if held is not None:
            return held.type
        prediction, label = self.special(SpecialName.PREDICTION), self.special(SpecialName.LABEL)
        both = prediction is not None and label is not None and prediction.type is label.type
        if name is SpecialName.CORRECT and both:
            return ValueType.BOOLEAN
        numbers = both and prediction is not None and prediction.type is ValueType.NUMBER
        if name is SpecialName.ERROR and numbers:
            return ValueType.NUMBER
        if name is SpecialName.CONFIDENCE and self.scores:
            return ValueType.NUMBER
        return None

    @staticmethod
    def of_signature(
        signature: Signature,
        *,
        label: str | None = None,
        time: str | None = None,
        target: str | None = None,
    ) -> SliceSchema:
        """Return the names for the log of a model: features, outputs, labels and times.

        Parameters
        ----------
        signature
            The model's; features and outputs are called as it calls them.
        label
            The table's column with true outcomes; without it, conditions cannot ask for them.
        time
            The table's column with the times of predictions.
        target
            What people call the outcome: one more name for the label, unless a column has it.

        Examples
        --------
        >>> signature = Signature(inputs=(Column(name="age", kind=Kind.INTEGER),))
        >>> SliceSchema.of_signature(signature, time="time").type_of(SpecialName.TIME).value
        'time'
        """
        columns = [_field(column) for column in signature.columns]
        specials: list[Field] = []
        outputs = [each for each in signature.outputs if each.role is Role.PREDICTION]
        scores = [
            replace(_field(each), name=each.label)
            for each in signature.scores
            if each.label is not None
        ]
        if outputs:
            prediction = _field(outputs[0])
            specials.append(replace(prediction, name=SpecialName.PREDICTION.value))
            if label is not None:
                truth = replace(prediction, name=SpecialName.LABEL.value, column=label)
                specials.append(truth)
                if target is not None and target not in {field.name for field in columns}:
                    columns.append(replace(truth, name=target))
        if time is not None:
            specials.append(Field(name=SpecialName.TIME.value, type=ValueType.TIME, column=time))
        return SliceSchema(columns=tuple(columns), specials=tuple(specials), scores=tuple(scores))

    @staticmethod
    def of_types(types: Mapping[str, pl.DataType]) -> SliceSchema:
        """Return the names for a table by the types of its columns alone, without a look at rows.

        Like `of_frame`, without known categories. Columns of types that conditions do not know
        cannot be named.

        Examples
        --------
        >>> SliceSchema.of_types({"age": pl.Int64()}).column("age").type.value
        'number'
        """
        fields = tuple(
            Field(name=name, type=found, column=name)
            for name, dtype in types.items()
            if (found := _type_of(dtype)) is not None
        )
        return SliceSchema(columns=fields, specials=_specials(fields))

    @staticmethod
    def of_frame(
        frame: pl.DataFrame,
        *,
        scores: Mapping[str, str] | None = None,
        columns: Iterable[Column] = (),
    ) -> SliceSchema:
        """Return the names for a table of one's own.

        Columns of types that conditions do not know cannot be named. Columns called
        ``prediction``, ``label``, ``correct``, ``error``, ``confidence`` and ``time`` are taken
        for what these names mean, if their values can be that.

        Parameters
        ----------
        frame
            The table, of any column types.
        scores
            For each class, the column with its score.
        columns
            Descriptions of columns that are known already; the others are inferred.

        Raises
        ------
        InvalidArgument
            When there is no such score column.

        Examples
        --------
        >>> frame = pl.DataFrame({"age": [31], "prediction": ["yes"], "label": ["no"]})
        >>> SliceSchema.of_frame(frame).type_of(SpecialName.CORRECT).value
        'boolean'
        """
        known = {column.name: column for column in columns}
        inferred = infer_columns(frame.select(pl.exclude(*known)) if known else frame)
        known |= {column.name: column for column in inferred}
        fields = tuple(
            _fitted(_field(known[name]), found)
            for name, dtype in frame.schema.items()
            if (found := _type_of(dtype)) is not None
        )
        named = []
        for label, column in (scores or {}).items():
            if column not in frame.columns:
                message = f"There is no column {column!r} with the scores of {label!r}."
                raise InvalidArgument(message, hint=f"There are {', '.join(frame.columns)}.")
            named.append(Field(name=label, type=ValueType.NUMBER, column=column))
        return SliceSchema(columns=fields, specials=_specials(fields), scores=tuple(named))


def _specials(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields that are called like something special and can be it."""
    names = {name.value: wanted for name, wanted in _SPECIAL_TYPES.items()}
    return tuple(
        field for field in fields if field.name in names and names[field.name] in {None, field.type}
    )


def _type_of(dtype: pl.DataType) -> ValueType | None:
    """Return what sort of values a column of that type has, if conditions know such."""
    if dtype == pl.Boolean:
        return ValueType.BOOLEAN
    if dtype.is_numeric() or dtype in (pl.Duration, pl.Null):
        return ValueType.NUMBER
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return ValueType.TEXT
    if dtype in (pl.Date, pl.Datetime):
        return ValueType.TIME
    vector = isinstance(dtype, pl.List | pl.Array) and dtype.inner.is_numeric()
    return ValueType.VECTOR if vector else None


def _fitted(field: Field, found: ValueType) -> Field:
    """Return a field as the table has it: a description may say what its values stand for."""
    if field.type is found:
        return field
    return replace(field, type=found, categories=(), kind=None, dimension=None)


def field_type(column: Column) -> ValueType:
    """Return which sort of values a column has for conditions.

    >>> field_type(Column(name="age", kind=Kind.INTEGER)).value
    'number'
    """
    if column.kind is Kind.IDENTIFIER:
        return ValueType.NUMBER if column.whole else ValueType.TEXT
    return _TYPES[column.kind]


def _field(column: Column) -> Field:
    return Field(
        name=column.name,
        type=field_type(column),
        column=column.name,
        categories=column.categories if column.kind is Kind.CATEGORICAL else (),
        kind=column.kind,
        dimension=column.dimension,
    )
