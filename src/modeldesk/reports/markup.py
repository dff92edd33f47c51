"""HTML that is built from elements, so that what users wrote is always shown as text."""

from __future__ import annotations

from html import escape
from typing import NewType

Html = NewType("Html", str)
"""Markup that is safe to show; text becomes it through `text` and `element` alone."""

_VOID = frozenset({"br", "meta"})


def text(words: str) -> Html:
    """Return words as they are written, whatever they contain.

    >>> text("<script>")
    '&lt;script&gt;'
    """
    return Html(escape(words))


def element(name: str, *children: Html, classes: str = "", **attributes: str) -> Html:
    """Return an element with its children.

    Parameters
    ----------
    name
        What sort of element.
    children
        What is in it.
    classes
        Its classes, with spaces between them.
    attributes
        Its other attributes; ``aria_label`` becomes ``aria-label``.

    Examples
    --------
    >>> element("b", text("a < b"), classes="loud", title='"it"')
    '<b class="loud" title="&quot;it&quot;">a &lt; b</b>'
    """
    given = {"class": classes, **attributes} if classes else attributes
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in given.items()
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{''.join(children)}</{name}>")


def joined(*parts: Html) -> Html:
    """Return pieces of markup, one after the other."""
    return Html("".join(parts))


def drawing(svg: str) -> Html:
    """Take over a picture of `modeldesk.charts`, which escapes what it writes."""
    return Html(svg)


def named(name: str) -> Html:
    """Return a name that users chose, kept from turning the text round it about.

    >>> named("größe")
    '<bdi>größe</bdi>'
    """
    return element("bdi", text(name))
