"""An Arrow stream taken apart: its record batches one by one, in bounded memory.

A stream is a row of messages (https://arrow.apache.org/docs/format/Columnar.html, "Encapsulated
message format"): four bytes of ones, the length of the metadata, the metadata (a FlatBuffer),
and a body. The first message is the schema; dictionaries come before the batches that use them.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from modeldesk.errors import InvalidData

LARGEST_BATCH = 1 << 28
"""Bytes of one record batch, which is read as a whole."""

_CONTINUES = b"\xff\xff\xff\xff"
_END = _CONTINUES + b"\0\0\0\0"
_LARGEST_METADATA = 1 << 24
_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    kind: int
    head: bytes
    """Everything before the body."""
    body: int
    """Length of the body."""
    rows: int
    """Of a record batch."""


class ArrowStream:
    """Reads the batches of a stream.

    Parameters
    ----------
    stream
        The file, at its start; it must be able to seek.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        first = self._next()
        if first is None or first.kind != _SCHEMA:
            raise _broken(what="it does not begin with a schema")
        self._schema = first.head + self._body(first)
        self._dictionaries: list[bytes] = []

    @property
    def columns(self) -> pl.Schema:
        """Names and types of the columns."""
        return pl.read_ipc_stream(io.BytesIO(self._schema + _END)).schema

    @property
    def position(self) -> int:
        """Bytes that were read or passed over."""
        return self._stream.tell()

    def frames(self, *, skip: int = 0) -> Iterator[pl.DataFrame]:
        """Yield the rows of each batch, after the first ``skip`` rows.

        Raises
        ------
        InvalidData
            When the stream is damaged, or a batch has more than 256 MiB.
        """
        while (message := self._next()) is not None:
            if message.kind == _DICTIONARY:
                self._dictionaries.append(message.head + self._body(message))
            elif message.kind != _BATCH:
                raise _broken(what="it has a message of an unknown kind")
            elif message.rows <= skip:
                skip -= message.rows
                self._stream.seek(message.body, io.SEEK_CUR)
            else:
                parts = [self._schema, *self._dictionaries, message.head, self._body(message), _END]
                frame = pl.read_ipc_stream(io.BytesIO(b"".join(parts)))
                yield frame.slice(skip)
                skip = 0

    def _next(self) -> _Message | None:
        """Return the next message up to its body, which comes next; ``None`` at the end."""
        mark = self._stream.read(8)
        if mark in {b"", _END}:
            return None
        length = struct.unpack_from("<i", mark, 4)[0] if len(mark) == len(_END) else -1
        if mark[:4] != _CONTINUES or not 0 < length <= _LARGEST_METADATA:
            raise _broken(what="a message begins with other bytes than it should")
        metadata = self._stream.read(length)
        try:
            kind, body, rows = _described(metadata)
        except struct.error as error:
            raise _broken(what="a message's description is cut short") from error
        if len(metadata) != length or not 0 <= body <= self._size - self._stream.tell():
            raise _broken(what="it is cut short")
        if body > LARGEST_BATCH:
            message = f"A record batch has {body:,} bytes; at most {LARGEST_BATCH:,} are read."
            raise InvalidData(message, hint="Write the table in several batches, or as Parquet.")
        return _Message(kind=kind, head=mark + metadata, body=body, rows=rows)

    def _body(self, message: _Message) -> bytes:
        return self._stream.read(message.body)


def _described(metadata: bytes) -> tuple[int, int, int]:
    """Return kind, length of the body and number of rows that a message's FlatBuffer tells.

    Fields of the table ``Message``: version, type of the header, header, length of the body;
    of ``RecordBatch``: length.
    """
    table = _table(metadata, 0)
    kind = _field(metadata, table, 1)
    body = _field(metadata, table, 3)
    found = struct.unpack_from("<B", metadata, kind)[0] if kind else 0
    length = struct.unpack_from("<q", metadata, body)[0] if body else 0
    rows = 0
    if found == _BATCH:
        header = _field(metadata, table, 2)
        at = _field(metadata, _table(metadata, header), 0)
        rows = struct.unpack_from("<q", metadata, at)[0] if at else 0
    return int(found), int(length), int(rows)


def _table(data: bytes, at: int) -> int:
    """Return where the table lies that an offset at a place leads to."""
    return at + int(struct.unpack_from("<I", data, at)[0])


def _field(data: bytes, table: int, number: int) -> int:
    """Return where a field of a table lies; 0 when it is left out."""
    fields = table - int(struct.unpack_from("<i", data, table)[0])
    if fields < 0 or 4 + 2 * number >= struct.unpack_from("<H", data, fields)[0]:
        return 0
    offset = int(struct.unpack_from("<H", data, fields + 4 + 2 * number)[0])
    return table + offset if offset else 0


def _broken(*, what: str) -> InvalidData:
    return InvalidData(f"The file is no Arrow stream: {what}.", hint="Check that it is complete.")
