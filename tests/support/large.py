"""A store after months of use: one model of many columns, with days, segments and labels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MODEL = "churn"
NUMBERS, WORDS = 18, 10
"""With the region and what is predicted, thirty columns."""
DAYS, A_DAY = 120, 40
SEGMENT = "region"
REGIONS = ("north", "south")
OUTCOME = "leaves"
DRIFTED = "n7"
"""The one column that is higher of late."""
LATELY = 10
"""For so many days."""
LABELLED = 30
"""Of so many days the outcomes are known."""
WORST = "south"
"""The region in which outcomes are often wrong of late."""


def leaves(frame: pl.DataFrame) -> list[str]:
    """Be the model: say what the first number speaks for."""
    return ["yes" if each > 0 else "no" for each in frame["n0"].to_list()]


def day(ago: int) -> datetime:
    """Return noon of a day, so many days ago."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return noon - timedelta(days=ago)


def table(chance: np.random.Generator, ago: NDArray[np.int64]) -> pl.DataFrame:
    """Return rows of days, given how many days ago each was."""
    many = len(ago)
    numbers = {f"n{place}": chance.normal(0, 1, many) for place in range(NUMBERS)}
    numbers[DRIFTED] += 3.0 * (ago <= LATELY)
    words = {
        f"w{place}": chance.choice([f"kind {kind}" for kind in range(2 + place)], many)
        for place in range(WORDS)
    }
    found = pl.DataFrame({**numbers, **words, SEGMENT: chance.choice(REGIONS, many)})
    return found.with_columns(pl.Series(OUTCOME, leaves(found)))


def logged() -> pl.DataFrame:
    """Return all that was predicted, oldest first: with time, key and, where known, the truth."""
    ago = np.repeat(np.arange(DAYS, 0, -1), A_DAY)
    chance = np.random.default_rng(11)
    rows = table(chance, ago)
    often = (rows[SEGMENT] == WORST).to_numpy() & (ago <= LATELY)
    wrong = chance.random(len(ago)) < np.where(often, 0.6, 0.05)
    other = np.where(rows[OUTCOME].to_numpy() == "yes", "no", "yes")
    truth = np.where(wrong, other, rows[OUTCOME].to_numpy())
    return rows.with_columns(
        pl.Series("ago", ago),
        pl.Series("at", [day(int(each)) for each in ago]),
        pl.Series("key", [f"k{place}" for place in range(len(ago))]),
        pl.Series("truth", truth.tolist()),
    )


def seed_large(home: Path) -> pl.DataFrame:
    """Publish the model, log and label; return what was logged."""
    reference = table(np.random.default_rng(5), np.full(2_000, DAYS))
    rows = logged()
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(leaves, name=MODEL, reference=reference, target=OUTCOME)
        desk.registry.set_policy(MODEL, LogPolicy(segment_by=(SEGMENT,)))
        for some in rows.drop("ago", "truth").iter_slices(A_DAY * 20):
            desk.backfill.log(MODEL, some, time="at", row_id="key")
        desk.jobs.run()
        known = rows.filter(pl.col("ago") <= LABELLED)
        told = {"row_id": known["key"].to_list(), "label": known["truth"].to_list()}
        desk.labelling.label(MODEL, told)
        desk.jobs.run()
    return rows
