"""A store as it is after years of use: models of many columns, days, segments and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy
from modeldesk.settings import Settings

NUMBERS = 20
WORDS = 10
SEGMENTS = 10
SEGMENT = "region"
OUTCOME = "answer"

_SEED = 7
_DRIFTING = 4
"""Columns of numbers that move in the last tenth of the days."""
_LABELLED_DAYS = 100
"""The latest days, whose outcomes are known."""
_REFERENCE_ROWS = 5_000
_DAYS_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a store holds."""

    models: int
    days: int
    rows: int
    """Of all models together."""

    @property
    def names(self) -> list[str]:
        """The models' names."""
        return [f"model-{number}" for number in range(self.models)]


FULL = Size(models=3, days=1_000, rows=1_000_000)
QUICK = Size(models=2, days=60, rows=30_000)


def answer(frame: pl.DataFrame) -> list[str]:
    """Be the model: say what the first numbers speak for."""
    return _said(frame["n0"].to_numpy() + frame["n1"].to_numpy())


def make_store(home: Path, size: Size) -> None:
    """Publish models, log predictions over days up to yesterday, label the last ones.

    Everything that background jobs do is done when this returns.
    """
    rng = np.random.default_rng(_SEED)
    with Desk.open(Settings.load(home=home)) as desk:
        for name in size.names:
            reference = _rows(rng, _REFERENCE_ROWS, moved=np.zeros(_REFERENCE_ROWS))
            desk.registry.publish(answer, name=name, reference=reference, target=OUTCOME)
            desk.registry.set_policy(name, LogPolicy(segment_by=(SEGMENT,)))
            _log(desk, name, size, rng)
        desk.jobs.run()


def _log(desk: Desk, name: str, size: Size, rng: np.random.Generator) -> None:
    count = size.rows // size.models
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    place = np.sort(rng.integers(0, size.days, count))
    rows = _rows(rng, count, moved=(place >= size.days * 0.9).astype(float))
    # Within one hour of each day: profiles of hours are kept for some days only.
    minutes = 12 * 60 + rng.integers(0, 60, count)
    times = [
        today - timedelta(days=int(size.days - day), minutes=-int(minute))
        for day, minute in zip(place, minutes, strict=True)
    ]
    keys = [f"{name}-{number}" for number in range(count)]
    table = rows.with_columns(pl.Series("at", times), pl.Series("key", keys))
    # A few days at a time, as they would have come: what is asked of a day reads few others.
    for some in table.iter_slices(count * _DAYS_AT_ONCE // size.days):
        desk.backfill.log(name, some, time="at", row_id="key")
    desk.jobs.run()
    known = place >= size.days - _LABELLED_DAYS
    truth = np.where(rng.random(count) < 0.1, "no", rows[OUTCOME].to_numpy())[known]
    told = [key for key, is_known in zip(keys, known, strict=True) if is_known]
    desk.labelling.label(name, {"row_id": told, "label": truth.tolist()})


def _rows(rng: np.random.Generator, count: int, *, moved: NDArray[np.float64]) -> pl.DataFrame:
    numbers = {f"n{place}": rng.normal(0, 1, count) for place in range(NUMBERS)}
    for place in range(_DRIFTING):
        numbers[f"n{place}"] += 0.6 * moved
    words = {
        f"w{place}": rng.choice([f"kind {kind}" for kind in range(3 + place)], count)
        for place in range(WORDS - 1)
    }
    regions = rng.choice([f"region {number}" for number in range(SEGMENTS)], count)
    said = _said(numbers["n0"] + numbers["n1"])
    return pl.DataFrame({**numbers, **words, SEGMENT: regions, OUTCOME: said})


def _said(weight: NDArray[np.float64]) -> list[str]:
    return ["yes" if each > 0 else "no" for each in weight]
