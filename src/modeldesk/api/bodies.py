"""The bytes of a body: counted while they arrive, and unpacked where they are compressed."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request

from modeldesk.api.requests import TooLarge, refuse, shorten
from modeldesk.api.unpacking import WINDOWS, Unpacker

_MEBIBYTE = 1024 * 1024


async def read_bytes(request: Request, *, most: int) -> bytes:
    """Return the body, counted while it arrives, and unpacked where it is compressed.

    Parameters
    ----------
    request
        With or without a ``Content-Length``; chunked bodies are counted just the same.
    most
        Largest body, in bytes, as it arrives and as it is unpacked.

    Raises
    ------
    TooLarge
        As soon as more than ``most`` bytes were announced, have arrived or were unpacked.
    InvalidRequest
        When ``Content-Encoding`` is neither gzip nor deflate, or the body is damaged.
    """
    encoding = content_encoding(request)
    if announced(request) > most:
        raise _too_many_bytes(most)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_many_bytes(most)
        parts.append(part)
    body = b"".join(parts)
    return (
        await to_thread.run_sync(_unpacked, body, encoding, most) if encoding in WINDOWS else body
    )


def announced(request: Request) -> int:
    """Return how many bytes a client says that its body has; 0 where it does not."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def content_encoding(request: Request) -> str:
    """Return what a body is compressed by; `InvalidRequest` when nobody here can unpack it."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in {*WINDOWS, "", "identity"}:
        problem = f"unknown ({shorten(encoding)})"
        raise refuse(field="Content-Encoding", problem=problem, expected="gzip or deflate")
    return encoding


def _unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """Return what a compressed body holds; no more than it may hold is kept."""
    unpacker = Unpacker(encoding)
    parts: list[bytes] = []
    size = 0
    for part in unpacker.unpacked(body):
        size += len(part)
        if size > most:
            raise _too_many_bytes(most)
        parts.append(part)
    unpacker.finish()
    return b"".join(parts)


def _too_many_bytes(most: int) -> TooLarge:
    limit = f"{most / _MEBIBYTE:g} MiB" if most >= _MEBIBYTE else f"{most} bytes"
    message = f"The request's body is larger than {limit}."
    return TooLarge(message, hint="Send fewer rows at once, or raise max_body_bytes.")
