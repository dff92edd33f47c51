"""What the data page says of columns, of tables from elsewhere, and of how many rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from modeldesk.explore import ExploredTable, column_facts, distribution
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.explored_rows import of_table
from modeldesk.ui.data_data import ColumnsShown, DataBody, PairShown, RowsShown
from modeldesk.ui.data_elsewhere import OpenTable
from modeldesk.ui.data_state import DataOrder, DataState, DataView
from modeldesk.ui.data_words import distribution_words, number_lines, summary_words

SIGNATURE = Signature(
    inputs=(Column(name="x", kind=Kind.FLOAT), Column(name="g", kind=Kind.CATEGORICAL)),
    outputs=(Column(name="y", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
)
TABLE = {
    "x": [1.0, 2.0, 3.0, 4.0, None, 6.0],
    "g": ["a", "b", "a", "b", "a", "a"],
    "y": ["k", "l", "k", "l", "k", "l"],
    "extra": [1, 1, 1, 1, 1, 1],
}


@pytest.mark.parametrize(
    ("values", "first", "second"),
    [
        ([1.0, 2.0, 6.0], "3 ± 2.6458", "1 to 6, median 2"),
        ([5.0], "5", "5 to 5, median 5"),
        (["b", "a", "b"], "b (2), a (1)", ""),
        (list("aabbccddde"), "d (3), a (2), b (2)", "and 2 others"),
        ([date(2026, 3, 1), date(2026, 4, 1)], "2026-03-01 to 2026-04-01", "UTC"),
        ([datetime(2026, 3, 1, 8, tzinfo=UTC)], "2026-03-01 08:00 to 2026-03-01 08:00", "UTC"),
        ([[1.0, 2.0], [3.0, 4.0]], "[1, 2]", "first value"),
        ([None, None], "—", ""),
    ],
)
def test_a_summary_fits_the_kind(values: list[object], first: str, second: str) -> None:
    """Numbers by mean and spread, categories by counts, times by their ends."""
    facts = column_facts(ExploredTable.of({"v": values}), "v")
    assert summary_words(facts) == (first, second)


def test_texts_are_told_by_their_length() -> None:
    """In characters."""
    table = ExploredTable.of({"v": ["abc", "abcdefg"]}, kinds={"v": Kind.TEXT})
    assert summary_words(column_facts(table, "v")) == ("3 to 7 characters", "5 on average")


def test_pictures_are_told_in_words() -> None:
    """For those who cannot see them, and as a hint."""
    table = ExploredTable.of({"n": [1, 2, 2, 9], "s": ["b", "a", "b", "b"], "e": [None] * 4})
    assert distribution_words(distribution(table, "n")) == (
        "9 bins from 1 to 9; most rows (2) at 2"
    )
    assert distribution_words(distribution(table, "s")) == (
        "2 values, the most frequent first; most rows (3) at b"
    )
    assert distribution_words(distribution(table, "e")) == "no values to draw"
    facts = column_facts(table, "n").numbers
    assert facts is not None
    assert dict(number_lines(facts))["Median"] == "2"


def test_what_the_browser_passes_on_is_not_believed() -> None:
    """Only a token with a status of success is a table."""
    empty: dict[str, object] = {}
    wrong: tuple[object, ...] = (
        None,
        3,
        [],
        empty,
        {"status": 201},
        {"status": 201, "answer": {"token": 5}},
    )
    for told in wrong:
        assert OpenTable.read(told) is None
    answer = {"token": "t", "what": "w" * 999, "rows": 7, "more": True, "wrong": 2}
    found = OpenTable.read({"status": 201, "answer": answer})
    assert found is not None
    assert found.note.endswith("the first 7 rows, 2 records could not be read")
    assert len(found.note) < 250


def body(**choices: object) -> DataBody:
    """Return what the page shows of the table."""
    rows = of_table(ExploredTable.of(TABLE).frame, SIGNATURE, total=6)
    return DataBody.of(rows, DataState(**choices))  # type: ignore[arg-type]


def test_the_facts_are_about_the_rows_of_the_condition() -> None:
    """Rows, missing cells, duplicates among the features, labels."""
    whole = body()
    assert (whole.overview.rows, whole.overview.missing, whole.looked_at) == (6, 1, 6)
    assert (whole.overview.duplicates, whole.features) == (0, 2)
    assert (whole.target, whole.labelled) == ("y", 6)
    some = body(condition='g == "a"')
    assert (some.overview.rows, some.looked_at) == (4, 6)
    assert body(condition="x > 9").shown is None


def test_columns_are_found_and_ordered() -> None:
    """By name, by what is missing, by how many values, by what they say of the target."""

    def order(by: DataOrder) -> list[str]:
        shown = body(order=by).shown
        assert isinstance(shown, ColumnsShown)
        return [each.facts.name for each in shown.columns]

    assert order(DataOrder.PLACE) == list(TABLE)
    assert order(DataOrder.NAME) == ["extra", "g", "x", "y"]
    assert order(DataOrder.MISSING)[0] == "x"
    assert order(DataOrder.DISTINCT)[0] == "x"
    assert order(DataOrder.ASSOCIATION)[-1] == "y"
    shown = body(q="X").shown
    assert isinstance(shown, ColumnsShown)
    assert (shown.found, [each.facts.name for each in shown.columns]) == (2, ["x", "extra"])


def test_pages_beyond_the_last_are_the_last() -> None:
    """Of rows and of columns."""
    rows = body(view=DataView.ROWS, page=99, across=99).shown
    assert isinstance(rows, RowsShown)
    assert (rows.page, rows.across, rows.first, len(rows.cells)) == (1, 1, 1, 6)
    assert rows.cells[4] == ("", "a", "k", "1")
    assert rows.numeric == {"x", "extra"}
    shown = body(page=99).shown
    assert isinstance(shown, ColumnsShown)
    assert shown.page == 1


def test_columns_that_are_not_there_are_not_shown() -> None:
    """The most telling feature stands in for one, beside the target."""
    for choices in ({}, {"x": "nope", "y": "gone"}):
        shown = body(view=DataView.PAIR, **choices).shown
        assert isinstance(shown, PairShown)
        assert (shown.x, shown.y) == ("g", "y")
    alone = body(view=DataView.PAIR, x="x").shown
    assert isinstance(alone, PairShown)
    assert (alone.x, alone.y, alone.association) == ("x", "", None)
