"""Cutting many rows into request bodies that any server accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from modeldesk.errors import InvalidArgument
from modeldesk.schema import to_frame

MOST_ROWS = 2_000
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some consecutive rows of one call, ready to be sent."""

    first: int
    """Position of the first row in the call, from 0."""
    rows: int
    body: bytes


def as_rows(data: object) -> Sequence[object]:
    """Return one mapping, a sequence of mappings or a table as a sequence of rows.

    Parameters
    ----------
    data
        A mapping is one row, a list or tuple is many, everything else goes through
        `modeldesk.schema.to_frame`.

    Raises
    ------
    InvalidArgument
        When there is no row.
    InvalidData
        When the data is none of these.

    Examples
    --------
    >>> as_rows({"age": 31})
    [{'age': 31}]
    """
    if isinstance(data, Mapping):
        return [data]
    rows = data if isinstance(data, list | tuple) else to_frame(data).to_dicts()
    if not rows:
        message = "There are no rows to predict."
        raise InvalidArgument(message, hint="Pass a mapping, a list of mappings or a table.")
    return rows


def batches(
    rows: Sequence[object],
    *,
    timestamps: Sequence[datetime | None] | None,
    row_ids: Sequence[str | None] | None,
) -> Iterator[Batch]:
    """Yield the rows as bodies of at most `MOST_ROWS` rows and about `MOST_BYTES` bytes.

    Raises
    ------
    InvalidArgument
        When there is not one timestamp or id per row, or a value cannot be sent as JSON.
    """
    _check_length("timestamps", timestamps, len(rows))
    _check_length("row_ids", row_ids, len(rows))
    first, size, pending = 0, 0, list[msgspec.Raw]()
    for position, row in enumerate(rows):
        encoded = _encode(row, position)
        if pending and (len(pending) == MOST_ROWS or size + len(encoded) > MOST_BYTES):
            yield _batch(first, pending, timestamps, row_ids)
            first, size, pending = position, 0, []
        pending.append(msgspec.Raw(encoded))
        size += len(encoded)
    yield _batch(first, pending, timestamps, row_ids)


def _batch(
    first: int,
    rows: list[msgspec.Raw],
    timestamps: Sequence[datetime | None] | None,
    row_ids: Sequence[str | None] | None,
) -> Batch:
    body: dict[str, object] = {"rows": rows}
    if timestamps is not None:
        body["timestamps"] = timestamps[first : first + len(rows)]
    if row_ids is not None:
        body["row_ids"] = row_ids[first : first + len(rows)]
    return Batch(first=first, rows=len(rows), body=msgspec.json.encode(body))


def _check_length(name: str, values: Sequence[object] | None, rows: int) -> None:
    if values is not None and len(values) != rows:
        message = f"There are {len(values)} {name} for {rows} rows."
        raise InvalidArgument(message, hint=f"Give one of the {name} per row, or none at all.")


def _encode(row: object, position: int) -> bytes:
    try:
        return msgspec.json.encode(row, enc_hook=_plain)
    except (TypeError, msgspec.MsgspecError, UnicodeEncodeError) as error:
        message = f"Row {position} cannot be sent as JSON: {error}."
        hint = "Use numbers, strings, booleans, dates and None."
        raise InvalidArgument(message, hint=hint) from error


def _plain(value: object) -> object:
    """Return what a NumPy scalar holds; it is no number to the JSON encoder."""
    item = getattr(value, "item", None)
    if callable(item):
        return item()
    message = f"{type(value).__name__} is not a JSON type"
    raise TypeError(message)
