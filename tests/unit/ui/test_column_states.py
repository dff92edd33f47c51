"""What addresses of the monitor, a column and profiles mean, and what is as if not there."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from modeldesk.services.profile_choices import ProfileChoice
from modeldesk.ui.column_state import ColumnState
from modeldesk.ui.monitor_state import MonitorState
from modeldesk.ui.profiles_state import ProfilesState, read_choice, write_choice
from modeldesk.ui.tried_numbers import TriedNumbers


def read_back(query: str) -> dict[str, str]:
    """Return what a browser sends of an address."""
    return dict(parse_qsl(query.removeprefix("?")))


def test_every_choice_of_the_monitor_comes_back() -> None:
    """Also those with signs that mean something in an address."""
    state = MonitorState(
        version=2,
        range="90",
        segment="country=DE & more",
        column="a?b=c#d",
        day="2026-03-01",
        q="näme",
        verdict="changed",
        role="feature",
        sort="-distance",
        page=3,
    )
    assert MonitorState.read(read_back(state.query())) == state
    assert MonitorState().query() == "?"


def test_nonsense_is_as_if_it_were_not_there() -> None:
    """An address that somebody mistyped still opens the page."""
    query = {
        "version": "²",
        "range": "31",
        "verdict": "fine",
        "role": "king",
        "sort": "--name",
        "page": "-1",
        "column": "",
        "day": "",
    }
    assert MonitorState.read(query) == MonitorState()
    assert MonitorState.read({"page": "0"}).page == 1
    assert ColumnState.read(query) == ColumnState()


def test_every_choice_of_a_column_comes_back() -> None:
    """Days and hours; a last day before the first is none."""
    state = ColumnState(
        version=1,
        range="48h",
        segment="a=b",
        day="2026-03-01T05",
        to="2026-03-01T09",
        rows=True,
        tried=TriedNumbers(min_distance=0.0, min_missing_change=0.125),
    )
    assert ColumnState.read(read_back(state.query())) == state
    backwards = {"day": "2026-03-02", "to": "2026-03-01"}
    assert ColumnState.read(backwards) == ColumnState(day="2026-03-02")
    for wrong in ("nan", "-0.1", "1.01", "inf", "much", ""):
        assert ColumnState.read({"min_distance": wrong}) == ColumnState()
    assert ColumnState.read({"day": "yesterday", "to": "2026-03-01"}) == ColumnState()
    assert ColumnState.read({"day": "9999-12-31"}) == ColumnState()


@pytest.mark.parametrize(
    "choice",
    [
        ProfileChoice(version=3),
        ProfileChoice(version=1, first=date(2026, 3, 1), last=date(2026, 3, 1)),
        ProfileChoice(version=1, first=date(2026, 3, 1), last=date(2026, 3, 9), segment="t=a:b..c"),
    ],
)
def test_a_choice_of_rows_comes_back(choice: ProfileChoice) -> None:
    """Whatever the segment is called."""
    assert read_choice(write_choice(choice)) == choice
    state = ProfilesState(choices=(ProfileChoice(version=1), None, choice), q="a b", page=2)
    assert ProfilesState.read(read_back(state.query())) == state


@pytest.mark.parametrize(
    "text",
    ["", "1", "1:", "x:reference", "1:March", "1:2026-03-02..2026-03-01", "1:2026-13-01", ":::"],
)
def test_a_choice_that_makes_no_sense_is_none(text: str) -> None:
    """No error, and nothing shown."""
    assert read_choice(text) is None
