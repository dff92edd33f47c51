"""Days of a shop's visitors whose mix shifts, or of whom some begin to do the contrary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from modeldesk.schema import LogPolicy

if TYPE_CHECKING:
    from modeldesk.desk import Desk

NAME = "shop"
START = datetime(2026, 1, 11, tzinfo=UTC)
COUNTRIES = ("DE", "FR", "IT", "PL")
SHARES = (0.4, 0.3, 0.2, 0.1)

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """What a day's visitors are like.

    Parameters
    ----------
    rows
        How many there are.
    age
        Their mean age, in standard deviations.
    turned
        A country whose visitors do the contrary of what they did.
    labelled
        Whether their outcomes are known.
    """

    rows: int = 500
    age: float = 0.0
    turned: str = ""
    labelled: bool = True


USUAL = Visitors()


def visitors(seed: int, kind: Visitors = USUAL) -> tuple[pl.DataFrame, list[str]]:
    """Draw visitors and whether they buy; those of an age near 0 are hard to tell."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "age": rng.normal(kind.age, 1, kind.rows),
            "income": rng.normal(0, 1, kind.rows),
            "country": rng.choice(COUNTRIES, kind.rows, p=SHARES),
        }
    )
    chance = 1 / (1 + np.exp(-2.5 * frame["age"].to_numpy() - frame["income"].to_numpy()))
    buys = rng.random(kind.rows) < chance
    buys ^= (frame["country"] == kind.turned).to_numpy()
    return frame, ["yes" if each else "no" for each in buys]


def open_shop(desk: Desk) -> None:
    """Publish a classifier that leaves the country out, and split its rows by country."""
    frame, buys = visitors(1, Visitors(rows=2000))
    numbers = ColumnTransformer([("numbers", "passthrough", ["age", "income"])])
    model = make_pipeline(numbers, LogisticRegression()).fit(frame.to_pandas(), buys)
    reference = frame.with_columns(pl.Series("buys", buys))
    desk.registry.publish(model, name=NAME, reference=reference, target="buys")
    desk.registry.set_policy(NAME, LogPolicy(segment_by=("country",)))


def visit(desk: Desk, days: list[Visitors]) -> None:
    """Predict some days one after the other, label them, and do what a server does beside."""
    for number, kind in enumerate(days):
        frame, buys = visitors(100 + number, kind)
        at = START + timedelta(days=number, hours=9)
        for start in range(0, kind.rows, _AT_ONCE):
            rows = frame[start : start + _AT_ONCE].to_dicts()
            answer = desk.predictor.predict(NAME, rows, timestamps=[at] * len(rows))
            if kind.labelled:
                ids = [each.prediction_id for each in answer.predictions]
                labels = buys[start : start + _AT_ONCE]
                desk.labelling.label(NAME, {"prediction_id": ids, "label": labels})
    desk.jobs.run()
