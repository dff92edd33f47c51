"""Bytes of estimators and windows: magic, version, checksum, and packed arrays.

::

    magic     4 bytes, one for each kind
    version   1 byte
    checksum  CRC-32 of the rest, 4 bytes
    rest      msgpack, compressed with zlib; arrays as type, shape and bytes
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from modeldesk.errors import Corrupt

VERSION = 1
"""The first format version, and that of all that needs no later one."""
_HEAD = struct.Struct("<4sBI")
_MOST = 1 << 28
"""Bytes that what is read may become: what claims more is damaged."""

Array = np.ndarray[Any, np.dtype[Any]]


def packed(magic: bytes, fields: Mapping[str, object], *, version: int = VERSION) -> bytes:
    """Return fields as bytes, in the oldest format version that has them all.

    Arrays become triples.
    """
    plain = {name: _plain(value) for name, value in fields.items()}
    body = zlib.compress(msgspec.msgpack.encode(plain), 6)
    return _HEAD.pack(magic, version, zlib.crc32(body)) + body


def unpacked(magic: bytes, data: bytes, what: str, *, newest: int = VERSION) -> dict[str, Any]:
    """Read what `packed` wrote; `Corrupt` when the bytes are something else, or newer."""
    if len(data) < _HEAD.size or data[:4] != magic:
        message = f"These bytes are no {what}."
        raise Corrupt(message)
    _, version, checksum = _HEAD.unpack_from(data)
    if not VERSION <= version <= newest:
        known = f"known is {newest}" if newest == VERSION else f"known are {VERSION} to {newest}"
        message = f"The {what} has format version {version}; {known}."
        raise Corrupt(message)
    body = data[_HEAD.size :]
    if zlib.crc32(body) != checksum:
        message = f"The {what} is damaged: its checksum is wrong."
        raise Corrupt(message)
    try:
        reader = zlib.decompressobj()
        plain = reader.decompress(body, _MOST)
        if not reader.eof:
            message = f"The {what} is damaged: it is cut short, or too large."
            raise Corrupt(message)
        return msgspec.msgpack.decode(plain, type=dict[str, Any])
    except (zlib.error, msgspec.MsgspecError) as error:
        message = f"The {what} cannot be read: {error}."
        raise Corrupt(message) from error


def array(value: object, what: str, *, kind: str = "<f8") -> Array:
    """Return an array that was packed; `Corrupt` when it is something else."""
    try:
        dtype, shape, data = msgspec.convert(value, tuple[str, tuple[int, ...], bytes])
        if dtype != kind:
            message = f"An array of the {what} has the type {dtype}, not {kind}."
            raise Corrupt(message)
        return np.frombuffer(data, dtype=kind).reshape(shape)
    except (msgspec.ValidationError, ValueError) as error:
        message = f"An array of the {what} cannot be read: {error}."
        raise Corrupt(message) from error


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        kind = {"f8": "<f8", "f4": "<f4", "i8": "<i8"}[value.dtype.str[1:]]
        return (kind, value.shape, np.ascontiguousarray(value, dtype=kind).tobytes())
    return value
