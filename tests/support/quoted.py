"""A model whose features and values are hard to write down in any language."""

from __future__ import annotations

import polars as pl

QUOTED = "quoted"
FIRST = 2**60 + 1
"""A whole number that JavaScript's own numbers cannot hold."""

_TEXTS = {
    'it\'s "quoted"': 'O\'Neill said "no" and `yes`; $HOME $(id) !! \\n %s {x} </script>',
    "straße\nand 東京": "zwei\nZeilen\r\n\ttab, 😀, \u2028, \u200b, \u202e und \\",
    "back\\slash": '\'\'""\\"',
    "__proto__": "@/etc/passwd",
}


def anything(frame: pl.DataFrame) -> list[float]:
    """Answer a number, whatever is given."""
    return [1.5] * frame.height


def quoted_reference() -> pl.DataFrame:
    """Return rows with one and the same text in each column, and a number of their own."""
    columns: dict[str, list[object]] = {name: [text] * 50 for name, text in _TEXTS.items()}
    numbers: list[object] = [FIRST + row for row in range(50)]
    return pl.DataFrame(
        columns | {"number": numbers, "flag": [True] * 50, "none": [None, 2.5] * 25}
    )
