"""What the demo plays: the iris data, a model trained on it, and three days of traffic.

Day 1 and day 3 ask for the 150 rows that the model was published with. On day 2 the same rows
come with 30 of them having `DRIFTED` replaced by an outlier, as if a ruler had slipped. Which
species each flower was becomes known later, so of the last day it is not known of all yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from modeldesk.schema import Granularity, Window

MODEL = "iris"
FEATURES = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
TARGET = "class"
DRIFTED = "sepal_width_cm"
DRIFTED_DAY = 1
"""Position of the day with outliers, from 0."""
DAYS = 3
OUTLIERS = 30
DELAY = timedelta(hours=10)
"""How long it takes on average until a flower's species is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One row on its way to the model."""

    row: dict[str, float]
    time: datetime
    truth: str
    """The species that it was."""
    known: datetime | None
    """When that became known; ``None`` where it is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Everything that is asked of the model, in the order of time."""

    days: tuple[Window, ...]
    requests: tuple[Request, ...]

    @property
    def drifted_day(self) -> Window:
        """The day with outliers."""
        return self.days[DRIFTED_DAY]

    @property
    def labelled(self) -> int:
        """Of how many flowers the species is known by now."""
        return sum(request.known is not None for request in self.requests)


def iris() -> pl.DataFrame:
    """Return Fisher's 150 flowers: four lengths in centimetres and the class."""
    data = load_iris()
    classes = [f"Iris-{data.target_names[number]}" for number in data.target]
    return pl.DataFrame(data.data, schema=list(FEATURES)).with_columns(pl.Series(TARGET, classes))


def train(flowers: pl.DataFrame, *, seed: int) -> CalibratedClassifierCV:
    """Fit a support vector classifier whose scores are calibrated to probabilities."""
    model = CalibratedClassifierCV(SVC(random_state=seed), ensemble=False)
    return model.fit(flowers.select(FEATURES), flowers[TARGET].to_numpy())


def traffic(flowers: pl.DataFrame, *, now: datetime, seed: int) -> Traffic:
    """Make the requests of the three days before today.

    Parameters
    ----------
    flowers
        The rows to ask for, as `iris` returns them.
    now
        A moment of today, aware; days are days in UTC.
    seed
        Decides the order of the rows, their times and the outliers.

    Returns
    -------
    Traffic
        Every row once a day, at a random moment of that day.
    """
    random = np.random.default_rng(seed)
    today = Window.containing(now, Granularity.DAY)
    days = tuple(_before(today, by=DAYS - position) for position in range(DAYS))
    lengths = flowers.select(FEATURES)
    requests = list[Request]()
    for position, day in enumerate(days):
        rows = _with_outliers(lengths, random) if position == DRIFTED_DAY else lengths
        rows = rows.with_columns(flowers[TARGET])
        requests.extend(_day(rows, day, random, now=now))
    return Traffic(days=days, requests=tuple(requests))


def _before(today: Window, *, by: int) -> Window:
    return Window(start=today.start - timedelta(days=by), end=today.end - timedelta(days=by))


def _with_outliers(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Replace the drifted column's value in some rows by one beyond everything seen."""
    values = rows[DRIFTED].to_numpy().copy()
    span = values.max() - values.min()
    chosen = random.choice(len(values), OUTLIERS, replace=False)
    beyond = values.max() + span * random.uniform(0.5, 3.0, OUTLIERS)
    values[chosen] = beyond.round(1)
    return rows.with_columns(pl.Series(DRIFTED, values))


def _day(
    rows: pl.DataFrame, day: Window, random: np.random.Generator, *, now: datetime
) -> list[Request]:
    """Spread the rows over a day in random order, to the second."""
    seconds = np.sort(random.integers(0, 24 * 60 * 60, len(rows)))
    order = random.permutation(len(rows)).tolist()
    delays = random.exponential(DELAY.total_seconds(), len(rows)).round()
    requests = list[Request]()
    for position, second, delay in zip(order, seconds, delays, strict=True):
        row = rows.row(position, named=True)
        time = day.start + timedelta(seconds=int(second))
        known = time + timedelta(seconds=float(delay))
        requests.append(
            Request(
                truth=row.pop(TARGET), row=row, time=time, known=known if known <= now else None
            )
        )
    return requests
