"""Loans in three versions: one answers, one predicts beside it, one cannot be loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modeldesk.demo import loans
from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy, Routing, Shadow
from modeldesk.services.about import About
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

LENT = "loans"
ALONE = "alone"
"""A model with one version."""
BESIDE, BROKEN = 2, 3
DAYS, ROWS = 6, 250
MARKUP = "<b>third</b> try"
_FEATURES = ("age", "income_keur", "amount_keur", "employed_years", "housing", "purpose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """What was asked and what was true, and both models as they were trained."""

    first: Pipeline
    second: Pipeline
    test: pl.DataFrame
    rows: pl.DataFrame
    """All that was asked, oldest first, with what was true."""
    ids: tuple[str, ...]
    """Of the answered predictions."""
    day: NDArray[np.int64]
    """How many days ago each row was asked."""

    def said(self, model: Pipeline, rows: pl.DataFrame) -> NDArray[np.str_]:
        """Return what a model predicts."""
        said: NDArray[np.str_] = np.asarray(model.predict(rows.select(_FEATURES)))
        return said

    def right(self, model: Pipeline, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Tell which rows a model gets right."""
        right: NDArray[np.bool_] = self.said(model, rows) == rows[loans.TARGET].to_numpy()
        return right


def lend(home: Path) -> Lent:
    """Publish three versions, ask the first for some days beside the second, and label all."""
    random = np.random.default_rng(11)
    known, test = (loans.applications(many, random) for many in (1_500, 600))
    first, second = loans.train(known), loans.train_tree(known)
    days = [loans.applications(ROWS, random, young=0.2 + 0.07 * ago) for ago in range(DAYS)]
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name=ALONE, reference=iris_frame(), target="class")
        _publish(desk, first, known, test, About(description="adds up"))
        desk.registry.set_policy(LENT, LogPolicy(segment_by=("housing",)))
        for name, condition in loans.SLICES.items():
            desk.slices.define(LENT, name, condition)
        desk.slices.define(LENT, "over thirty", "age > 30")
        about = About(tags={"owner": "risk"}, metrics={"auc": 0.91}, parameters={"pairs": True})
        _publish(desk, second, known, test, about)
        _publish(desk, second, known, None, About(description=MARKUP))
        _break(home)
        desk.routes.set(LENT, Routing(shadow=Shadow(version=BESIDE)))
        ids: list[str] = []
        now = datetime.now(UTC)
        for number, rows in enumerate(days):
            at = now - timedelta(days=DAYS - number)
            asked = rows.drop(loans.TARGET).to_dicts()
            answer = desk.predictor.predict(LENT, asked, timestamps=[at] * ROWS)
            new = [each.prediction_id for each in answer.predictions]
            desk.labelling.label(
                LENT, {"prediction_id": new, "label": rows[loans.TARGET].to_list()}
            )
            ids += new
        _wait_for_shadow(desk)
        desk.jobs.run()
    return Lent(
        first=first,
        second=second,
        test=test,
        rows=pl.concat(days),
        ids=tuple(ids),
        day=np.repeat(np.arange(DAYS, 0, -1), ROWS),
    )


def _publish(
    desk: Desk, model: Pipeline, known: pl.DataFrame, test: pl.DataFrame | None, about: About
) -> None:
    desk.registry.publish(
        model, name=LENT, reference=known, target=loans.TARGET, about=about, test=test
    )


def _break(home: Path) -> None:
    """Change a file of the third version, as a failing disk would."""
    (folder,) = (home / "artefacts" / LENT).glob(f"{BROKEN}-*")
    for file in folder.iterdir():
        file.write_bytes(b"not what was published")


def _wait_for_shadow(desk: Desk) -> None:
    until = time.monotonic() + 60
    while desk.overview.model(LENT).shadow < DAYS * ROWS:
        assert time.monotonic() < until
        time.sleep(0.05)
