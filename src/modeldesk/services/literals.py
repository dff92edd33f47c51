"""Values written as literals of JSON, Python and JavaScript, broken over lines like code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

WIDTH = 88
"""Characters of a line, unless a single value is longer."""

_EXACT = 2**53
"""From here on not every whole number is one of JavaScript's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How a language writes what others write otherwise."""

    true: str
    false: str
    null: str
    step: int
    """Spaces by which what is inside stands further right."""
    last: str
    """What follows the last of several lines."""


JSON = Notation(true="true", false="false", null="null", step=2, last="")
PYTHON = Notation(true="True", false="False", null="None", step=4, last=",")
JAVASCRIPT = Notation(true="true", false="false", null="null", step=2, last=",")


def literal(
    value: object, notation: Notation, *, margin: int = 0, width: int | None = WIDTH
) -> str:
    r"""Return a value of JSON's kinds as a literal.

    Parameters
    ----------
    value
        A mapping, a list, a string, a finite number, a truth or ``None``.
    notation
        The language's.
    margin
        Spaces before the line on which the literal begins.
    width
        Longest line that holds several values, in characters; ``None``: all on one line.

    Examples
    --------
    >>> print(literal({"name": "O'Neill\n", "member": True, "since": None}, PYTHON))
    {"name": "O'Neill\n", "member": True, "since": None}
    """
    flat = _flat(value, notation)
    if not value or width is None or margin + len(flat) <= width:
        return flat
    inside = margin + notation.step
    if isinstance(value, Mapping):
        parts = [
            f"{_quoted(str(name))}: {literal(part, notation, margin=inside, width=width)}"
            for name, part in value.items()
        ]
        return _block("{", parts, "}", notation, margin)
    if isinstance(value, list):
        if any(isinstance(part, Mapping | list) for part in value):
            parts = [literal(part, notation, margin=inside, width=width) for part in value]
        else:
            parts = list(_filled([_flat(part, notation) for part in value], width - inside))
        return _block("[", parts, "]", notation, margin)
    return flat


def exact_in_javascript(value: object) -> bool:
    """Whether JavaScript's literal of a value is that value.

    Whole numbers of more than 53 bits are rounded, and a property of the name ``__proto__`` is
    taken for something else.

    >>> exact_in_javascript({"id": 2**60 + 1})
    False
    """
    if isinstance(value, Mapping):
        return "__proto__" not in value and all(map(exact_in_javascript, value.values()))
    if isinstance(value, list):
        return all(map(exact_in_javascript, value))
    return not isinstance(value, int) or abs(value) <= _EXACT


def _block(begin: str, parts: list[str], end: str, notation: Notation, margin: int) -> str:
    inside = " " * (margin + notation.step)
    lines = f",\n{inside}".join(parts)
    return f"{begin}\n{inside}{lines}{notation.last}\n{' ' * margin}{end}"


def _filled(parts: list[str], width: int) -> Iterator[str]:
    """Yield lines of as many values as fit."""
    line = ""
    for part in parts:
        if line and len(line) + len(part) + 3 > width:
            yield line
            line = part
        else:
            line = f"{line}, {part}" if line else part
    yield line


def _flat(value: object, notation: Notation) -> str:
    if isinstance(value, Mapping):
        named = (f"{_quoted(str(name))}: {_flat(part, notation)}" for name, part in value.items())
        return f"{{{', '.join(named)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flat(part, notation) for part in value)}]"
    if value is None:
        return notation.null
    if isinstance(value, bool):
        return notation.true if value else notation.false
    return _quoted(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def _quoted(text: str) -> str:
    r"""Return a string in double quotes, as all three languages read it.

    What cannot be seen is escaped, so that nothing hides in code that is copied; characters
    beyond the first 65,536 have no escape that all three share, and stay as they are.
    """
    return "".join(
        character
        if character.isprintable() or ord(character) > 0xFFFF  # noqa: PLR2004 - said above
        else f"\\u{ord(character):04x}"
        for character in json.dumps(text, ensure_ascii=False)
    )
