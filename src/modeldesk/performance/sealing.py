"""The bytes of a state of performance.

::

    "MDPE"  magic, 4 bytes
    1       format version, 1 byte
    kind    which state: C, M, R or K, 1 byte
    digest  BLAKE2b of kind and body, 16 bytes
    body    Zstandard frame of a MessagePack array

Arrays of counts stand in the body as one byte that says how many bytes a number takes, and the
numbers, little-endian.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from modeldesk.errors import Corrupt

MAGIC = b"MDPE"
VERSION = 1
LARGEST = 1 << 28
"""Bytes that a body may grow to; more is refused before memory is taken."""

_DIGEST = 16
_HEADER = len(MAGIC) + 2 + _DIGEST
_LEVEL = 3
_WIDTHS = {1: "<u1", 2: "<u2", 4: "<u4", 8: "<u8"}

_Body = TypeVar("_Body")


def seal(kind: bytes, body: object) -> bytes:
    """Return the bytes of a state whose body MessagePack can hold."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(msgspec.msgpack.encode(body))
    return MAGIC + bytes([VERSION]) + kind + _digest(kind + packed) + packed


def kind_of(data: bytes) -> bytes:
    """Return the letter that says which state the bytes hold; `Corrupt` for other bytes."""
    if data[: len(MAGIC)] != MAGIC:
        message = "These bytes are no state of performance."
        raise Corrupt(message, hint="They begin with MDPE.")
    if len(data) < _HEADER:
        message = f"The state of performance is cut short: {len(data)} bytes."
        raise Corrupt(message)
    if data[len(MAGIC)] != VERSION:
        message = f"The state has format version {data[len(MAGIC)]}; known is {VERSION}."
        raise Corrupt(message, hint="Read it with the program that wrote it, or a newer one.")
    return data[len(MAGIC) + 1 : len(MAGIC) + 2]


def unseal(kind: bytes, data: bytes, shape: type[_Body]) -> _Body:
    """Return the body of such bytes; `Corrupt` for anything that `seal` never wrote."""
    found = kind_of(data)
    packed = data[_HEADER:]
    if _digest(found + packed) != data[len(MAGIC) + 2 : _HEADER]:
        message = "The state is damaged or cut short: its checksum does not match."
        raise Corrupt(message)
    if found != kind:
        message = f"The state is of kind {found!r}, not {kind!r}."
        raise Corrupt(message, hint="Read it with modeldesk.performance.decode.")
    try:
        return msgspec.msgpack.decode(_unzipped(packed), type=shape)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = f"The state cannot be read: {error}."
        raise Corrupt(message) from error


def pack_counts(counts: NDArray[np.int64]) -> bytes:
    """Return counts, shape ``(n,)``, in as few bytes each as the largest needs.

    >>> pack_counts(np.array([1, 2, 300])).hex()
    '02010002002c01'
    """
    largest = int(counts.max()) if counts.size else 0
    width = next(width for width in _WIDTHS if largest < 1 << (8 * width))
    return bytes([width]) + counts.astype(_WIDTHS[width]).tobytes()


def unpack_counts(data: bytes) -> NDArray[np.int64]:
    """Read what `pack_counts` wrote; `Corrupt` when it is something else."""
    width = data[0] if data else 0
    if width not in _WIDTHS or (len(data) - 1) % width:
        message = f"Counts cannot be read from {len(data)} bytes of width {width}."
        raise Corrupt(message)
    found = np.frombuffer(data, dtype=_WIDTHS[width], offset=1).astype(np.int64)
    if found.size and found.min() < 0:
        message = "A count is larger than any that this program writes."
        raise Corrupt(message)
    return found


def pack_floats(numbers: NDArray[np.float64]) -> bytes:
    """Return floats, of any shape, as bytes."""
    return numbers.astype("<f8").tobytes()


def unpack_floats(data: bytes) -> NDArray[np.float64]:
    """Read what `pack_floats` wrote, shape ``(n,)``; `Corrupt` when it is something else."""
    if len(data) % 8:
        message = f"Numbers cannot be read from {len(data)} bytes."
        raise Corrupt(message)
    return np.frombuffer(data, dtype="<f8").astype(np.float64)


def need(holds: bool, what: str) -> None:  # noqa: FBT001 - reads like an assertion
    """Raise `Corrupt` where something that was read contradicts itself."""
    if not holds:
        message = f"The state contradicts itself: {what}."
        raise Corrupt(message)


def _unzipped(packed: bytes) -> bytes:
    size = zstandard.frame_content_size(packed)
    if not 0 <= size <= LARGEST:
        message = f"The state claims to be {size} bytes long; the limit is {LARGEST}."
        raise Corrupt(message)
    return zstandard.ZstdDecompressor().decompress(packed)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
