"""How good versions probably are, on each database, while labels are not here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from modeldesk.errors import InvalidArgument
from modeldesk.store import EstimateRecords, Expiry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.desk import Desk
    from modeldesk.services.estimate_report import EstimatedDay, EstimateView

START = datetime(2026, 2, 1, tzinfo=UTC)
ROWS = 600


Labelled = tuple[list[str], list[str]]


def customers(
    seed: int, *, age: float = 0.0, turned: bool = False, relative: bool = False
) -> tuple[pl.DataFrame, list[str]]:
    """Return rows and whether they bought.

    ``turned`` ones do the contrary, and ``relative`` ones if they are older than others are then.
    """
    rng = np.random.default_rng(seed)
    rows = pl.DataFrame({"age": rng.normal(age, 1, ROWS), "income": rng.normal(0, 1, ROWS)})
    older = rows["age"].to_numpy() - (age if relative else 0.0)
    chance = 1 / (1 + np.exp(-1.5 * older - rows["income"].to_numpy()))
    bought = rng.random(ROWS) < chance
    return rows, ["yes" if each != turned else "no" for each in bought]


def publish(desk: Desk) -> None:
    """Publish a classifier that knows both inputs."""
    rows, bought = customers(1)
    model = LogisticRegression().fit(rows, np.array(bought))
    reference = rows.with_columns(pl.Series("bought", bought))
    desk.registry.publish(model, name="shop", reference=reference, target="bought")


def day(
    desk: Desk, number: int, *, age: float = 0.0, turned: bool = False, relative: bool = False
) -> Labelled:
    """Predict a day's rows; return their identifiers and true outcomes."""
    rows, bought = customers(100 + number, age=age, turned=turned, relative=relative)
    at = START + timedelta(days=number, hours=9)
    answer = desk.predictor.predict("shop", rows.to_dicts(), timestamps=[at] * ROWS)
    return [each.prediction_id for each in answer.predictions], bought


def label(desk: Desk, ids: Sequence[str], values: Sequence[object], *, name: str = "shop") -> None:
    """Say what the outcomes were."""
    desk.labelling.label(name, {"prediction_id": list(ids), "label": list(values)})


def one(found: EstimatedDay, measure: str) -> EstimateView:
    """Return the estimate of one measure."""
    (view,) = [each for each in found.estimates if each.measure == measure]
    return view


def test_later_days_are_estimated_from_the_first_labels(desk: Desk) -> None:
    """Where inputs shift, the estimate follows, and the labels that come later agree."""
    publish(desk)
    for number in range(4):
        label(desk, *day(desk, number))
    shifted = [day(desk, number, age=-1.5) for number in (4, 5)]
    desk.jobs.run()
    report = desk.estimates.report("shop")
    assert report.learned is not None
    assert (report.learned.rows, report.learned.start.date()) == (4 * ROWS, START.date())
    assert [found.learned_from for found in report.days] == [True] * 4 + [False] * 2
    assert [found.rows for found in report.days] == [ROWS] * 6
    usual, now = one(report.days[0], "recall"), one(report.days[5], "recall")
    assert usual.value is not None
    assert now.value is not None
    assert now.value < usual.value - 0.1
    assert now.realised is None
    assert report.days[5].estimate_of("recall", "yes") is now
    assert report.days[5].estimate_of("recall", "no") is None
    for ids, bought in shifted:
        label(desk, ids, bought)
    desk.jobs.run()
    report = desk.estimates.report("shop")
    for found in report.days[4:]:
        view = one(found, "accuracy")
        assert view.realised is not None
        assert view.low is not None
        assert view.high is not None
        assert view.low <= view.realised <= view.high
    cards = {card.measure: card for card in report.scorecards}
    assert cards["accuracy"].windows == 2
    assert cards["accuracy"].mean_error < 0.05
    assert report.warnings == ()


def test_days_whose_scores_rise_together_while_labels_do_not(desk: Desk) -> None:
    """The first days have shown what that means, and the report says that it is allowed for."""
    publish(desk)
    for number in range(12):
        label(desk, *day(desk, number, age=float(np.sin(number)), relative=True))
    desk.jobs.run()
    assert desk.estimating.learn("shop", end=START + timedelta(days=10)) is not None
    desk.jobs.run()
    report = desk.estimates.report("shop")
    assert report.learned is not None
    assert report.learned.contextual
    for found in report.days[10:]:
        for measure in ("accuracy", "precision", "recall"):
            view = one(found, measure)
            assert view.value == pytest.approx(view.realised, abs=0.1)  # 0.22 without


