"""The rows of the monitor's table: what belongs to a day, and what to the whole range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.settings import Settings
from modeldesk.ui.column_rows import ColumnTrends, ShownColumns, column_rows, column_strips
from modeldesk.ui.monitor_state import MonitorData, MonitorState
from modeldesk.ui.wording import NOTHING
from tests.support.iris import FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
ROWS = {3: 40, 1: 60}
"""Rows of each day, by how many days ago it was."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> MonitorData:
    """Return what the page shows of two days, with one without traffic between them."""
    home: Path = tmp_path_factory.mktemp("rows") / "home"
    with Desk.open(Settings.load(home=home)) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for ago, many in ROWS.items():
            rows = iris_frame().sample(many, seed=ago).select(FEATURES)
            if ago == 1:
                rows = rows.with_columns(pl.col("sepal_width_cm") + 2)
            times = [NOW - timedelta(days=ago)] * many
            desk.predictor.predict("iris", rows.to_dicts(), timestamps=times)
        desk.jobs.run()
        return MonitorData.load(desk, "iris", MonitorState(), NOW)


def told(data: MonitorData, place: int, **distinct: list[float | None]) -> dict[str, object]:
    """Return the row of the sepals' width, of a window that is chosen."""
    state, entry = MonitorState(), data.report.windows[place]
    shown = ShownColumns.of(data, entry, state)
    rows = column_rows(ColumnTrends(data), entry, shown, opened=None, distinct=distinct)
    return next(row for row in rows if row["name"] == "sepal_width_cm")


def test_a_row_tells_of_the_chosen_day(data: MonitorData) -> None:
    """Rows, distance and verdict are the day's; so is what is known of different values."""
    first, last = told(data, 0), told(data, 1, sepal_width_cm=[20.0, None, 31.0])
    assert (first["rows"], last["rows"]) == ("40", "60")
    assert first["verdict"] != last["verdict"] == "Changed"
    assert (first["distinct"], last["distinct"]) == (NOTHING, "≈ 31")


def test_small_charts_are_about_the_whole_range(data: MonitorData) -> None:
    """Each place says its own; a day without traffic says nothing."""
    entry = data.report.windows[0]
    shown = ShownColumns.of(data, entry, MonitorState())
    known = {"sepal_width_cm": [20.0, None, 31.0]}
    strips = column_strips(ColumnTrends(data), shown, distinct=known)
    strip = strips["column sepal_width_cm"]
    assert isinstance(strip, dict)
    assert strip["places"] == 3
    assert strip["rows"]["words"] == "40 rows||60 rows"
    assert strip["missing"]["words"] == "0.0 % missing||0.0 % missing"
    assert strip["distinct"]["words"] == "≈ 20 different values||≈ 31 different values"
    assert strip["distance"]["words"].endswith(", changed")
    assert set(strips) == {row["key"] for row in _rows(data)}


def test_a_column_of_which_nothing_is_counted_has_an_empty_strip(data: MonitorData) -> None:
    """Values are counted after the page is shown."""
    shown = ShownColumns.of(data, None, MonitorState())
    strip = column_strips(ColumnTrends(data), shown, distinct={})["column sepal_width_cm"]
    assert isinstance(strip, dict)
    assert strip["distinct"]["words"] == ""


def _rows(data: MonitorData) -> list[dict[str, object]]:
    shown = ShownColumns.of(data, None, MonitorState())
    return column_rows(ColumnTrends(data), None, shown, opened=None, distinct={})
