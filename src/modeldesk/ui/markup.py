"""Plain HTML elements with text; the text is always shown as it is, never read as markup.

Classes and properties are given to elements that have just been made, of which the browser is
told as a whole. So they are set without the notice that they have changed, which takes as long
as making the element; see decision 36.
"""

from __future__ import annotations

from typing import TypeVar

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

E = TypeVar("E", bound=ui.element)


def text(tag: str, words: str, classes: str = "") -> TextElement:
    """Add an element that holds only text."""
    return _with_classes(TextElement(tag=tag, text=words), classes)


def block(classes: str, *, tag: str = "div") -> ui.element:
    """Add an element that holds others."""
    return _with_classes(ui.element(tag), classes)


def scrollable(classes: str) -> ui.element:
    """Add an element that may be taller than its place, and can be scrolled by keys."""
    element = block(classes)
    dict.__setitem__(element.props, "tabindex", "0")
    return element


def testable(element: ui.element, name: str) -> None:
    """Give an element, when it is made, the stable name by which tests find it."""
    dict.__setitem__(element.props, "data-testid", name)


def _with_classes(element: E, classes: str) -> E:
    list.extend(element.classes, classes.split())
    return element
