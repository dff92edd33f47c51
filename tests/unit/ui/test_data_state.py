"""The data page's address: what is read is what was written, and nonsense is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from modeldesk.services.exploring import FEW_ROWS, MOST_ROWS, DataSource
from modeldesk.ui.data_state import DataOrder, DataState, DataView

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "state",
    [
        DataState(),
        DataState(source=DataSource.TEST, version=3, condition='a > 1 and b == "x&y"'),
        DataState(days=0, most=MOST_ROWS, view=DataView.ROWS, page=4, across=2),
        DataState(order=DataOrder.ASSOCIATION, q="süß", target="a b"),
        DataState(view=DataView.PAIR, x="x=1", y="?", by="#"),
    ],
)
def test_an_address_says_all_of_a_state(state: DataState) -> None:
    """Reading it back gives the same."""
    assert DataState.read(dict(parse_qsl(state.query()[1:]))) == state


def test_what_makes_no_sense_is_not_there() -> None:
    """Unknown sources, views, orders, ranges and numbers; endless texts are cut."""
    query = {
        "source": "moon", "version": "-1", "days": "8", "rows": "1", "view": "?",
        "order": "luck", "page": "0", "across": "x", "q": "q" * 9_999, "x": "x" * 9_999,
    }  # fmt: skip
    state = DataState.read(query)
    assert (state.source, state.version, state.days) == (DataSource.LOGGED, None, 30)
    assert (state.most, state.view, state.order) == (FEW_ROWS, DataView.COLUMNS, DataOrder.PLACE)
    assert (state.page, state.across) == (1, 1)
    assert len(state.q) == len(state.x) == 500
    assert DataState().query() == "?"


def test_only_logged_rows_have_a_range() -> None:
    """Thirty days are today and the twenty-nine before it."""
    choice = DataState(version=2).choice(NOW)
    assert choice.start == datetime(2026, 2, 3, tzinfo=UTC)
    assert choice.version == 2
    assert DataState(days=0).choice(NOW).start is None
    assert DataState(source=DataSource.REFERENCE).choice(NOW).start is None
