"""What a change of performance comes from, on each database: found in the rows of two ranges."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.schema import LogPolicy
from modeldesk.services.row_spread import RowSpread
from modeldesk.store import TIME, ChunkLog
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame
from tests.support.shoppers import NAME, START, Visitors, open_shop, visit

if TYPE_CHECKING:
    from modeldesk.desk import Desk
    from modeldesk.services.change_views import AttributionReport, ChangeSource

DAY = timedelta(days=1)


def source(report: AttributionReport, name: str) -> ChangeSource:
    """Return what a column, segment or slice has to do with the change."""
    (found,) = [each for each in report.sources if each.name == name]
    return found


def apart(report: AttributionReport) -> set[str]:
    """Return the sources of which a bin changed unlike all other rows."""
    return {
        each.name
        for each in report.sources
        if any(one.apart is not None and one.apart.shown for one in each.bins)
    }


def test_a_shifted_column_has_the_covariate_part(desk: Desk) -> None:
    """Visitors become older, so fewer are hard to tell: nothing else explains anything."""
    open_shop(desk)
    desk.slices.define(NAME, "rich", "income > 1")
    visit(desk, [Visitors(rows=900)] * 3 + [Visitors(rows=900, age=1.0)] * 3)
    report = desk.performance.attribution(NAME)
    assert (report.losses, report.loss, report.because) == ("realised", "error", None)
    assert report.base is not None
    assert report.current is not None
    assert (report.base.start, report.base.end) == (START, START + 3 * DAY)
    assert (report.current.start, report.current.end) == (START + 3 * DAY, START + 6 * DAY)
    assert (report.base.rows, report.current.rows, report.base.cut) == (2700, 2700, False)
    for side in (report.base, report.current):
        figures = desk.performance.report(
            NAME, start=side.start, end=side.end, measures=["accuracy"]
        ).figures
        assert side.mean_loss == pytest.approx(1 - (figures[0].value or 0))
    assert report.change is not None
    assert report.change.shown
    assert report.change.value < 0
    first, *others = report.sources
    assert (first.kind, first.name) == ("column", "age")
    assert first.covariate.shown
    assert first.covariate.value == pytest.approx(report.change.value, abs=0.02)
    assert not first.concept.shown
    assert {(each.kind, each.name) for each in others} == {
        ("column", "income"),
        ("segment", "country"),
        ("slice", "rich"),
    }
    assert not any(each.covariate.shown for each in others)
    assert "country" not in apart(report)
    assert "The shift of 'age' lowers it by" in report.sentence


def test_turned_labels_have_the_concept_part_in_their_group(desk: Desk) -> None:
    """Visitors of one country begin to do the contrary: no column's shift explains it."""
    open_shop(desk)
    desk.slices.define(NAME, "from Poland", 'country == "PL"')
    visit(desk, [Visitors(rows=900)] * 3 + [Visitors(rows=900, turned="PL")] * 3)
    report = desk.performance.attribution(NAME)
    assert report.change is not None
    assert report.change.shown
    assert not any(each.covariate.shown for each in report.sources)
    assert apart(report) == {"country", "from Poland"}
    turned = source(report, "country").bins[0]
    assert turned.name == "PL"
    assert turned.concept == pytest.approx(report.change.value, abs=0.03)
    assert turned.loss_before is not None
    assert turned.loss_now is not None
    assert turned.loss_now == pytest.approx(1 - turned.loss_before, abs=0.1)
    inside = source(report, "from Poland").bins[0]
    assert (inside.loss_before, inside.loss_now) == (turned.loss_before, turned.loss_now)
    assert "it rose from" in report.sentence


