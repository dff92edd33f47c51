"""Groups of labelled rows side by side, on each database, from what is kept of their days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.schema import LogPolicy
from modeldesk.services.fairness_report import USUAL
from modeldesk.store import Expiry
from tests.support.shoppers import NAME, START, Visitors, open_shop, visit, visitors

if TYPE_CHECKING:
    from modeldesk.desk import Desk
    from modeldesk.services.fairness_views import FairnessReport, GroupCell

GROUPS = ("country=DE", "country=FR", "country=IT", "country=PL")
FOREVER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """Offer a desk whose visitors of one country do the contrary of what is predicted."""
    open_shop(desk)
    visit(desk, [Visitors(rows=1200, turned="PL"), Visitors(rows=1200, turned="PL")])
    return desk


def one(report: FairnessReport, group: str, measure: str) -> GroupCell:
    """Return the cell of a group and a measure."""
    (found,) = [
        each
        for each in report.cells
        if (each.group, each.figure.measure, each.figure.of or "yes") == (group, measure, "yes")
    ]
    return found


def test_the_segments_of_a_column_are_compared_with_all_others(shop: Desk) -> None:
    """Figures are those of each segment's report, and the group that differs is told."""
    report = shop.performance.fairness(NAME, by="country")
    assert tuple(each.name for each in report.groups) == GROUPS
    assert (report.by, report.against, report.labelled) == ("country", "the rest", 2400)
    assert sum(each.labelled for each in report.groups) == 2400
    assert sum(each.share for each in report.groups) == pytest.approx(1)
    assert {each.figure.measure for each in report.cells} == {
        "predicted_share",
        "recall",
        "false_positive_rate",
        "accuracy",
    }
    # Of two classes only the positive one is told: the other's figures are the same once more.
    assert {each.figure.of for each in report.cells} == {None, "yes"}
    own = shop.performance.report(NAME, segment="country=PL", measures=["recall", "accuracy"])
    for figure in own.figures:
        if figure.of in {None, "yes"}:
            assert one(report, "country=PL", figure.measure).figure == figure
    for measure, outcome in (("recall", "worse"), ("false_positive_rate", "worse")):
        found = one(report, "country=PL", measure).difference
        assert found is not None
        assert found.outcome == outcome
    share = one(report, "country=PL", "predicted_share").difference
    assert share is not None
    assert share.outcome == "no difference shown"
    assert "recall of 'yes' of country=" in report.sentence
    assert report.because is None


def test_differences_are_those_from_the_rows_of_the_others(shop: Desk) -> None:
    """All other segments together, or the one that is named, by its value or in full."""
    pooled = []
    for number in range(2):
        frame, buys = visitors(100 + number, Visitors(rows=1200, turned="PL"))
        pooled.append(frame.with_columns(pl.Series("buys", buys)))
    rows = pl.concat(pooled)
    report = shop.performance.fairness(NAME, by="country", measures=["label_share"], of="yes")
    found = one(report, "country=PL", "label_share").difference
    assert found is not None
    shares = [
        float(np.mean(rows.filter(chosen)["buys"].to_numpy() == "yes"))
        for chosen in (pl.col("country") == "PL", pl.col("country") != "PL")
    ]
    assert [found.one.value, found.other.value] == pytest.approx(shares)
    named = shop.performance.fairness(NAME, by="country", against="FR", measures=["accuracy"])
    assert named == shop.performance.fairness(
        NAME, by="country", against="country=FR", measures=["accuracy"]
    )
    assert named.against == "country=FR"
    assert one(named, "country=FR", "accuracy").difference is None
    worse = one(named, "country=PL", "accuracy").difference
    assert worse is not None
    assert worse.other.value == one(named, "country=FR", "accuracy").figure.value
    assert named.sentence == (
        "Of 3 differences 1 is more than chance: accuracy of country=PL is worse."
    )


