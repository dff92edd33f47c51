"""The JSON bodies of the labels route: one label, many, or columns of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import orjson
import polars as pl

from modeldesk.api.requests import (
    InvalidRequest,
    TooLarge,
    json_name,
    parse,
    refuse,
    shorten,
    storable,
    unknown,
)
from modeldesk.schema import to_frame
from modeldesk.services.label_reading import LABEL, SOURCE, TIME, LabelKey

_FIELDS = {
    LabelKey.PREDICTION.value: LabelKey.PREDICTION.value,
    LabelKey.OWN.value: LabelKey.OWN.value,
    "label": LABEL,
    "time": TIME,
    "source": SOURCE,
}
"""What JSON calls the columns of a table of labels."""

_EXPECTED = "a label as an object, a list of them in 'labels', or lists in 'columns'"
_PLAIN = (str, int, float, bool)


def read_label_batch(body: bytes, *, most_rows: int) -> pl.DataFrame:
    """Read one label, ``{"labels": [...]}``, ``{"columns": {...}}`` or a list as a table.

    Parameters
    ----------
    body
        The request's JSON.
    most_rows
        Largest number of labels in one request.

    Raises
    ------
    InvalidRequest
        Naming the field that is missing, unknown or of the wrong type.
    TooLarge
        When there are more labels than that.

    Examples
    --------
    >>> read_label_batch(b'{"row_id": "a", "label": 3}', most_rows=1).to_dicts()
    [{'row_id': 'a', 'label': 3}]
    """
    found = parse(body)
    if isinstance(found, dict) and "columns" in found:
        _known(found, ("columns",))
        columns = _columns(found["columns"])
    else:
        columns = _gathered(_rows(found), most_rows)
    _check(len(next(iter(columns.values()), ())), most_rows)
    return _table(columns)


def _rows(found: object) -> list[object]:
    if isinstance(found, list):
        return _listed(found)
    if isinstance(found, dict) and "labels" in found:
        _known(found, ("labels",))
        return _listed(found["labels"])
    if isinstance(found, dict):
        return [found]
    raise refuse(field="body", problem=f"wrong type, {json_name(found)}", expected=_EXPECTED)


def _listed(rows: object) -> list[object]:
    if not isinstance(rows, list) or not rows:
        problem = "empty" if rows == [] else f"wrong type, {json_name(rows)}"
        raise refuse(field="labels", problem=problem, expected="at least one label")
    return rows


def _gathered(rows: Sequence[object], most_rows: int) -> dict[str, list[object]]:
    _check(len(rows), most_rows)
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            problem = f"wrong type, {json_name(row)}"
            raise refuse(field="labels", problem=problem, expected="a JSON object", row=place)
        if not _FIELDS.keys() >= row.keys():
            _known(row, tuple(_FIELDS))
    named = [name for name in _FIELDS if any(name in row for row in rows if isinstance(row, dict))]
    return {
        name: [row.get(name) if isinstance(row, dict) else None for row in rows] for name in named
    }


def _columns(value: object) -> dict[str, list[object]]:
    if not isinstance(value, dict) or not value:
        expected = "an object with a list for each field"
        raise refuse(field="columns", problem=f"wrong type, {json_name(value)}", expected=expected)
    _known(value, tuple(_FIELDS))
    lists: dict[str, list[object]] = {}
    for name, values in value.items():
        if not isinstance(values, list):
            raise refuse(field=name, problem="no list", expected="a value for each label")
        lists[name] = values
    if len({len(values) for values in lists.values()}) > 1:
        told = ", ".join(f"{name} has {len(values)}" for name, values in lists.items())
        raise refuse(field="columns", problem=told, expected="as many values in each")
    if not next(iter(lists.values())):
        raise refuse(field="columns", problem="empty", expected="at least one label")
    return lists


def _known(found: Mapping[object, object], known: tuple[str, ...]) -> None:
    strange = [str(name) for name in found if name not in known]
    if strange:
        raise InvalidRequest(tuple(unknown(name, known) for name in strange[:100]))


def _check(rows: int, most: int) -> None:
    if rows > most:
        message = f"The request has {rows} labels; this server takes at most {most}."
        raise TooLarge(message, hint="Send them in several requests, or raise max_log_rows.")


def _table(columns: Mapping[str, Sequence[object]]) -> pl.DataFrame:
    found = {
        _FIELDS[name]: _labels(values) if name == "label" else _texts(name, values)
        for name, values in columns.items()
    }
    return to_frame(found)


def _texts(name: str, values: Iterable[object]) -> list[str | None]:
    """Return names, times and sources: text, or of own keys whole numbers."""
    texts: list[str | None] = []
    for row, value in enumerate(values):
        number = name == LabelKey.OWN and isinstance(value, int) and not isinstance(value, bool)
        if value is None:
            texts.append(None)
        elif not (isinstance(value, str) or number):
            problem = f"wrong type, {json_name(value)}"
            raise refuse(field=name, problem=problem, expected="a string or null", row=row)
        elif not storable(str(value)):
            problem = f"unusable ({shorten(value)})"
            raise refuse(field=name, problem=problem, expected="text of Unicode", row=row)
        else:
            texts.append(str(value))
    return texts


def _labels(values: Iterable[object]) -> list[object]:
    """Return labels as they are; a list as JSON: of classes in alphabetical order, each once."""
    found: list[object] = []
    for row, value in enumerate(values):
        parts = value if isinstance(value, list) else [value]
        if not all(part is None or isinstance(part, _PLAIN) for part in parts):
            expected = "a class, a number, or a list of classes"
            raise refuse(
                field="label", problem=f"wrong type, {json_name(value)}", expected=expected, row=row
            )
        if not all(storable(part) for part in parts if isinstance(part, str)):
            problem = f"unusable ({shorten(value)})"
            raise refuse(field="label", problem=problem, expected="text of Unicode", row=row)
        if isinstance(value, list):
            names = all(isinstance(part, str) for part in value)
            kept = sorted({str(part) for part in value}) if names else value
            found.append(_json(kept, row))
        else:
            found.append(value)
    return found


def _json(value: list[object] | list[str], row: int) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:  # a whole number of more than 64 bits
        expected = "numbers of 64 bits"
        raise refuse(
            field="label", problem="a number with too many digits", expected=expected, row=row
        ) from error