def test_an_estimated_change_needs_no_labels(desk: Desk) -> None:
    """What is expected of the rows since the labels ended is divided as what labels tell is."""
    open_shop(desk)
    desk.slices.define(NAME, "wrong", "not correct")
    quiet = Visitors(rows=700, age=1.0, labelled=False)
    visit(desk, [Visitors(rows=700)] * 3 + [quiet] * 2)
    report = desk.performance.attribution(NAME, estimated=True)
    assert (report.losses, report.because) == ("estimated", None)
    assert report.base is not None
    assert report.current is not None
    assert (report.base.rows, report.current.rows) == (2100, 1400)
    assert report.base.start == START + timedelta(hours=9)
    assert report.change is not None
    assert report.change.value < 0
    assert report.change.shown
    assert report.sources[0].name == "age"
    assert report.sources[0].covariate.value == pytest.approx(report.change.value, abs=0.02)
    assert not source(report, "country").covariate.shown
    # A condition on labels cannot be told of rows without them.
    assert report.left_out == ("wrong",)
    for side, day in ((report.base, 0), (report.current, 3)):
        (estimate,) = [
            each
            for each in desk.estimates.report(NAME).days[day].estimates
            if each.measure == "accuracy"
        ]
        assert side.mean_loss == pytest.approx(1 - (estimate.value or 0), abs=0.03)
    # What labels say is of the labelled days only.
    realised = desk.performance.attribution(NAME)
    assert realised.current is not None
    assert realised.current.end == START + 3 * DAY


def test_where_nothing_changed_nothing_is_said(desk: Desk) -> None:
    """Of twelve pairs of days alike, hardly one is called a change at 95 %."""
    open_shop(desk)
    visit(desk, [Visitors(rows=400)] * 13)
    called = 0
    for number in range(1, 13):
        report = desk.performance.attribution(
            NAME, start=START + number * DAY, end=START + (number + 1) * DAY
        )
        assert report.base is not None
        assert report.base.start == START + (number - 1) * DAY
        assert report.base.rows == 400
        assert report.change is not None
        shown = [report.change.shown, bool(apart(report))]
        for each in report.sources:
            shown += [each.covariate.shown, each.concept.shown]
        called += any(shown)
    assert called <= 2


def test_no_more_rows_are_read_than_are_asked_for(desk: Desk) -> None:
    """Each day has its share of them, and the answer says that there are more."""
    open_shop(desk)
    visit(desk, [Visitors(rows=200), Visitors(rows=600), Visitors(rows=200), Visitors(rows=200)])
    report = desk.performance.attribution(NAME, most_rows=300)
    assert report.base is not None
    assert report.current is not None
    assert (report.base.looked_at, report.base.rows, report.base.cut) == (300, 300, True)
    assert (report.current.looked_at, report.current.cut) == (300, True)
    record = desk.registry.record(NAME)
    spread = RowSpread(ChunkLog(desk.store), record, START, START + 2 * DAY, most=400)
    days = pl.concat(list(spread.batches()))[TIME].dt.day().value_counts().sort(TIME)
    assert days["count"].to_list() == [100, 300]
    assert (spread.looked_at, spread.cut) == (400, True)
    whole = RowSpread(ChunkLog(desk.store), record, START, START + 2 * DAY, most=800)
    assert sum(rows.height for rows in whole.batches()) == 800
    assert not whole.cut


def test_rows_without_a_label_are_looked_at_and_not_counted(desk: Desk) -> None:
    """A range with too few labels says so, and is still told how many rows it has."""
    open_shop(desk)
    visit(desk, [Visitors(rows=100), Visitors(rows=100, labelled=False)])
    report = desk.performance.attribution(NAME, start=START + DAY, end=START + 2 * DAY)
    assert report.sources == ()
    assert report.change is None
    assert report.because == "the range has no row of which it is known how wrong they are, not 50"
    assert report.current is not None
    assert (report.current.rows, report.current.looked_at) == (0, 100)
    assert report.base is not None
    assert report.base.mean_loss is not None
    early = desk.performance.attribution(NAME, start=START, end=START + DAY)
    assert early.because is not None
    assert early.because.startswith("the base has no row")


def test_without_labels_there_is_a_reason(desk: Desk) -> None:
    """Neither what was realised nor what is estimated can be told."""
    open_shop(desk)
    visit(desk, [Visitors(rows=60, labelled=False)])
    assert desk.performance.attribution(NAME).because == "no row is labelled"
    estimated = desk.performance.attribution(NAME, estimated=True)
    assert estimated.because is not None
    assert estimated.because.startswith("nothing was learned yet")
    assert (estimated.base, estimated.current) == (None, None)


