"""The demo's second model: who will fail to pay a loan back, over two weeks.

The applications are made up, with a rule that is known. The model does not know all of it: it
adds up what speaks for and against somebody, and among young people who rent, what they earn
says less than it believes. In the last days more of them ask, and whether their loans are paid
back is not known yet. What is known is learned from; what is not is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from modeldesk.schema import Granularity, Window

MODEL = "loans"
TARGET = "defaults"
SEGMENTS = ("housing",)
SLICES = {
    "large loans": "amount_keur > 20",
    "young renters": 'age < 30 and housing == "rent"',
    "unsure": "confidence < 0.6",
}
"""Conditions by the name that people know them by."""

DAYS = 14
ROWS = 300
"""Applications a day."""
LEARNED_DAYS = 5
"""The first days, whose labels estimates are learned from."""
CHANGED_DAYS = 4
"""The last days, in which more young people ask."""
DELAY = timedelta(days=2)
"""How long it takes until most outcomes are known, at the least."""

_NUMBERS = ("age", "income_keur", "amount_keur", "employed_years")
_NAMES = ("housing", "purpose")
_HOUSING = ("rent", "own", "family")
_PURPOSES = ("car", "home", "study", "business")
_YOUNG = 30
_OFFICE_HOURS = 9 * 60, 11 * 60
"""Minutes of the day between which the day's applications are decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is asked on one day."""

    window: Window
    rows: pl.DataFrame
    """A row per application."""
    times: tuple[datetime, ...]
    truths: tuple[str, ...]
    """Whether each loan was not paid back, "yes" or "no"."""
    known: tuple[datetime | None, ...]
    """When that became known; ``None`` where it is not known yet."""


def applications(rows: int, random: np.random.Generator, *, young: float = 0.2) -> pl.DataFrame:
    """Return applications with their outcome.

    Parameters
    ----------
    rows
        How many.
    random
        Decides everything.
    young
        Share of people under 30 who rent, beside those that there are anyway.
    """
    ages = np.clip(random.normal(44, 12, rows), 18, 78)
    renting = random.random(rows) < young
    ages = np.where(renting, random.uniform(18, _YOUNG, rows), ages).astype(int)
    housing = np.where(renting, "rent", random.choice(_HOUSING, rows, p=(0.3, 0.5, 0.2)))
    employed = np.round(np.clip((ages - 18) * random.beta(1.4, 2.6, rows), 0, 40), 1)
    incomes = np.round(np.exp(random.normal(3.55 + employed * 0.008, 0.38, rows)), 1)
    amounts = np.round(np.exp(random.normal(2.4, 0.65, rows)), 1)
    frame = pl.DataFrame(
        {
            "age": ages,
            "income_keur": incomes,
            "amount_keur": amounts,
            "employed_years": employed,
            "housing": housing,
            "purpose": random.choice(_PURPOSES, rows, p=(0.45, 0.25, 0.2, 0.1)),
        }
    )
    failed = random.random(rows) < 1 / (1 + np.exp(-_odds(frame)))
    return frame.with_columns(pl.Series(TARGET, np.where(failed, "yes", "no")))


def train(known: pl.DataFrame) -> Pipeline:
    """Fit a logistic regression, which adds up and sees nothing that only holds together."""
    columns = make_column_transformer(
        (StandardScaler(), list(_NUMBERS)),
        (OneHotEncoder(sparse_output=False), list(_NAMES)),
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=500))
    return model.fit(known.select(*_NUMBERS, *_NAMES), known[TARGET].to_numpy())


def train_tree(known: pl.DataFrame) -> Pipeline:
    """Fit a tree of four questions, which people can read: the second version."""
    columns = make_column_transformer(
        ("passthrough", list(_NUMBERS)),
        (OneHotEncoder(sparse_output=False), list(_NAMES)),
    )
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=20, random_state=0)
    return make_pipeline(columns, tree).fit(
        known.select(*_NUMBERS, *_NAMES), known[TARGET].to_numpy()
    )


def days(*, now: datetime, seed: int) -> tuple[Day, ...]:
    """Make the applications of the days before today.

    Parameters
    ----------
    now
        A moment of today, aware; days are days in UTC.
    seed
        Decides everything random.
    """
    random = np.random.default_rng((seed, DAYS))
    today = Window.containing(now, Granularity.DAY)
    made = []
    for back in range(DAYS, 0, -1):
        start = today.start - timedelta(days=back)
        young = 0.55 if back <= CHANGED_DAYS else 0.2
        many = int(random.normal(ROWS, ROWS / 12))
        window = Window(start=start, end=start + timedelta(days=1))
        made.append(_day(window, many, young, random, now))
    return tuple(made)


def _day(
    window: Window, rows: int, young: float, random: np.random.Generator, now: datetime
) -> Day:
    asked = applications(rows, random, young=young)
    seconds = np.sort(random.integers(*_OFFICE_HOURS, rows)) * 60
    waits = DELAY.total_seconds() * (0.7 + random.gamma(1.5, 0.3, rows))
    times = tuple(window.start + timedelta(seconds=int(second)) for second in seconds)
    known = [time + timedelta(seconds=int(wait)) for time, wait in zip(times, waits, strict=True)]
    return Day(
        window=window,
        rows=asked.drop(TARGET),
        times=times,
        truths=tuple(asked[TARGET]),
        known=tuple(moment if moment <= now else None for moment in known),
    )


def _odds(frame: pl.DataFrame) -> NDArray[np.float64]:
    """Return the logarithm of the odds that a loan is not paid back."""
    burden = frame["amount_keur"].to_numpy() / frame["income_keur"].to_numpy()
    young = ((frame["age"] < _YOUNG) & (frame["housing"] == "rent")).to_numpy()
    settled = np.where(frame["housing"].to_numpy() == "own", -1.1, 0.0)
    studies = np.where(frame["purpose"].to_numpy() == "business", 0.7, 0.0)
    usual = -2.6 + 3.4 * burden - 0.05 * frame["employed_years"].to_numpy() + settled + studies
    odds: NDArray[np.float64] = np.where(young, 0.5 * usual + 0.3, usual)
    return odds
