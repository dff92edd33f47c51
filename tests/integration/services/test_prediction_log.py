"""Looking through the prediction log, on each database: filters, pages, news, one row."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modeldesk.errors import InvalidExpression, NotFound
from modeldesk.schema import LogPolicy, Routing, Shadow
from modeldesk.services.flag_board import FlagState
from modeldesk.services.log_choice import LogChoice, Truth
from modeldesk.services.reading import Which
from modeldesk.services.worth_labelling import Why
from tests.support import functions
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.labelled_iris import doubtful, label, logged

if TYPE_CHECKING:
    from modeldesk.desk import Desk

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
FIRST = NOW - timedelta(days=2)


@pytest.fixture
def flowers(desk: Desk) -> pl.DataFrame:
    """Offer what was logged: half of the Iris two days ago, the rest now, a third labelled.

    Columns ``id``, ``said``, ``truth`` (null without a label), ``top``, ``key`` and features,
    the latest first.
    """
    noise = pl.Series(np.random.default_rng(6).normal(0, 0.7, 150))
    frame = iris_frame().with_columns((pl.col(FEATURES) + noise).round(2))
    known: list[dict[str, object]] = []
    for at, part in ((FIRST, frame[:75]), (NOW, frame[75:])):
        keys = [f"k{int(row % 10)}" for row in range(part.height)]
        rows = part.select(FEATURES).to_dicts()
        answer = desk.predictor.predict("iris", rows, timestamps=[at] * part.height, row_ids=keys)
        scores = [column.name for column in answer.signature.scores]
        for place, found in enumerate(answer.predictions):
            wrong = place % 6 == 0
            truth = CLASSES[0] if wrong else part["class"][place]
            known.append(
                {
                    "id": found.prediction_id,
                    "said": found.outputs[answer.signature.prediction.name],
                    "truth": truth if place % 3 == 0 else None,
                    "top": max(float(str(found.outputs[name])) for name in scores),
                    "key": keys[place],
                    "at": at,
                    **rows[place],
                }
            )
    table = pl.DataFrame(known)
    told = table.drop_nulls("truth")
    label(desk, told["id"].to_list(), told["truth"].to_list())
    return table.reverse()


def ids(desk: Desk, choice: LogChoice) -> set[str]:
    """Return the identifiers of the rows that are wanted."""
    return set(desk.prediction_log.table("iris", choice)["prediction_id"])


def test_each_filter_takes_the_rows_that_it_says(desk: Desk, flowers: pl.DataFrame) -> None:
    """Counted by hand; filters together take what all of them take."""
    wrong = pl.col("truth").is_not_null() & (pl.col("truth") != pl.col("said"))
    long = pl.col("petal_length_cm") > 4
    for choice, taken in (
        (LogChoice(), pl.lit(value=True)),
        (LogChoice(start=FIRST + timedelta(days=1)), pl.col("at") == NOW),
        (LogChoice(end=NOW), pl.col("at") == FIRST),
        (LogChoice(said=CLASSES[1]), pl.col("said") == CLASSES[1]),
        (LogChoice(score_high=0.9), pl.col("top") <= 0.9),
        (LogChoice(score_low=0.9), pl.col("top") >= 0.9),
        (LogChoice(truth=Truth.WRONG), wrong),
        (LogChoice(truth=Truth.RIGHT), pl.col("truth") == pl.col("said")),
        (LogChoice(truth=Truth.NONE), pl.col("truth").is_null()),
        (LogChoice(row_id="k3"), pl.col("key") == "k3"),
        (LogChoice(row_id="nobody"), pl.lit(value=False)),
        (LogChoice(condition="petal_length_cm > 4"), long),
        (
            LogChoice(row_id="k3", end=NOW, truth=Truth.KNOWN, condition="petal_length_cm > 4"),
            (pl.col("key") == "k3") & (pl.col("at") == FIRST) & long
            & pl.col("truth").is_not_null(),
        ),
    ):  # fmt: skip
        expected = set(flowers.filter(taken)["id"])
        assert ids(desk, choice) == expected, choice
    assert flowers.filter(wrong).height > 3


def test_segments_and_flags_are_filters(desk: Desk, flowers: pl.DataFrame) -> None:
    """A flag is shown beside its row, and says whether the truth is known."""
    column = desk.registry.record("iris").signature.prediction.name
    desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
    desk.jobs.run()
    expected = set(flowers.filter(pl.col("said") == CLASSES[2])["id"])
    assert ids(desk, LogChoice(segment=f"{column}={CLASSES[2]}")) == expected
    known = flowers.drop_nulls("truth")
    accepted, other, still_open = (
        known["id"][0], known["id"][1], flowers.filter(pl.col("truth").is_null())["id"][0]
    )  # fmt: skip
    desk.feedback.flag(accepted, reason="unsure", proposed_label=known["truth"][0])
    desk.feedback.flag(other, reason="wrong input")
    desk.feedback.flag(still_open, reason="other", proposed_label=CLASSES[1])
    desk.feedback.flag(still_open, reason="unsure")
    assert ids(desk, LogChoice(flagged=True)) == {accepted, other, still_open}
    page = desk.prediction_log.page("iris", LogChoice(flagged=True))
    assert [flag.reason for flag in page.flags[still_open]] == ["unsure", "other"]
    states = [entry.state for entry in desk.flag_board.of("iris")]
    assert states == [FlagState.OPEN, FlagState.OPEN, FlagState.LABELLED, FlagState.ACCEPTED]


def test_pages_go_on_and_bring_labels(desk: Desk, flowers: pl.DataFrame) -> None:
    """Each row once, the latest first, with the label that it has."""
    seen: list[str] = []
    labels: list[str | None] = []
    cursor = None
    while True:
        page = desk.prediction_log.page("iris", LogChoice(), cursor=cursor, limit=40)
        seen += page.page.frame["prediction_id"].to_list()
        labels += page.labels.to_list()
        cursor = page.page.cursor
        if cursor is None:
            break
    assert seen == flowers["id"].to_list()
    assert labels == flowers["truth"].to_list()


def test_reading_ends_where_enough_was_looked_at(desk: Desk) -> None:
    """The page says so, and the next one goes on without a row twice or none."""
    frame = iris_frame()
    every = [name for part in range(5) for name in logged(desk, frame[part * 30 :][:30])]
    only = desk.slices.rows("iris", condition=f'prediction == "{CLASSES[0]}"')
    seen: list[str] = []
    cursor, cuts = None, 0
    while True:
        page = desk.reader.page("iris", only=only, cursor=cursor, limit=20, most_read=45)
        seen += page.frame["prediction_id"].to_list()
        cuts += page.cut
        cursor = page.cursor
        if cursor is None:
            break
    whole = desk.reader.page("iris", only=only, limit=1_000).frame["prediction_id"].to_list()
    assert cuts
    assert seen == whole
    assert set(seen) <= set(every)


def test_news_are_counted_once(desk: Desk, flowers: pl.DataFrame) -> None:
    """Only rows that are wanted, and only those since somebody looked."""
    choice = LogChoice(said=CLASSES[0])
    page = desk.prediction_log.page("iris", choice, limit=5)
    quiet = desk.prediction_log.news("iris", choice, page.newest)
    assert (quiet.rows, quiet.newest) == (0, page.newest)
    logged(desk, iris_frame()[45:55])
    found = desk.prediction_log.news("iris", choice, page.newest)
    assert found.rows == 5
    assert desk.prediction_log.news("iris", choice, found.newest).rows == 0
    assert desk.prediction_log.page("iris", choice).newest == found.newest
    assert flowers.height == 150


def test_what_cannot_be_read_is_told(desk: Desk, flowers: pl.DataFrame) -> None:
    """At its place in what a person wrote, whatever other filters there are."""
    with pytest.raises(InvalidExpression) as told:
        desk.prediction_log.page("iris", LogChoice(said=CLASSES[0], condition="petal > 4"))
    assert told.value.start == 0
    with pytest.raises(NotFound):
        desk.prediction_log.page("iris", LogChoice(version=9))
    assert flowers.height


def test_everything_about_one_row(desk: Desk, flowers: pl.DataFrame) -> None:
    """Where it lies in the reference, what is like it, and what another version says."""
    name = flowers["id"][0]
    desk.feedback.flag(name, reason="unsure")
    before = desk.prediction_log.page("iris", LogChoice()).newest
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    found = desk.one_prediction.of("iris", name)
    assert found.others == (2,)
    assert [flag.reason for flag in found.flags] == ["unsure"]
    assert found.near is not None
    assert found.near.neighbours
    value = flowers["petal_length_cm"][0]
    lengths = iris_frame()["petal_length_cm"]
    share = float((lengths < value).mean() or 0) + float((lengths == value).mean() or 0) / 2
    assert found.placements["petal_length_cm"].share == pytest.approx(share)
    assert desk.one_prediction.of("iris", name, near=False).near is None
    opinion = desk.opinions.of(name, 2)
    assert opinion.outputs[opinion.signature.prediction.name] == flowers["said"][0]
    assert desk.prediction_log.news("iris", LogChoice(which=Which.ALL), before).rows == 0
    desk.registry.publish(iris_model(), name="other", reference=iris_frame(), target="class")
    with pytest.raises(NotFound, match="other"):
        desk.one_prediction.of("other", name)


def test_the_queue_has_unlabelled_rows_only(desk: Desk, flowers: pl.DataFrame) -> None:
    """Uncertain ones, by their largest score; a label takes a row out of it."""
    answer = desk.predictor.predict("iris", doubtful().to_dicts(), timestamps=[FIRST] * 21)
    scores = [column.name for column in answer.signature.scores]
    tops = {
        each.prediction_id: max(float(str(each.outputs[name])) for name in scores)
        for each in answer.predictions
    }
    queue = desk.worth_labelling.queue("iris")
    unlabelled = flowers.filter(pl.col("truth").is_null())
    unsure = [each.prediction_id for each in queue.candidates if each.whys == (Why.UNCERTAIN,)]
    ends = {name: (iris_frame()[name].min(), iris_frame()[name].max()) for name in FEATURES}
    inside = pl.all_horizontal(pl.col(name).is_between(*ends[name]) for name in FEATURES)
    every = sorted([*tops.values(), *unlabelled["top"]])
    limit = max(2 / 3, min(0.9, every[(len(every) - 1) // 20]))
    tops |= dict(unlabelled.filter(inside).select("id", "top").iter_rows())
    expected = sorted((top, name) for name, top in tops.items() if top <= limit)
    assert len(expected) > 2
    assert unsure == [name for _, name in expected]
    outside = flowers.filter(pl.col("truth").is_null() & ~inside)["id"]
    assert {each.prediction_id for each in queue.candidates if each.outside} == set(outside)
    assert (queue.looked_at, queue.labelled) == (171, flowers["truth"].count())
    first = queue.candidates[0].prediction_id
    label(desk, [first], [CLASSES[0]])
    assert first not in {
        each.prediction_id for each in desk.worth_labelling.queue("iris").candidates
    }


def test_rows_of_which_the_shadow_says_otherwise_come_first(desk: Desk) -> None:
    """And what the shadow said is a row of the log of its own."""
    desk.registry.publish(
        functions.guesses_setosa, name="iris", reference=iris_frame(), target="class"
    )
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    flowers = iris_frame()[45:55]
    answer = desk.predictor.predict("iris", flowers.select(FEATURES).to_dicts())
    column = answer.signature.prediction.name
    choice = LogChoice(version=2, which=Which.SHADOW)
    until = time.monotonic() + 60
    while desk.prediction_log.table("iris", choice).height < 10:
        assert time.monotonic() < until
        time.sleep(0.02)
    others = [
        each.prediction_id for each in answer.predictions if each.outputs[column] != CLASSES[0]
    ]
    assert 0 < len(others) < 10
    queue = desk.worth_labelling.queue("iris", why=Why.DISAGREEMENT)
    assert {each.prediction_id for each in queue.candidates} == set(others)
    assert queue.counts[Why.DISAGREEMENT] == len(others)
    told = {reason.sentence for reason in queue.candidates[0].reasons}
    assert f"The shadow says {CLASSES[0]}" in told
    assert ids(desk, LogChoice()) == {each.prediction_id for each in answer.predictions}
