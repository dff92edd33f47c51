"""Cutting a CSV file into blocks of whole records, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import InvalidData

BLOCK = 1 << 24
"""Bytes that are read at once."""
LONGEST = 1 << 26
"""A longer record is taken for a quote that is not closed."""

_WINDOW = 1 << 20
_QUOTE, _NEWLINE = ord('"'), ord("\n")
_MARK = b"\xef\xbb\xbf"
"""What some programs put before text in UTF-8."""


def blocks(stream: BinaryIO, *, size: int = BLOCK) -> Iterator[bytes]:
    """Yield the file's bytes in blocks that end where a record ends; the first is a quarter.

    A record ends with a line that leaves no quote open (RFC 4180: quotes within quotes are
    doubled, so quotes come in pairs).

    Raises
    ------
    InvalidData
        When a record is longer than 64 MB.
    """
    rest = b""
    data = stream.read(size // 4).removeprefix(_MARK)
    while data:
        data = rest + data
        end = _last_end(data)
        if not end and len(data) > LONGEST:
            message = f"A record is longer than {LONGEST >> 20} MB."
            raise InvalidData(message, hint="Check whether a quote is opened and never closed.")
        if end:
            yield data[:end]
        rest = data[end:]
        data = stream.read(size)
    if rest:
        yield rest


def first_end(data: bytes) -> int:
    """Return where the first record of a block ends, or the block's length."""
    quotes = 0
    for start in range(0, len(data), _WINDOW):
        window = data[start : start + _WINDOW]
        ends = _ends(window, quotes)
        if ends.size:
            return start + int(ends[0]) + 1
        quotes += window.count(b'"')
    return len(data)


def record_ends(data: bytes) -> list[int]:
    r"""Return where each record of a block ends; what follows the last line end is one, too.

    >>> record_ends(b'1,2\n"a\nb",3\n4,5')
    [4, 12, 15]
    """
    ends = [int(end) + 1 for end in _ends(data, 0)]
    return ends if not data or (ends and ends[-1] == len(data)) else [*ends, len(data)]


def _last_end(data: bytes) -> int:
    """Return where the last whole record ends, looked for window by window from the end."""
    quotes = data.count(b'"')
    if not quotes:
        return data.rfind(b"\n") + 1
    for start in range((len(data) - 1) // _WINDOW * _WINDOW, -1, -_WINDOW):
        window = data[start : start + _WINDOW]
        quotes -= window.count(b'"')
        ends = _ends(window, quotes)
        if ends.size:
            return start + int(ends[-1]) + 1
    return 0


def _ends(data: bytes, before: int) -> NDArray[np.int64]:
    """Return where lines end outside quotes: where an even number of quotes has gone before."""
    characters = np.frombuffer(data, dtype=np.uint8)
    lines = np.flatnonzero(characters == _NEWLINE)
    quotes = np.flatnonzero(characters == _QUOTE)
    found: NDArray[np.int64] = lines[(np.searchsorted(quotes, lines) + before) % 2 == 0]
    return found
