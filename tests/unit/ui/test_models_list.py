"""Which models a list shows, in which order, and what a row says; what addresses carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.schema import Granularity, Window
from modeldesk.services.change_ranges import TimeSpan
from modeldesk.services.estimated_level import EstimatedLevel
from modeldesk.services.health import AlertSign, Signs
from modeldesk.services.health_reasons import judge
from modeldesk.services.model_health import ModelSummary
from modeldesk.services.performance_change import PerformanceChange
from modeldesk.services.performance_views import DifferenceView, FigureView
from modeldesk.services.views import WindowVolume
from modeldesk.ui.health_words import reason_link
from modeldesk.ui.model_order import found_models
from modeldesk.ui.model_rows import metric_of, model_row
from modeldesk.ui.models_state import Layout, ModelsState, Sort
from modeldesk.ui.overview_state import OverviewState

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY = Window.containing(NOW, Granularity.DAY)


def figure(value: float) -> FigureView:
    """Return an accuracy."""
    return FigureView(
        measure="accuracy",
        title="Accuracy",
        of=None,
        better="higher",
        value=value,
        low=value - 0.02,
        high=value + 0.02,
        rows=700,
        note="",
        because=None,
    )


def change(value: float, outcome: str) -> PerformanceChange:
    """Return a week with an accuracy, and what became of it."""
    found = DifferenceView(
        measure="accuracy",
        title="Accuracy",
        of=None,
        one=figure(value),
        other=figure(0.9),
        gap=figure(value - 0.9),
        outcome=outcome,
        sentence="Accuracy is something instead of 0.9.",
    )
    week = TimeSpan(start=TODAY.end - timedelta(days=7), end=TODAY.end)
    return PerformanceChange(
        recent=week,
        labelled=700,
        figure=figure(value),
        before=TimeSpan(start=week.start - timedelta(days=7), end=week.start),
        labelled_before=700,
        differences=(found,),
    )


def summary(
    name: str,
    *,
    signs: Signs | None = None,
    rows: int = 0,
    tags: dict[str, str] | None = None,
    published: datetime = NOW,
) -> ModelSummary:
    """Return a model of the list."""
    known = signs or Signs(now=NOW)
    return ModelSummary(
        name=name,
        version=1,
        versions=2,
        published_at=published,
        tags=tags or {},
        description=f"About {name}.",
        health=judge(known),
        signs=known,
        volume=(WindowVolume(window=TODAY, rows=rows),) if rows else (),
    )


def alerts(many: int) -> AlertSign:
    """Return so many open alerts."""
    return AlertSign(many=many, columns=("age",), day=date(2026, 3, 19))


ASKED = Signs(now=NOW, last_prediction_at=NOW - timedelta(hours=2))
FLEET = (
    summary("calm", signs=replace(ASKED, performance=change(0.95, "better")), rows=10),
    summary("fell", signs=replace(ASKED, performance=change(0.7, "worse")), rows=500),
    summary("idle", tags={"team": "Risk", "draft": ""}, published=NOW - timedelta(days=9)),
    summary(
        "loud",
        signs=replace(ASKED, alerts=alerts(4), last_prediction_at=NOW - timedelta(days=1)),
        rows=50,
    ),
)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        (Sort.ATTENTION, ["loud", "fell", "idle", "calm"]),
        (Sort.NAME, ["calm", "fell", "idle", "loud"]),
        (Sort.LAST, ["calm", "fell", "loud", "idle"]),
        (Sort.PREDICTIONS, ["fell", "loud", "calm", "idle"]),
        (Sort.ALERTS, ["loud", "calm", "fell", "idle"]),
        (Sort.MEASURE, ["fell", "calm", "idle", "loud"]),
        (Sort.VERSION, ["calm", "fell", "loud", "idle"]),
    ],
)
def test_models_in_every_order(sort: Sort, names: list[str]) -> None:
    """Alike ones by name; turned round, the last is first."""
    assert [model.name for model in found_models(FLEET, ModelsState(sort=sort))] == names
    turned = found_models(FLEET, ModelsState(sort=sort, down=True))
    assert {model.name for model in turned} == set(names)
    assert turned[0].name == names[-1] or sort is not Sort.NAME


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ["calm", "fell", "idle", "loud"]),
        ("LOU", ["loud"]),
        ("risk", ["idle"]),
        ("about al", ["calm"]),
        ("needs attention", ["fell", "loud"]),
        ("nothing like it", []),
    ],
)
def test_a_search_looks_at_names_tags_and_verdicts(words: str, names: list[str]) -> None:
    """Every word of it must be found."""
    state = ModelsState(q=words, sort=Sort.NAME)
    assert [model.name for model in found_models(FLEET, state)] == names


def test_a_row_says_how_a_model_is() -> None:
    """The verdict, its reason, the figures, and what became of the main one."""
    row = model_row(FLEET[1], NOW, 30)
    assert (row["name"], row["href"]) == ("fell", "models/fell")
    assert (row["verdict"], row["tone"]) == ("Needs attention", "changed")
    assert str(row["sentence"]).startswith("Accuracy is 0.7 instead of 0.9")
    assert (row["predictions"], row["alerts"]) == ("500", 0)
    assert (row["last"], row["last_utc"]) == ("2 hours ago", "2026-03-20 07:00:00 UTC")
    metric = row["metric"]
    assert isinstance(metric, dict)
    assert (metric["value"], metric["word"]) == ("0.700", "worse by 0.200")
    assert metric["mark"] == "md-mark md-mark--worse"
    assert model_row(FLEET[2], NOW, 30)["metric"] is None
    assert model_row(FLEET[2], NOW, 30)["tags"] == ["team: Risk", "draft"]


def test_what_is_estimated_says_so() -> None:
    """Without labels the estimate stands for the figure, and looks otherwise."""
    level = EstimatedLevel(
        measure="accuracy",
        of=None,
        title="Accuracy",
        day=date(2026, 3, 19),
        rows=50,
        value=0.8,
        low=0.78,
        high=0.82,
        usual=figure(0.9),
    )
    metric = metric_of(summary("loans", signs=replace(ASKED, estimate=level)))
    assert metric is not None
    assert (metric.name, metric.value, metric.guessed) == ("Accuracy, estimated", "0.800", True)
    assert metric.word == "lower than usual"


def test_the_owner_stands_apart_from_other_tags() -> None:
    """It is a tag, of which the table says who is meant."""
    owned = model_row(summary("loans", tags={"team": "Risk", "owner": "anna" * 40}), NOW, 30)
    assert owned["tags"] == ["team: Risk"]
    assert str(owned["owner"]).startswith("annaanna")
    assert len(str(owned["owner"])) < 50
    assert model_row(summary("loans"), NOW, 30)["owner"] == ""


def test_long_tags_are_cut_and_many_counted() -> None:
    """A row stays a row."""
    tags = {f"tag{n}": "x" * 5_000 for n in range(9)}
    found = model_row(summary("big", tags=tags), NOW, 30)["tags"]
    assert isinstance(found, list)
    assert len(found) == 5
    assert found[-1] == "+5"
    assert max(map(len, found)) < 50


def test_each_reason_leads_to_the_page_that_shows_it() -> None:
    """An alert to its column and day, with the version that the page is about."""
    (reason,) = judge(replace(ASKED, alerts=alerts(1))).reasons
    link = reason_link(reason, "a b", 2)
    assert link is not None
    assert link.address == "/models/a%20b/monitor?version=2&column=age&day=2026-03-19"
    (damage,) = judge(replace(ASKED, damaged=1)).reasons
    assert reason_link(damage, "a", None) is None


@given(
    st.builds(
        ModelsState,
        q=st.text(max_size=20),
        sort=st.sampled_from(Sort),
        down=st.booleans(),
        days=st.sampled_from([0, 7, 30, 90]),
        layout=st.sampled_from(Layout),
        page=st.integers(1, 50),
    )
)
def test_an_address_of_the_list_brings_back_the_same(state: ModelsState) -> None:
    """Every choice can be shared."""
    query = dict(parse_qsl(state.query()[1:], keep_blank_values=True))
    assert ModelsState.read(query) == state


@given(
    st.builds(
        OverviewState,
        version=st.none() | st.integers(0, 99_999),
        days=st.sampled_from([0, 7, 30, 90]),
    )
)
def test_an_address_of_an_overview_brings_back_the_same(state: OverviewState) -> None:
    """Likewise."""
    assert OverviewState.read(dict(parse_qsl(state.query()[1:]))) == state


@given(st.dictionaries(st.sampled_from(["version", "days", "q", "sort", "page"]), st.text()))
def test_no_address_is_too_strange(query: dict[str, str]) -> None:
    """What makes no sense is as if it were not there."""
    assert OverviewState.read(query).days in {0, 7, 30, 90}
    assert ModelsState.read(query).page >= 1
