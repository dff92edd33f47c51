"""Rows as other servers' clients write them: records, lists in order, columns, tables."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from modeldesk.api.requests import InvalidRequest, check_rows, json_name, refuse, shorten
from modeldesk.schema import Column, Kind, Signature

_NUMBERS = {Kind.INTEGER, Kind.FLOAT}


def instances(
    given: object, signature: Signature, *, most: int, field: str = "instances"
) -> list[object]:
    """Return rows that are given one by one, as records or as values in order.

    Parameters
    ----------
    given
        A list; each entry an object of features, a list of values in the order of the
        signature's inputs, or, for a model with a single feature, its value.
    signature
        The model's.
    most
        Largest number of rows in one request.
    field
        What the list is called in complaints.

    Raises
    ------
    InvalidRequest
        When it is no list, is empty, or an entry has too few or too many values.
    TooLarge
        When there are more rows than that.

    Examples
    --------
    >>> from modeldesk.schema import Column
    >>> columns = tuple(Column(name=name, kind=Kind.FLOAT) for name in "ab")
    >>> instances([[1, 2], {"b": 4, "a": 3}], Signature(inputs=columns), most=9)
    [{'a': 1, 'b': 2}, {'b': 4, 'a': 3}]
    """
    if not isinstance(given, list) or not given:
        problem = "empty" if given == [] else f"wrong type, {json_name(given)}"
        raise refuse(field=field, problem=problem, expected="a list with an entry for each row")
    check_rows(len(given), most)
    return [_row(entry, signature, field, position) for position, entry in enumerate(given)]


def columns(
    given: object, signature: Signature, *, most: int, field: str = "inputs"
) -> list[object]:
    """Return rows that are given as lists of equal length by feature, or one by one."""
    if not isinstance(given, dict):
        return instances(given, signature, most=most, field=field)
    lists = {name: values for name, values in given.items() if isinstance(values, list)}
    if len(lists) != len(given):
        # A single row: each feature has its one value.
        if lists and not _vectors(lists, signature):
            name = next(name for name in given if name not in lists)
            raise refuse(field=f"{field}.{name}", problem="no list", expected="a list of values")
        return [given]
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise refuse(
            field=field, problem=told or "empty", expected="as many values for every feature"
        )
    check_rows(max(lengths.values()), most)
    kinds = {column.name: column.kind for column in signature.inputs}
    flat = [
        values if kinds.get(name) is Kind.VECTOR else _flat(values)
        for name, values in lists.items()
    ]
    return [dict(zip(lists, row, strict=True)) for row in zip(*flat, strict=True)]


def split(
    given: object, signature: Signature, *, most: int, field: str = "dataframe_split"
) -> list[object]:
    """Return the rows of a table in pandas' "split" form: names of columns, lists of values."""
    if not isinstance(given, dict):
        raise refuse(field=field, problem=f"wrong type, {json_name(given)}", expected="an object")
    names, data = given.get("columns"), given.get("data")
    if names is None:
        return instances(data, signature, most=most, field=f"{field}.data")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise refuse(
            field=f"{field}.columns", problem="no list of names", expected="the columns' names"
        )
    _once(names, f"{field}.columns")
    if not isinstance(data, list) or not data:
        raise refuse(field=f"{field}.data", problem="missing or empty", expected="a list of rows")
    check_rows(len(data), most)
    rows: list[object] = []
    for position, values in enumerate(data):
        if not isinstance(values, list) or len(values) != len(names):
            raise _width(field=f"{field}.data", entry=values, width=len(names), position=position)
        rows.append(dict(zip(names, values, strict=True)))
    return rows


def delimited(body: bytes, signature: Signature, *, most: int) -> list[object]:
    """Return the rows of a CSV body, with the features' names in its first line or without.

    Without names, the values are in the order of the signature's inputs.
    """
    try:
        text = body.decode("utf-8-sig")
        read = (line for line in csv.reader(io.StringIO(text), strict=True) if line)
        lines = list(islice(read, most + 2))  # a line of names, and one row too many
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse(field="body", problem=f"no CSV: {error}", expected="CSV in UTF-8") from error
    if not lines:
        raise refuse(field="body", problem="empty", expected="CSV with a line for each row")
    features = [column.name for column in signature.inputs]
    known = set(features) & set(lines[0])
    names = [name.strip() for name in lines[0]] if known else features
    _once(names, "body")
    check_rows(len(lines) - bool(known), most)
    types = {column.name: column for column in signature.inputs}
    rows: list[object] = []
    for position, cells in enumerate(lines[1:] if known else lines):
        if len(cells) != len(names):
            raise _width(field="body", entry=cells, width=len(names), position=position)
        rows.append(
            {name: _value(cell, types.get(name)) for name, cell in zip(names, cells, strict=True)}
        )
    if not rows:
        raise refuse(field="body", problem="only names", expected="a line for each row")
    return rows


def _row(entry: object, signature: Signature, field: str, position: int) -> object:
    if isinstance(entry, dict):
        return entry
    features = [column.name for column in signature.inputs]
    if len(features) == 1:
        vector = signature.inputs[0].kind is Kind.VECTOR
        alone = isinstance(entry, list) and len(entry) == 1 and not vector
        return {features[0]: entry[0] if alone and isinstance(entry, list) else entry}
    if not isinstance(entry, list) or len(entry) != len(features):
        raise _width(
            field=field, entry=entry, width=len(features), position=position, names=features
        )
    return dict(zip(features, entry, strict=True))


def _vectors(lists: Mapping[str, object], signature: Signature) -> bool:
    kinds = {column.name: column.kind for column in signature.inputs}
    return all(kinds.get(name) is Kind.VECTOR for name in lists)


def _flat(values: list[object]) -> list[object]:
    """Take single values out of lists of one: a column of the shape ``(n, 1)``."""
    if all(isinstance(value, list) and len(value) == 1 for value in values):
        return [value[0] for value in values if isinstance(value, list)]
    return values


def _once(names: Sequence[str], field: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        problem = f"{shorten(twice[0])} more than once"
        raise refuse(field=field, problem=problem, expected="each name once")


def _value(cell: str, column: Column | None) -> object:
    """Read a feature's cell as a number or a truth where the signature has such."""
    if cell == "" or column is None:
        return cell or None
    if column.kind is Kind.BOOLEAN:
        return {"true": True, "false": False}.get(cell.strip().lower(), cell)
    if column.kind in _NUMBERS or (column.kind is Kind.IDENTIFIER and column.whole):
        for read in (int, float):
            try:
                return read(cell)
            except ValueError:
                continue
    return cell


def _width(
    *, field: str, entry: object, width: int, position: int, names: Sequence[str] = ()
) -> InvalidRequest:
    found = f"{len(entry)} values" if isinstance(entry, list) else json_name(entry)
    told = f": {', '.join(names)}" if names else ""
    return refuse(field=field, problem=found, expected=f"{width} values{told}", row=position)
