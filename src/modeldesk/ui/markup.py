"""Plain HTML elements with text; the text is always shown as it is, never read as markup."""

from __future__ import annotations

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def text(tag: str, words: str, classes: str = "") -> TextElement:
    """Add an element that holds only text."""
    element = TextElement(tag=tag, text=words)
    return element.classes(classes) if classes else element


def block(classes: str, *, tag: str = "div") -> ui.element:
    """Add an element that holds others."""
    return ui.element(tag).classes(classes)


def scrollable(classes: str) -> ui.element:
    """Add an element that may be taller than its place, and can be scrolled by keys."""
    element = block(classes)
    element.props["tabindex"] = "0"
    return element


def testable(element: ui.element, name: str) -> None:
    """Give an element the stable name by which tests find it."""
    element.props["data-testid"] = name