def test_what_is_wrong_is_refused(desk: Desk) -> None:
    """Ranges that overlap or are empty, too many rows, and what cannot be wrong by a number."""
    open_shop(desk)
    visit(desk, [Visitors(rows=60), Visitors(rows=60)])
    ask = desk.performance.attribution
    with pytest.raises(InvalidArgument, match="have times in common"):
        ask(NAME, start=START, end=START + DAY, base_start=START, base_end=START + 2 * DAY)
    with pytest.raises(InvalidArgument, match="has no time in it"):
        ask(NAME, start=START + DAY, end=START)
    with pytest.raises(InvalidArgument, match="The base from"):
        ask(NAME, start=START + DAY, base_start=START, base_end=START)
    with pytest.raises(InvalidArgument, match="1 to 1,000,000 rows"):
        ask(NAME, most_rows=0)
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        ask(NAME, confidence=1.0)
    with pytest.raises(NotFound, match="version 9"):
        ask(NAME, version=9)
    desk.registry.publish(functions.next_day, name="times")
    with pytest.raises(Incompatible, match="cannot be said by rows"):
        ask("times")


def test_large_errors_come_from_large_values(desk: Desk) -> None:
    """Of a regression sizes of errors are divided, or their squares; what is hashed is left out."""
    rng = np.random.default_rng(3)

    def flats(low: float, high: float, count: int = 400) -> tuple[pl.DataFrame, list[float]]:
        rooms = rng.uniform(low, high, count)
        price = 100 * rooms + rng.normal(size=count) * 10 * rooms
        noise = rng.normal(size=count)
        return pl.DataFrame({"rooms": rooms, "noise": noise, "secret": noise}), list(price)

    rows, price = flats(1, 6)
    reference = rows.with_columns(pl.Series("price", price))
    model = LinearRegression().fit(rows, price)
    desk.registry.publish(model, name="flats", reference=reference, target="price")
    desk.registry.set_policy("flats", LogPolicy(hash=("secret",)))
    for number, (low, high) in enumerate([(1, 6), (3, 6)]):
        rows, price = flats(low, high)
        at = START + number * DAY
        answer = desk.predictor.predict("flats", rows.to_dicts(), timestamps=[at] * rows.height)
        ids = [each.prediction_id for each in answer.predictions]
        desk.labelling.label("flats", {"prediction_id": ids, "label": price})
    desk.jobs.run()
    sizes = desk.performance.attribution("flats")
    assert sizes.loss == "absolute error"
    assert sizes.sources[0].name == "rooms"
    assert sizes.sources[0].covariate.shown
    assert sizes.left_out == ("secret",)
    squares = desk.performance.attribution("flats", squared=True)
    assert squares.loss == "squared error"
    assert squares.base is not None
    assert sizes.base is not None
    rmse = desk.performance.report("flats", end=START + DAY, measures=["rmse", "mae"]).figures
    assert squares.base.mean_loss == pytest.approx((rmse[0].value or 0) ** 2)
    assert sizes.base.mean_loss == pytest.approx(rmse[1].value)


def test_a_slice_that_fails_on_the_rows_is_left_out(desk: Desk) -> None:
    """The others, and the columns, are told all the same."""
    desk.slices.define("iris", "long", "petal_length_cm > 4")
    for number in range(2):
        rows = iris_frame().select(FEATURES).to_dicts()
        answer = desk.predictor.predict("iris", rows, timestamps=[START + number * DAY] * 150)
        ids = [each.prediction_id for each in answer.predictions]
        classes = [str(value) for value in iris_frame()["class"]]
        desk.labelling.label("iris", {"prediction_id": ids, "label": classes})
    desk.registry.set_policy("iris", LogPolicy(drop=("petal_length_cm",)))
    report = desk.performance.attribution("iris")
    assert report.left_out == ("long",)
    assert {each.name for each in report.sources} == set(FEATURES)
    assert report.change is not None
    assert report.change.value == 0
