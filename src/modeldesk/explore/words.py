"""Values as short texts, whatever they hold."""

from __future__ import annotations

from datetime import datetime

import polars as pl

LONGEST = 200
"""Characters of a value that is told."""

_FIRST = 8
"""So many numbers of a vector are told."""


def value_words(value: object, most: int = LONGEST) -> str:
    """Return a value as text, cut where it is long; times are in UTC, as tables hold them.

    >>> value_words(True), value_words(0.1), value_words("abc", 2)
    ('true', '0.1', 'ab…')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, pl.Series):
        value = value.to_list()
    if isinstance(value, list):
        told = ", ".join(value_words(each) for each in value[:_FIRST])
        return f"[{told}{', …' if len(value) > _FIRST else ''}]"
    words = value if isinstance(value, str) else str(value)
    return words if len(words) <= most else f"{words[:most]}…"
