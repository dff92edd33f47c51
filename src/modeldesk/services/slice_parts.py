"""Under which name a slice's rows of a day are evaluated, beside those of segments.

Names of segments, such as ``country=DE``, always have an equals sign; names of slices never do.
"""

from __future__ import annotations

from modeldesk.errors import InvalidArgument

_PREFIX = "slice:"
_FORBIDDEN = "=/"
"""The sign of segments, and that of paths: a slice's name is part of an address."""


def slice_part(name: str) -> str:
    """Return the name of the part of a day's rows that belong to a slice.

    >>> slice_part("old")
    'slice:old'
    """
    return f"{_PREFIX}{name}"


def slice_of(part: str) -> str | None:
    """Return the slice that a part of a day's rows belongs to; ``None`` for segments.

    >>> slice_of("slice:old"), slice_of("slice:old=DE"), slice_of("")
    ('old', None, None)
    """
    return None if "=" in part or not part.startswith(_PREFIX) else part.removeprefix(_PREFIX)


def check_slice_name(name: str) -> None:
    """Refuse names that could be taken for something else, beyond what every slice refuses.

    Raises
    ------
    InvalidArgument
        When it has an equals sign or a slash, or only dots.
    """
    if any(sign in name for sign in _FORBIDDEN) or not name.strip("."):
        message = f"{name[:100]!r} is no name for a slice that is kept."
        hint = "Name it without = and /, like 'short texts'."
        raise InvalidArgument(message, hint=hint)
