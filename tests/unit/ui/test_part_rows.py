"""Slices and segments in their table: the worst first, and what is said where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modeldesk.schema import Column, Kind, Role, Signature, Window
from modeldesk.services.maturity import LabelDelay
from modeldesk.services.performance_marks import PerformanceMark
from modeldesk.services.performance_parts import PartFigure, PartsTable, PartView
from modeldesk.services.performance_views import (
    ConfusionView,
    FigureView,
    PerformanceReport,
    WindowPerformance,
)
from modeldesk.services.slice_views import SkippedVersion, SliceView
from modeldesk.services.views import VersionView
from modeldesk.ui.class_table import class_rows, class_trends, mistakes_of
from modeldesk.ui.part_rows import PartsData, part_columns, part_rows
from modeldesk.ui.performance_data import PerformanceData, Rows

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
WHOLE = FigureView(
    measure="accuracy",
    title="Accuracy",
    of=None,
    better="higher",
    value=0.8,
    low=0.78,
    high=0.82,
    rows=1_000,
    note="",
    because=None,
)
NOTHING_YET = PerformanceMark(
    predictions=0,
    evaluated=0,
    evaluations=0,
    labelled=0,
    estimated=0,
    estimations=0,
    learned_at=None,
)
SIGNATURE = Signature(
    inputs=(Column(name="country", kind=Kind.CATEGORICAL), Column(name="day", kind=Kind.DATE)),
    outputs=(Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
)


def part(name: str, value: float | None, outside: str | None, *, days: int = 0) -> PartView:
    """Return a part; with an equals sign in its name, a segment."""
    because = None if value is not None else "there are no rows"
    figure = replace(WHOLE, value=value, low=None, high=None, because=because)
    windows = tuple(
        WindowPerformance(
            window=Window(start=FIRST + timedelta(days=n), end=FIRST + timedelta(days=n + 1)),
            labelled=5,
            predictions=None,
            maturity=None,
            figures=(figure,),
        )
        for n in range(days)
    )
    return PartView(
        segment=name if "=" in name else "",
        slice="" if "=" in name else name,
        labelled=100,
        share=0.1,
        figures=(PartFigure(figure=figure, outside=outside),),
        days=windows,
    )


def kept(name: str, *skipped: SkippedVersion) -> SliceView:
    """Return a slice of the model."""
    return SliceView(
        model="m", name=name, expression=f'x == "{name}"', created_at=FIRST, skipped=skipped
    )


def page() -> PerformanceData:
    """Return what else the page shows."""
    version = VersionView(
        model="m",
        number=2,
        created_at=FIRST,
        flavor="function",
        aliases=(),
        description="",
        reference_rows=0,
        signature=SIGNATURE,
        example={},
        tags={},
        metrics={},
        parameters={},
        libraries={},
        sha256="",
    )
    report = PerformanceReport(
        model="m",
        version=2,
        segment="",
        task="classification",
        confidence=0.95,
        labelled=1_000,
        figures=(WHOLE,),
        windows=(),
        because=None,
    )
    return PerformanceData(
        days=0,
        mark=NOTHING_YET,
        rows=Rows(model="m", version=2, segment="", start=None),
        versions=(version,),
        version=version,
        segments=(),
        report=report,
        maturity=(),
        delay=LabelDelay(model="m", labels=0, quantiles=(), longest=None, waiting=0),
        confusion=None,
        curves=None,
        errors=None,
        measure="accuracy",
        estimates=None,
    )


def shown(parts: tuple[PartView, ...], slices: tuple[SliceView, ...]) -> list[dict[str, object]]:
    """Return the table's rows."""
    table = PartsTable(
        model="m", version=2, confidence=0.95, labelled=1_000, overall=(WHOLE,), parts=parts
    )
    data = PartsData(table=table, by="accuracy", slices=slices, classes=())
    assert [column["name"] for column in part_columns(table)][3:] == ["accuracy", "act"]
    return part_rows(page(), data)


def cell(row: dict[str, object], name: str) -> dict[str, object]:
    """Return what stands in a row under a measure."""
    found = row[name]
    assert isinstance(found, dict)
    return found


