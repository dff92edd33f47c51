"""Unpacking what arrives compressed, part by part; little of it is in memory at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from modeldesk.api.requests import InvalidRequest, refuse

WINDOWS = {
    "gzip": 16 + zlib.MAX_WBITS,
    "x-gzip": 16 + zlib.MAX_WBITS,
    "deflate": zlib.MAX_WBITS,
}
"""What a body may be compressed by, and zlib's name of its format."""

_MOST_MEMBERS = 10_000
"""Gzip files that may follow each other in one body; each costs a slice's copy."""

_SLICE = 1 << 16
_FORMAT_BYTES = 2
"""By which a format is known."""


class Unpacker:
    """Unpacks what arrives; gzip files may follow each other in one body."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._head = b""
        self._member: zlib._Decompress | None = None
        self._members = 0

    def unpacked(self, data: bytes) -> Iterator[bytes]:
        """Yield what a part holds, some bytes at a time."""
        data = self._head + data
        self._head = b""
        if not self._members and len(data) < _FORMAT_BYTES:
            self._head = data
            return
        for start in range(0, len(data), _SLICE):
            yield from self._inflated(data[start : start + _SLICE])

    def finish(self) -> None:
        """Raise `InvalidRequest` where something is missing at the end."""
        if self._member is not None or not self._members:
            raise _damaged(self._encoding)

    def _inflated(self, rest: bytes) -> Iterator[bytes]:
        more = False
        while rest or more:
            member = self._member or self._next(rest)
            try:
                found = member.decompress(rest, _SLICE)
            except zlib.error as error:
                raise _damaged(self._encoding) from error
            yield found
            self._member = None if member.eof else member
            rest = member.unused_data if member.eof else member.unconsumed_tail
            more = not member.eof and len(found) == _SLICE

    def _next(self, rest: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise _damaged(self._encoding)
        return zlib.decompressobj(_window_of(rest, self._encoding))


def _window_of(body: bytes, encoding: str) -> int:
    """Return zlib's name of a format; what some clients call deflate has no zlib header."""
    checked = int.from_bytes(body[:2]) % 31 == 0 and body[:1] and body[0] & 0x0F == zlib.DEFLATED
    return -zlib.MAX_WBITS if encoding == "deflate" and not checked else WINDOWS[encoding]


def _damaged(encoding: str) -> InvalidRequest:
    """Return the error for a body that cannot be unpacked."""
    return refuse(field="body", problem="damaged", expected=f"data compressed by {encoding}")
