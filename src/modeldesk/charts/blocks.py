"""Histograms made of block letters, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
LETTERS = ".:-=+*#@"
"""The same in ASCII, for terminals that know no more."""


def blocks(shares: Sequence[float], *, top: float, ascii_only: bool = False) -> str:
    """Return one letter per bin, the higher the larger its share.

    Parameters
    ----------
    shares
        Share of the values per bin, from 0 to 1.
    top
        The share that fills a letter; give both sides of a comparison the same.
    ascii_only
        Whether to do without block letters.

    Returns
    -------
    str
        As long as `shares`; an empty bin is a space, and anything in a bin can be seen.

    Examples
    --------
    >>> blocks((0.1, 0.4, 0.001, 0.0, 0.2), top=0.4)
    '▂█▁ ▄'
    >>> blocks((0.1, 0.4), top=0.4, ascii_only=True)
    ':@'
    """
    letters = LETTERS if ascii_only else BLOCKS
    last = len(letters) - 1
    if top <= 0:
        return " " * len(shares)
    return "".join(
        " " if share <= 0 else letters[min(last, max(0, round(share / top * (last + 1)) - 1))]
        for share in shares
    )
