"""Functions that stand for models, importable by other processes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import polars as pl
from annotated_types import Interval


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


class Plan(Enum):
    """What a customer pays for."""

    FREE = "free"
    PAID = "paid"


def risk(
    age: Annotated[int, Interval(ge=18, le=98)],
    city: Literal["Bonn", "Ulm"],
    income: float | None = None,
    *,
    plan: Plan = Plan.FREE,
) -> float:
    """Answer by one row: half the age, more without an income, less for who pays."""
    assert isinstance(plan, Plan)
    risen = age / 2 + (10 if income is None else 0) + (1 if city == "Ulm" else 0)
    return risen - (5 if plan is Plan.PAID else 0)


def since(day: date, hours: timedelta, at: datetime, member: bool = True) -> str:  # noqa: FBT001, FBT002  # hints are what is tested
    """Answer with the types that were given."""
    return f"{type(day).__name__} {type(hours).__name__} {at.year} {member}"


def letters(text: str) -> int:
    """Count characters."""
    return len(text)


def grade(points: int) -> Literal["good", "bad"]:
    """Answer one of two classes."""
    return "good" if points > 10 else "bad"


async def awaited(frame: pl.DataFrame) -> pl.Series:
    """Answer a table after a turn of the event loop."""
    await asyncio.sleep(0)
    return frame["a"] + 1


_TOGETHER: list[int] = []


async def together(a: int) -> int:
    """Answer how many rows were under way at the same time."""
    _TOGETHER.append(a)
    await asyncio.sleep(0.05)
    under_way = len(_TOGETHER)
    await asyncio.sleep(0.05)
    _TOGETHER.remove(a)
    return under_way


def one_by_one(frame: pl.DataFrame) -> Iterator[int]:
    """Yield one answer per row of a table."""
    for row in frame.iter_rows(named=True):
        yield row["a"] * 3


def better_and_better(a: int) -> Iterator[int]:
    """Yield partial answers to a row; the last is the answer."""
    yield 0
    yield a * 5


async def streamed(a: int) -> AsyncIterator[int]:
    """Yield partial answers asynchronously."""
    yield 0
    await asyncio.sleep(0)
    yield a * 7


def yields_nothing(a: int) -> Iterator[int]:
    """Yield no answer at all."""
    yield from range(min(a, 0))


def of_pandas(frame: pd.DataFrame) -> pd.Series:
    """Answer what only pandas can."""
    return frame.loc[:, "a"].rolling(1).sum()


def of_an_array(values: np.ndarray) -> np.ndarray:
    """Answer the sum of each row."""
    sums: np.ndarray = values.sum(axis=1)
    return sums


def unclear(a: int, b: object) -> int:
    """Take what no hint explains."""
    return a if b else 0


def maybe(a: int) -> float | None:
    """Answer nothing for negative numbers."""
    return None if a < 0 else a / 2


def hour_of(at: datetime) -> int:
    """Answer the hour of a time."""
    return at.hour


def next_day(at: datetime) -> datetime:
    """Answer the same time of the next day."""
    return at + timedelta(days=1)


def guesses_setosa(frame: pl.DataFrame) -> list[str]:
    """Answer the same class for every flower."""
    return ["Iris-setosa"] * frame.height


def takes_wide_for_virginica(frame: pl.DataFrame) -> list[str]:
    """Answer by the width of the sepals alone; none of the real flowers is as wide."""
    wide = (frame["sepal_width_cm"] > 6).to_list()
    return ["Iris-virginica" if each else "Iris-setosa" for each in wide]