def test_slices_are_compared_where_they_have_no_rows_in_common(shop: Desk) -> None:
    """Of two slices each is compared with the other; of more, one must be named."""
    for name, condition in {
        "young": "age < 0",
        "old": "age >= 0",
        "very old": "age > 1.5",
        "rich": "income > 0",
    }.items():
        shop.slices.define(NAME, name, condition)
    shop.jobs.run()
    pair = shop.performance.fairness(NAME, groups=["young", "old"], measures=["predicted_share"])
    assert [(each.name, each.slice) for each in pair.groups] == [("young", True), ("old", True)]
    found = one(pair, "young", "predicted_share").difference
    assert found is not None
    assert found.outcome == "different"
    more = ["young", "old", "very old"]
    with pytest.raises(InvalidArgument, match="may be in several of these groups") as caught:
        shop.performance.fairness(NAME, groups=more)
    assert "Say which group" in str(caught.value.hint)
    # Rows of two others may be the same: each is compared with the one that is named.
    named = shop.performance.fairness(NAME, groups=more[::2], against="young")
    assert len(named.cells) == 2 * len(USUAL[next(iter(USUAL))])
    with pytest.raises(InvalidArgument, match="150 are in both 'old' and 'very old'"):
        shop.performance.fairness(NAME, groups=more, against="old")
    with pytest.raises(InvalidArgument, match="are in both 'rich' and 'country=PL'"):
        shop.performance.fairness(NAME, groups=["rich", "country=PL"])


def test_overlaps_are_told_by_counting_where_no_rows_are_left(shop: Desk) -> None:
    """Groups that together have more rows than there are have some in common."""
    shop.slices.define(NAME, "most", "age > -1")
    shop.slices.define(NAME, "many", "income > -1")
    shop.jobs.run()
    while Expiry(shop.store).rows(START + timedelta(days=9)).rows:
        pass
    with pytest.raises(InvalidArgument, match="'most' and 'many' have rows in common"):
        shop.performance.fairness(NAME, groups=["most", "many"])
    assert shop.performance.fairness(NAME, by="country").labelled == 2400


def test_what_is_not_defined_of_a_group_says_why(shop: Desk) -> None:
    """A group of one class, and one without rows, beside groups that have figures."""
    shop.slices.define(NAME, "buyers", 'label == "yes"')
    shop.slices.define(NAME, "others", 'label == "no"')
    shop.slices.define(NAME, "nobody", "age > 1000")
    shop.jobs.run()
    report = shop.performance.fairness(
        NAME, groups=["buyers", "others", "nobody"], against="buyers", measures=["recall"]
    )
    assert [each.labelled for each in report.groups][2] == 0
    lacking = one(report, "others", "recall")
    assert lacking.figure.value is None
    assert lacking.figure.because == "no row is labelled 'yes'"
    assert lacking.difference is not None
    assert lacking.difference.outcome is None
    assert "cannot be compared" in lacking.difference.sentence
    assert one(report, "nobody", "recall").figure.because == "there are no rows"
    assert report.sentence == "No difference can be told: too few rows are labelled."


def test_nothing_is_compared_without_labels(desk: Desk) -> None:
    """The report says why it is empty; a wrong question is wrong all the same."""
    open_shop(desk)
    visit(desk, [Visitors(rows=20, labelled=False)])
    report = desk.performance.fairness(NAME, by="country")
    assert (report.cells, report.groups, report.task) == ((), (), None)
    assert report.because == "no row is labelled, or its labels are not evaluated yet"
    with pytest.raises(NotFound, match="not split by 'age'"):
        desk.performance.fairness(NAME, by="age")
    with pytest.raises(NotFound, match="no slice 'young'"):
        desk.performance.fairness(NAME, groups=["young", "old"])
    later = desk.performance.fairness(NAME, by="country", start=FOREVER)
    assert later.because == "no row of this range is labelled, or its labels are not evaluated yet"