def test_concept_drift_is_told_once_labels_say_so(desk: Desk) -> None:
    """Estimates stay as they were while everything is the other way round; a warning comes."""
    publish(desk)
    for number in range(3):
        label(desk, *day(desk, number))
    for number in range(3, 7):
        label(desk, *day(desk, number, turned=True))
    desk.estimating.learn("shop", end=START + timedelta(days=3))
    desk.jobs.run()
    report = desk.estimates.report("shop")
    assert "concept drift" in {warning.kind for warning in report.warnings}


def test_nothing_is_estimated_before_anything_is_learned(desk: Desk) -> None:
    """Too few labels, and a model without probabilities, have a reason and no figure."""
    publish(desk)
    ids, bought = day(desk, 0)
    label(desk, ids[:99], bought[:99])
    desk.jobs.run()
    report = desk.estimates.report("shop")
    assert (report.learned, report.days) == (None, ())
    assert report.because == "only 99 of the 1,000 labels it takes to learn are here"
    with pytest.raises(InvalidArgument, match="Nothing can be learned") as caught:
        desk.estimating.learn("shop")
    assert "has 99 rows" in str(caught.value.hint)
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        desk.estimates.report("shop", level=95.0)


def test_labels_from_which_nothing_is_learned_are_counted(desk: Desk) -> None:
    """Nobody is told that labels are missing where there are enough of them."""
    publish(desk)
    for number in range(2):
        ids, _ = day(desk, number)
        label(desk, ids, ["yes"] * ROWS)
    desk.jobs.run()
    because = desk.estimates.report("shop").because
    assert because is not None
    assert because.startswith(f"nothing was learned from its {2 * ROWS:,} labels so far")


def test_models_that_cannot_be_estimated_say_what_is_missing(desk: Desk) -> None:
    """Classes without probabilities, however many of them are labelled."""
    rows, bought = customers(1)
    reference = rows.with_columns(pl.Series("bought", bought))
    model = LinearSVC().fit(rows, np.array(bought))
    desk.registry.publish(model, name="shop", reference=reference, target="bought")
    label(desk, *day(desk, 0))
    desk.jobs.run()
    needed = "estimates need probabilities of classes, or predicted numbers"
    assert desk.estimates.report("shop").because == needed


def test_days_are_condensed_again_when_they_have_grown(desk: Desk) -> None:
    """By a tenth at once; and by another estimator in any case."""
    publish(desk)
    for number in range(2):
        label(desk, *day(desk, number))
    desk.jobs.run()
    assert [found.rows for found in desk.estimates.report("shop").days] == [ROWS, ROWS]
    day(desk, 1)
    desk.jobs.run()
    assert [found.rows for found in desk.estimates.report("shop").days] == [ROWS, 2 * ROWS]
    before = desk.estimating.learn("shop", end=START + timedelta(days=1))
    assert before.rows == ROWS
    desk.jobs.run()
    assert [found.rows for found in desk.estimates.report("shop").days] == [ROWS, 2 * ROWS]
    version = desk.registry.record("shop").version_id
    assert EstimateRecords(desk.store).due(desk.clock.now(), 10) == ()
    assert len(EstimateRecords(desk.store).days(version)) == 2


def test_rows_that_left_the_log_stay_in_what_was_condensed(desk: Desk) -> None:
    """An estimate outlives the rows that it was made from."""
    publish(desk)
    for number in range(2):
        label(desk, *day(desk, number))
    desk.jobs.run()
    before = desk.estimates.report("shop").days[0].estimates
    while Expiry(desk.store).rows(START + timedelta(days=1)).rows:
        pass
    desk.jobs.run()
    assert desk.estimates.report("shop").days[0].estimates == before


def test_errors_of_a_regression_are_estimated(desk: Desk) -> None:
    """Large values err more, so a day of large ones has a larger error."""
    rng = np.random.default_rng(3)

    def flats(low: float, high: float, count: int = 1500) -> tuple[pl.DataFrame, list[float]]:
        rooms = rng.uniform(low, high, count)
        prices = 100 * rooms + rng.normal(size=count) * 10 * rooms
        return pl.DataFrame({"rooms": rooms}), list(prices)

    rows, price = flats(1, 6)
    reference = rows.with_columns(pl.Series("price", price))
    desk.registry.publish(
        LinearRegression().fit(rows, price), name="flats", reference=reference, target="price"
    )
    for number, (low, high) in enumerate([(1, 6), (1, 6), (5, 6)]):
        rows, price = flats(low, high)
        at = START + timedelta(days=number)
        answer = desk.predictor.predict("flats", rows.to_dicts(), timestamps=[at] * rows.height)
        if number < 2:
            label(desk, [each.prediction_id for each in answer.predictions], price, name="flats")
    desk.jobs.run()
    first, _, last = desk.estimates.report("flats").days
    usual, large = one(first, "mae").value, one(last, "mae").value
    assert usual == pytest.approx(28, abs=3)
    assert large == pytest.approx(44, abs=4)
