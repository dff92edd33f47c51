"""Functions that stand for versions of one model: each answers with its own number.

What they do is decided by files, so that tests can let a version that is being served hang,
fail or not load.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import polars as pl


def one(frame: pl.DataFrame) -> list[float]:
    """Answer 1."""
    return [1.0] * frame.height


def two(frame: pl.DataFrame) -> list[float]:
    """Answer 2."""
    return [2.0] * frame.height


def three(frame: pl.DataFrame) -> list[float]:
    """Answer 3."""
    return [3.0] * frame.height


def slow(frame: pl.DataFrame) -> list[float]:
    """Answer 4 after a while."""
    time.sleep(0.2)
    return [4.0] * frame.height


def told_to(frame: pl.DataFrame) -> list[float]:
    """Answer 5, or do what the file in ``MODELDESK_TEST_ORDER`` says: fail, or hang."""
    order = Path(os.environ["MODELDESK_TEST_ORDER"])
    told = order.read_text() if order.exists() else ""
    if told == "fail":
        message = "not today"
        raise ValueError(message)
    while told == "hang":
        time.sleep(0.02)
        told = order.read_text() if order.exists() else ""
    return [5.0] * frame.height


def hangs_above_ten(frame: pl.DataFrame) -> list[float]:
    """Answer 6; hang while any value of ``a`` is above ten and the file does not say "go"."""
    order = Path(os.environ["MODELDESK_TEST_ORDER"])
    while (frame["a"] > 10).any() and not (order.exists() and order.read_text() == "go"):
        time.sleep(0.02)
    return [6.0] * frame.height
