"""Times of day, told in the zone of whoever looks, with UTC on hover.

The server does not know that zone: it writes UTC, and a small script in `moments.js` puts what it
wrote into the browser's zone before it is painted. Days of profiles, charts and filters are days
in UTC, and stay so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.ui.markup import block, text
from modeldesk.ui.wording import NOTHING, ago, utc

_AGO = "ago"
_NEVER = "never"


class Precision(StrEnum):
    """How precisely a moment is told."""

    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


_PATTERNS = {
    Precision.DAY: "%Y-%m-%d",
    Precision.MINUTE: "%Y-%m-%d %H:%M",
    Precision.SECOND: "%Y-%m-%d %H:%M:%S",
}

# A template is a constant.
ZONED_HEAD = """
<q-th :props="props"><span class="md-zoned" data-md-zone="hover" title="In UTC"
  >{{ props.col.label }}</span></q-th>
"""
"""The head of a column of times, which names the zone on hover."""


def script() -> str:
    """Return what puts times into the browser's zone.

    >>> "MutationObserver" in script()
    True
    """
    return (files("modeldesk.ui") / "moments.js").read_text(encoding="utf-8")


def written(when: datetime, precision: Precision = Precision.MINUTE) -> str:
    """Write a moment in UTC, as it stands until the browser has put it into its zone.

    >>> written(datetime(2026, 3, 9, 9, 35, 12, tzinfo=UTC))
    '2026-03-09 09:35'
    """
    return when.astimezone(UTC).strftime(_PATTERNS[precision])


def moment(
    when: datetime | None, classes: str = "", *, precision: Precision = Precision.MINUTE
) -> TextElement:
    """Add a moment; a dash where there is none."""
    element = text("time", NOTHING, classes)
    tell(element, when, precision=precision)
    return element


def tell(
    element: TextElement, when: datetime | None, *, precision: Precision = Precision.MINUTE
) -> None:
    """Let an element that `moment` added tell another one."""
    words = NOTHING if when is None else written(when, precision)
    _tell(element, when, words, precision)


def since(when: datetime | None, now: datetime, classes: str = "") -> TextElement:
    """Add how long ago something was; "never" where it was not."""
    element = text("time", _NEVER, classes)
    tell_since(element, when, now)
    return element


def tell_since(
    element: TextElement, when: datetime | None, now: datetime, *, title: str | None = None
) -> None:
    """Let an element that `since` added tell of another moment, or of the same one later.

    Parameters
    ----------
    element
        What `since` returned.
    when
        The moment.
    now
        The present one.
    title
        What is said on hover; ``None``: the moment in UTC.
    """
    _tell(element, when, ago(when, now), _AGO, title)


def moment_fields(when: datetime) -> dict[str, object]:
    """Return what a table's row needs to tell a moment: the words, and what it is on hover."""
    return {"time": written(when), "iso": _iso(when), "utc": utc(when)}


def since_fields(when: datetime | None, now: datetime) -> dict[str, object]:
    """Return what a table's row needs to tell how long ago something was."""
    iso = None if when is None else _iso(when)
    return {"when": ago(when, now), "iso": iso, "utc": None if when is None else utc(when)}


def sentence(parts: Sequence[str | datetime], classes: str = "", *, tag: str = "div") -> ui.element:
    """Add a line of words with moments among them, which are told to the second."""
    line = block(classes, tag=tag)
    with line:
        fill(parts)
    return line


def fill(parts: Sequence[str | datetime]) -> None:
    """Add words and moments to the line that is open."""
    for part in parts:
        if isinstance(part, datetime):
            moment(part, precision=Precision.SECOND)
        elif part:
            text("span", part)


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tell(
    element: TextElement, when: datetime | None, words: str, kind: str, title: str | None = None
) -> None:
    """Say it, and which moment it is; what is the same already is not sent again."""
    wanted = (
        {}
        if when is None
        else {"datetime": _iso(when), "data-md-time": str(kind), "title": title or utc(when)}
    )
    known = {name: element.props[name] for name in _PROPS if name in element.props}
    if known != wanted:
        for name in _PROPS:
            element.props.set_optional(name, wanted.get(name))
    if element.text != words:
        element.set_text(words)


_PROPS = ("datetime", "data-md-time", "title")
