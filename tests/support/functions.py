"""Functions that stand for models, importable by other processes."""

from __future__ import annotations

import sys

import polars as pl


def double(frame: pl.DataFrame) -> pl.Series:
    """Answer twice the column ``a``."""
    return frame["a"] * 2


def fails(frame: pl.DataFrame) -> pl.Series:
    """Raise, whatever is asked."""
    message = f"no answer for {frame.height} rows"
    raise ValueError(message)


def fails_above_ten(frame: pl.DataFrame) -> pl.Series:
    """Raise when any value of ``a`` is above ten; otherwise answer it."""
    if (frame["a"] > 10).any():
        message = "too large"
        raise ValueError(message)
    return frame["a"]


def leaves_above_ten(frame: pl.DataFrame) -> pl.Series:
    """Ask the interpreter to end when any value of ``a`` is above ten; otherwise answer it."""
    if (frame["a"] > 10).any():
        sys.exit("enough")
    return frame["a"]


def answers_a_table(frame: pl.DataFrame) -> list[list[float]]:
    """Answer two values per row."""
    return [[1.0, 2.0]] * frame.height


def numbers_then_words(frame: pl.DataFrame) -> list[float] | list[str]:
    """Answer numbers for the usual values of ``a`` and words for the others."""
    if (frame["a"] > 10).any():
        return ["many"] * frame.height
    return [1.0] * frame.height
