"""Bodies that go to a file while they arrive: however large, little of them is in memory."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from starlette.requests import Request

from modeldesk.api.bodies import announced, content_encoding
from modeldesk.api.requests import TooLarge
from modeldesk.api.unpacking import WINDOWS, Unpacker
from modeldesk.errors import StoreUnavailable

_AT_ONCE = 1 << 20


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
    if announced(request) > most:
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
        self._unpacker = Unpacker(encoding) if encoding in WINDOWS else None
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


def _too_large(most: int) -> TooLarge:
    message = f"The file is larger than {most / (1 << 20):g} MiB."
    return TooLarge(message, hint="Send it in parts, or raise max_job_bytes.")
