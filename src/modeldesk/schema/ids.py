"""Identifiers: sortable by time, unique without a coordinator.

A prediction's identifier is its chunk's identifier and its row there, so that the row is
found by one look-up of the chunk's key.
"""

from __future__ import annotations

import re
import secrets
import threading
from datetime import datetime

from modeldesk.errors import NotFound

LONGEST_KEY = 500
"""Characters in a caller's own key, at most."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_CHARACTERS = 26
_PATTERN = re.compile(rf"([{_ALPHABET}]{{{_CHARACTERS}}})-(0|[1-9][0-9]{{0,9}})")


class ChunkKeys:
    """Makes keys of 26 characters: 48 bits of milliseconds, 80 random bits.

    The layout is that of a ULID (github.com/ulid/spec), in lower case. Keys of one maker grow,
    also within a millisecond and when the clock jumps back.

    Examples
    --------
    >>> from datetime import UTC
    >>> keys = ChunkKeys()
    >>> now = datetime(2026, 3, 1, tzinfo=UTC)
    >>> first, second = keys.new(now), keys.new(now)
    >>> first < second, len(first)
    (True, 26)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, now: datetime) -> str:
        """Return the next key."""
        drawn = (int(now.timestamp() * 1000) & (2**48 - 1)) << 80 | secrets.randbits(80)
        with self._lock:
            self._last = max(drawn, self._last + 1)
            number = self._last
        return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def prediction_id(chunk: str, row: int) -> str:
    """Return the identifier of one row of a chunk.

    >>> prediction_id("01k9z7c3f2w8e5t6r4q1m0n2bd", 7)
    '01k9z7c3f2w8e5t6r4q1m0n2bd-7'
    """
    return f"{chunk}-{row}"


def parse_prediction_id(text: str) -> tuple[str, int]:
    """Split an identifier into the chunk's key and the row; `NotFound` if it is none.

    >>> parse_prediction_id("01k9z7c3f2w8e5t6r4q1m0n2bd-7")
    ('01k9z7c3f2w8e5t6r4q1m0n2bd', 7)
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        shown = text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004
        message = f"There is no prediction {shown!r}."
        raise NotFound(message, hint="Use the prediction_id from a prediction's answer.")
    return match[1], int(match[2])
