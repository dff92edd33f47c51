"""A table of plain elements: for few rows, whose cells hold buttons and links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from modeldesk.ui.markup import scrollable, testable, text


@contextmanager
def element_table(headings: Sequence[str], *, label: str, name: str) -> Iterator[ui.element]:
    """Add a table whose rows the ``with`` block adds.

    Parameters
    ----------
    headings
        Of the columns; one that begins with ``>`` is of numbers, which stand at the right.
    label
        What a screen reader says for it.
    name
        By which tests find it.
    """
    with scrollable("md-elements") as room:
        room.props["role"] = "region"
        room.props["aria-label"] = label
        with ui.element("table").classes("md-table") as table:
            testable(table, name)
            with ui.element("thead"), ui.element("tr"):
                for heading in headings:
                    words = heading.removeprefix(">")
                    found = text("th", words, "md-right" if heading != words else "")
                    found.props["scope"] = "col"
                    if words == "Time":
                        found.props["data-md-zone"], found.props["title"] = "hover", "In UTC"
                    if not words:
                        found.props["aria-label"] = "What can be done"
            with ui.element("tbody") as body:
                yield body


def row(name: str = "") -> ui.element:
    """Add a row."""
    found = ui.element("tr")
    if name:
        testable(found, name)
    return found


def cell(words: str, classes: str = "", *, title: str = "") -> ui.element:
    """Add a cell with text."""
    found = text("td", words, classes)
    if title:
        found.props["title"] = title
    return found


def number(words: str, *, title: str = "") -> ui.element:
    """Add a cell with a number."""
    return cell(words, "md-right md-num", title=title)


def room(classes: str = "") -> ui.element:
    """Add a cell for other elements."""
    return ui.element("td").classes(classes)