def test_the_worst_come_first_and_differences_are_marked_only_where_there_are_any() -> None:
    """A low figure of few rows, which may be chance, stands after those that are worse for sure."""
    rows = shown(
        (
            part("few", 0.5, ""),
            part("good", 0.95, "better"),
            part("country=DE", 0.7, "worse"),
            part("bad", 0.6, "worse"),
            part("unknown", None, None),
        ),
        tuple(map(kept, ("few", "good", "bad", "unknown"))),
    )
    names = [row["name"] for row in rows]
    assert names == ["All rows", "bad", "country=DE", "few", "good", "unknown"]
    marks = [cell(row, "accuracy")["mark"] for row in rows]
    assert marks == ["", "worse", "worse", "", "better", ""]
    assert [row["detail"] for row in rows[:3]] == ["", 'x == "bad"', ""]


def test_a_part_opens_its_rows() -> None:
    """A slice by its name, a segment by a condition; one of times by nothing."""
    parts = (part("bad", 0.6, ""), part("country=DE", 0.7, ""), part("day=2026-03-01", 0.8, ""))
    found = {row["name"]: row["open"] for row in shown(parts, (kept("bad"),))}
    assert found == {
        "All rows": None,
        "bad": {"slice": "bad"},
        "country=DE": {"condition": 'country == "DE"'},
        "day=2026-03-01": None,
    }


def test_slices_without_rows_say_why_and_deleted_ones_are_gone() -> None:
    """They come last; one that does not fit the version has no rows to be shown."""
    skipped = SkippedVersion(version=2, because="there is no column 'x'")
    rows = shown((part("gone", 0.1, ""),), (kept("new"), kept("old", skipped)))
    assert [row["name"] for row in rows] == ["All rows", "new", "old"]
    new, old = rows[1:]
    assert "not evaluated yet" in str(new["because"])
    assert (old["because"], old["open"]) == ("there is no column 'x'", None)


def test_trends_have_one_scale_and_one_axis_of_time() -> None:
    """So that lines of parts with other days can be compared."""
    rows = shown((part("a", 0.5, "", days=3), part("c=d", 0.9, "", days=2)), (kept("a"),))
    longer, shorter = (str(row["trend"]) for row in rows[1:])
    assert longer.count("spark-whole") == shorter.count("spark-whole") == 1
    assert 'points="3.0,25.0 56.0,25.0 109.0,25.0"' in longer
    assert 'points="3.0,3.0 56.0,3.0"' in shorter


def test_mistakes_of_a_class_are_counted_and_open_their_rows() -> None:
    """What was missed of it and what was taken for it; nothing opens where nothing is."""
    counts = ((8, 2, 0), (1, 9, 0), (0, 3, 4))
    confusion = ConfusionView(
        model="m", version=2, segment="", classes=("a", "b", "c"), counts=counts
    )
    figures = [replace(WHOLE, measure="f1", title="F1", of=name) for name in "abc"]
    columns, rows = class_rows(figures, mistakes_of(confusion), linked=True)
    assert [column["label"] for column in columns] == [
        "Class",
        "F1, day by day",
        "Missed",
        "Wrongly said",
        "F1",
    ]
    told = [
        (cell(row, kind)["count"], cell(row, kind)["open"])
        for row in rows
        for kind in ("missed", "mistaken")
    ]
    assert told == [
        ("2", ["a", "missed"]),
        ("1", ["a", "mistaken"]),
        ("1", ["b", "missed"]),
        ("5", ["b", "mistaken"]),
        ("3", ["c", "missed"]),
        ("0", None),
    ]
    unlinked = class_rows(figures, mistakes_of(confusion))[1]
    assert {cell(row, "missed")["open"] for row in unlinked} == {None}
    assert [cell(row, "f1")["bar"] for row in rows] == [80.0, 80.0, 80.0]


def test_each_class_has_its_trend() -> None:
    """A day without a figure of it is a gap."""
    f1 = replace(WHOLE, measure="f1", value=1.0)
    days = [
        replace(part("x", 0.5, "", days=1).days[0], figures=figures)
        for figures in (
            (replace(f1, of="a"),),
            (replace(f1, of="a"), replace(f1, of="<b>")),
        )
    ]
    trends = class_trends(days)
    assert [*trends] == ["a", "<b>"]
    assert "of 2 days" in trends["a"]
    assert "of 1 days" in trends["<b>"]
    assert "<b>" not in trends["<b>"]