def test_one_group_alone_is_not_compared(desk: Desk) -> None:
    """A column of which all rows have one value tells nothing, and no difference."""
    open_shop(desk)
    frame, buys = visitors(5, Visitors(rows=200))
    rows = frame.with_columns(country=pl.lit("DE")).to_dicts()
    answer = desk.predictor.predict(NAME, rows, timestamps=[START] * 200)
    ids = [each.prediction_id for each in answer.predictions]
    desk.labelling.label(NAME, {"prediction_id": ids, "label": buys})
    desk.jobs.run()
    report = desk.performance.fairness(NAME, by="country")
    assert [each.name for each in report.groups] == ["country=DE"]
    assert report.cells == ()
    assert report.because == "fewer than two groups have a labelled row"


WRONG: list[tuple[dict[str, object], type[Exception], str]] = [
    ({}, InvalidArgument, "not clear which groups"),
    ({"by": "country", "groups": ["a", "b"]}, InvalidArgument, "not clear which groups"),
    ({"groups": ["country=DE"]}, InvalidArgument, "1 was named"),
    ({"groups": ["country=DE", "country=DE"]}, InvalidArgument, "1 was named"),
    ({"groups": ["country=DE", "country=XX"]}, NotFound, "segment 'country=XX'"),
    ({"by": "country", "against": "XX"}, NotFound, "'XX' is none of the groups"),
    ({"by": "country", "measures": ["f3"]}, NotFound, "no measure 'f3'"),
    ({"by": "country", "measures": ["mae"]}, Incompatible, "does not apply"),
    ({"by": "country", "measures": []}, InvalidArgument, "No measure was chosen"),
    ({"by": "country", "of": "perhaps"}, NotFound, "figure of 'perhaps'"),
    ({"by": "country", "measures": ["kappa"], "of": "yes"}, NotFound, "figure of 'yes'"),
    ({"by": "country", "confidence": 1.0}, InvalidArgument, "between 0 and 1"),
    ({"by": "country", "version": 7}, NotFound, "version 7"),
]


def test_what_is_wrong_is_refused(shop: Desk) -> None:
    """With what there is instead."""
    for asked, error, words in WRONG:
        with pytest.raises(error, match=words) as caught:
            shop.performance.fairness(NAME, **asked)  # type: ignore[arg-type]  # wrong on purpose
        assert getattr(caught.value, "hint", "")


def test_groups_alike_are_called_different_as_seldom_as_is_said(desk: Desk) -> None:
    """Of 40 days of four countries alike, at most a few are called different at 95 %."""
    open_shop(desk)
    visit(desk, [Visitors(rows=300)] * 40)
    called = 0
    for number in range(40):
        start = START + timedelta(days=number)
        report = desk.performance.fairness(
            NAME, by="country", start=start, end=start + timedelta(days=1)
        )
        assert report.labelled == 300
        called += any(
            each.difference is not None
            and each.difference.outcome not in {None, "no difference shown"}
            for each in report.cells
        )
    assert called <= 5


def test_groups_of_a_regression_are_compared_by_their_errors(desk: Desk) -> None:
    """How large errors are, and whether they lean one way."""
    inputs, target = load_diabetes(return_X_y=True)
    half = np.where(inputs[:, 1] > 0, "a", "b")
    names = [f"x{place}" for place in range(inputs.shape[1])]
    model = LinearRegression().fit(inputs, target)
    reference = pl.DataFrame(inputs, schema=names)
    desk.registry.publish(model, name="sugar", reference=reference)
    desk.registry.set_policy("sugar", LogPolicy(segment_by=("x1",)))
    answer = desk.predictor.predict("sugar", reference.to_dicts(), timestamps=[START] * len(target))
    ids = [found.prediction_id for found in answer.predictions]
    labels = target + np.where(half == "a", 50.0, 0.0)
    desk.labelling.label("sugar", {"prediction_id": ids, "label": list(labels)})
    desk.jobs.run()
    report = desk.performance.fairness("sugar", by="x1")
    assert len(report.groups) == 2
    assert {each.figure.measure for each in report.cells} == {"mae", "bias"}
    outcomes = {
        each.difference.outcome
        for each in report.cells
        if each.difference is not None and each.figure.measure == "bias"
    }
    assert outcomes == {"better", "worse"}
