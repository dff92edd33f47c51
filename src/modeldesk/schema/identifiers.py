"""Recognising columns that name single things: keys, serial numbers, hashes."""

from __future__ import annotations

import re

import polars as pl

LEAST_VALUES = 50
"""Of fewer values it cannot be told that they never repeat."""
LEAST_DISTINCT = 0.99
"""Identifiers differ from row to row: at least this share of the values is different."""
LONGEST = 64
"""Longer strings are texts, whatever their column is called."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NAMES = frozenset({"id", "ids", "uid", "uuid", "guid", "oid", "pk", "rowid"})
_NAMES_OF_STRINGS = _NAMES | {"key", "hash", "token", "number", "no", "nr", "ref"}
_PATTERN = (
    r"^(?:"
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # UUID
    r"|[0-9a-f]{16,64}|[0-9A-F]{16,64}"  # hashes and object identifiers in hexadecimal
    r"|[0-7][0-9A-HJKMNP-TV-Z]{25}"  # ULID
    r")$"
)


def is_identifier(name: str, levels: pl.Series, present: int) -> bool:
    """Whether values name single things, so that they say nothing about how data change.

    They do when there are 50 or more, at least 99 % of them different, and

    - the column's name says so, by its last word (``order_id``, ``userId``, ``uuid``, ``pk``;
      for strings ``key``, ``hash``, ``token``, ``number``, ``no``, ``nr`` and ``ref`` as well),
      by the first (``id_order``), or as that of a nameless index (``Unnamed: 0``); strings must
      then have no white space and at most 64 characters; or
    - they are strings that are all UUIDs, ULIDs, or hexadecimal numbers of 16 to 64 digits.

    Fractional numbers never name things, and whole numbers only where the column's name says so:
    amounts and times are often all different too.

    Parameters
    ----------
    name
        The column's name.
    levels
        The different values, whole numbers or strings.
    present
        How many values there are.

    Examples
    --------
    >>> numbers = pl.Series(range(1000))
    >>> is_identifier("orderId", numbers, 1000), is_identifier("price", numbers, 1000)
    (True, False)
    """
    if present < LEAST_VALUES or len(levels) < LEAST_DISTINCT * present:
        return False
    if levels.dtype != pl.String:
        return _named(name, _NAMES)
    if _named(name, _NAMES_OF_STRINGS):
        plain = (levels.str.len_chars() <= LONGEST) & ~levels.str.contains(r"\s")
        return bool(plain.all())
    return bool(levels.str.contains(_PATTERN).all())


def suggests(name: str) -> bool:
    """Whether a column's name alone would let whole numbers be identifiers."""
    return _named(name, _NAMES)


def _named(name: str, known: frozenset[str]) -> bool:
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return False
    return words[-1] in known or words[0] == "id" or words == ["unnamed", "0"]
