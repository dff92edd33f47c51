"""The bytes of a profile.

::

    "MDPF"  magic, 4 bytes
    2       format version, 1 byte
    digest  BLAKE2b of the body, 16 bytes
    body    Zstandard frame of a MessagePack array

The body is ``[rows, [column, ...], correlations]`` with columns ``[name, kind, counts, moments,
quantiles, unique, frequent, words, lengths, vector]``, where all from counts on are the
sketches' own bytes, or null. Version 1 ended with the columns, and those with the frequent
values; its counts did not tell the sign of infinite values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from typing import TypeVar

import msgspec
import zstandard

from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.profiles.column import ColumnProfile
from modeldesk.schema import Kind
from modeldesk.sketches import (
    Correlations,
    Counts,
    Distinct,
    Frequent,
    Lengths,
    Moments,
    Quantiles,
    VectorSummary,
)

MAGIC = b"MDPF"
VERSION = 2
READABLE = frozenset({1, 2})
LARGEST = 1 << 30
"""Bytes that a body may grow to; more is refused before memory is taken."""

_DIGEST = 16
_HEADER = len(MAGIC) + 1 + _DIGEST
_LEVEL = 3

_Value = TypeVar("_Value")
_Sketch = TypeVar("_Sketch")


class _Column(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    name: str
    kind: Kind
    counts: bytes
    moments: bytes | None
    quantiles: bytes | None
    unique: bytes
    frequent: bytes | None
    words: bytes | None = None
    lengths: bytes | None = None
    vector: bytes | None = None


class _Body(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    rows: int
    columns: tuple[_Column, ...]
    correlations: bytes | None = None


def encode(
    rows: int, columns: tuple[ColumnProfile, ...], correlations: Correlations | None
) -> bytes:
    """Return the bytes of a profile."""
    body = _Body(
        rows=rows,
        columns=tuple(_packed(column) for column in columns),
        correlations=correlations.encode() if correlations else None,
    )
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(msgspec.msgpack.encode(body))
    return MAGIC + bytes([VERSION]) + _digest(packed) + packed


def decode(
    data: bytes, only: Collection[str] | None = None
) -> tuple[int, tuple[ColumnProfile, ...], Correlations | None]:
    """Return the parts of a profile; `Corrupt` for anything that `encode` never wrote.

    Of some columns only, a profile of many is read in a small part of the time.
    """
    body = _body(data)
    if only is None:
        columns = tuple(_unpacked(column) for column in body.columns)
        return body.rows, columns, _optional(Correlations.decode, body.correlations)
    return body.rows, tuple(_unpacked(each) for each in body.columns if each.name in only), None


def sound(build: Callable[[], _Value]) -> _Value:
    """Return what is built; what is refused as contradictory is `Corrupt` when it was read."""
    try:
        return build()
    except InvalidArgument as error:
        message = f"The profile contradicts itself: {error.message}"
        raise Corrupt(message) from error


def _body(data: bytes) -> _Body:
    if data[: len(MAGIC)] != MAGIC:
        message = "These bytes are not a profile."
        raise Corrupt(message, hint="Profiles begin with MDPF.")
    if len(data) < _HEADER:
        message = f"The profile is cut short: {len(data)} bytes."
        raise Corrupt(message)
    if data[len(MAGIC)] not in READABLE:
        known = ", ".join(map(str, sorted(READABLE)))
        message = f"The profile has format version {data[len(MAGIC)]}; known are {known}."
        raise Corrupt(message, hint="Read it with the program that wrote it, or a newer one.")
    packed = data[_HEADER:]
    if _digest(packed) != data[len(MAGIC) + 1 : _HEADER]:
        message = "The profile is damaged or cut short: its checksum does not match."
        raise Corrupt(message)
    try:
        return msgspec.msgpack.decode(_unzipped(packed), type=_Body)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = f"The profile cannot be read: {error}."
        raise Corrupt(message) from error


def _unzipped(packed: bytes) -> bytes:
    size = zstandard.frame_content_size(packed)
    if not 0 <= size <= LARGEST:
        message = f"The profile claims to be {size} bytes long; the limit is {LARGEST}."
        raise Corrupt(message)
    return zstandard.ZstdDecompressor().decompress(packed)


def _packed(column: ColumnProfile) -> _Column:
    return _Column(
        name=column.name,
        kind=column.kind,
        counts=column.counts.encode(),
        moments=column.moments.encode() if column.moments else None,
        quantiles=column.quantiles.encode() if column.quantiles else None,
        unique=column.unique.encode(),
        frequent=column.frequent.encode() if column.frequent else None,
        words=column.words.encode() if column.words else None,
        lengths=column.lengths.encode() if column.lengths else None,
        vector=column.vector.encode() if column.vector else None,
    )


def _unpacked(column: _Column) -> ColumnProfile:
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        counts=Counts.decode(column.counts),
        moments=_optional(Moments.decode, column.moments),
        quantiles=_optional(Quantiles.decode, column.quantiles),
        unique=Distinct.decode(column.unique),
        frequent=_optional(Frequent.decode, column.frequent),
        words=_optional(Frequent.decode, column.words),
        lengths=_optional(Lengths.decode, column.lengths),
        vector=_optional(VectorSummary.decode, column.vector),
    )


def _optional(read: Callable[[bytes], _Sketch], data: bytes | None) -> _Sketch | None:
    return None if data is None else read(data)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
