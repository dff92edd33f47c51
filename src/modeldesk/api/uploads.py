"""Bodies that go to a file while they arrive: however large, little of them is in memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from starlette.requests import Request

from modeldesk.api.requests import (
    MOST_MEMBERS,
    WINDOWS,
    TooLarge,
    content_encoding,
    damaged,
    window_of,
)
from modeldesk.errors import StoreUnavailable

_AT_ONCE = 1 << 20
_SLICE = 1 << 16
_FORMAT_BYTES = 2
"""By which a format is known."""


async def store_body(request: Request, path: Path, *, most: int) -> None:
    """Write the body to a file, unpacked where it is compressed, and counted while it arrives.

    Parameters
    ----------
    request
        The request, whose body nobody has read.
    path
        Where the file goes.
    most
        Largest body, in bytes, as it arrives and as it is unpacked.

    Raises
    ------
    TooLarge
        As soon as more than ``most`` bytes were announced, have arrived or were unpacked.
    InvalidRequest
        When ``Content-Encoding`` is neither gzip nor deflate, or the body is damaged.
    StoreUnavailable
        When the file cannot be written.
    """
    encoding = content_encoding(request)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    sink = _Sink(path, encoding, most)
    try:
        waiting: list[bytes] = []
        size = 0
        async for part in request.stream():
            waiting.append(part)
            size += len(part)
            if size >= _AT_ONCE:
                await to_thread.run_sync(sink.take, b"".join(waiting))
                waiting, size = [], 0
        await to_thread.run_sync(sink.take, b"".join(waiting))
        await to_thread.run_sync(sink.finish)
    finally:
        sink.close()


class _Sink:
    """Takes a body part by part."""

    def __init__(self, path: Path, encoding: str, most: int) -> None:
        self._path = path
        self._most = most
        self._arrived = self._written = 0
        self._unpacker = _Unpacker(encoding) if encoding in WINDOWS else None
        self._file: BinaryIO = path.open("wb")

    def take(self, data: bytes) -> None:
        """Write a part."""
        self._arrived += len(data)
        if self._arrived > self._most:
            raise _too_large(self._most)
        for part in [data] if self._unpacker is None else self._unpacker.unpacked(data):
            self._written += len(part)
            if self._written > self._most:
                raise _too_large(self._most)
            try:
                self._file.write(part)
            except OSError as error:
                raise self._not_written(error) from error

    def finish(self) -> None:
        """See to it that the body was whole, and is in the file."""
        if self._unpacker is not None:
            self._unpacker.finish()
        try:
            self._file.flush()
        except OSError as error:
            raise self._not_written(error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _not_written(self, error: OSError) -> StoreUnavailable:
        message = f"The file cannot be kept: {error.strerror}."
        return StoreUnavailable(message, hint=f"Make room in {self._path.parent.parent}.")


class _Unpacker:
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
            raise damaged(self._encoding)

    def _inflated(self, rest: bytes) -> Iterator[bytes]:
        more = False
        while rest or more:
            member = self._member or self._next(rest)
            try:
                found = member.decompress(rest, _SLICE)
            except zlib.error as error:
                raise damaged(self._encoding) from error
            yield found
            self._member = None if member.eof else member
            rest = member.unused_data if member.eof else member.unconsumed_tail
            more = not member.eof and len(found) == _SLICE

    def _next(self, rest: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise damaged(self._encoding)
        return zlib.decompressobj(window_of(rest, self._encoding))


def _too_large(most: int) -> TooLarge:
    message = f"The file is larger than {most / (1 << 20):g} MiB."
    return TooLarge(message, hint="Send it in parts, or raise max_job_bytes.")
