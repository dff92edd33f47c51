"""Text that a terminal shows as it is, and obeys in nothing."""

from __future__ import annotations

from rich.text import Text


def shown(words: str, style: str = "") -> Text:
    r"""Return words for a table's cell; control characters in them are written out.

    A column's name may come from anywhere, and must neither move the cursor nor be taken for
    markup.

    >>> shown("[red]a\x1b[2Jb").plain
    '[red]a\\x1b[2Jb'
    """
    safe = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in words
    )
    return Text(safe, style=style)
