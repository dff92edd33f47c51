"""What kind of content a header of HTTP names."""

from __future__ import annotations


def media_type(header: str) -> str:
    """Return the type that a Content-Type header names, or a part of Accept, without parameters.

    >>> media_type("Text/CSV; charset=utf-8")
    'text/csv'
    """
    return header.partition(";")[0].strip().lower()
