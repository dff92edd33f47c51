"""What pages of versions and comparisons write: addresses, consequences, cells."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.performance.paired import ClassChange
from modeldesk.schema import Canary, Routing, Shadow
from modeldesk.services.comparison_sources import Source
from modeldesk.services.paired_views import (
    Disagreement,
    PairedReport,
    ReferenceChange,
    SliceChange,
)
from modeldesk.store import AliasMove
from modeldesk.ui.alias_words import move_words, moving_words, rollback_words, sharing_words
from modeldesk.ui.compare_state import Change, CompareState, Sort, begins, ends
from modeldesk.ui.paired_rows import changed_parts, disagreement_rows, part_table_rows
from modeldesk.ui.versions_state import VersionsState

AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


def move(before: int | None, after: int | None, undoes: int | None = None) -> AliasMove:
    """Return a move of the champion."""
    return AliasMove(
        move_id=7,
        alias="champion",
        at=AT,
        from_version=before,
        to_version=after,
        reason="",
        by="user ann",
        undoes=undoes,
    )


def report(**changes: object) -> PairedReport:
    """Return a comparison of two versions."""
    told: dict[str, object] = {
        "model": "a b",
        "one": 2,
        "other": 1,
        "source": "shadow",
        "rows": 10,
        "labelled": 10,
        "refused": 0,
        "cut": False,
        "agreement": 0.8,
        "improved": 1,
        "regressed": 1,
        "mcnemar": None,
        "differences": (),
        "classes": (),
        "slices": (),
        "disagreements": (),
        "notes": (),
        "reference": ReferenceChange(one_rows=1, other_rows=1, columns=(), sentence=""),
        "verdict": "",
    }
    return PairedReport(**{**told, **changes})  # type: ignore[arg-type]


@given(
    st.builds(
        CompareState,
        sort=st.sampled_from(Sort),
        one=st.none() | st.integers(1, 999),
        other=st.none() | st.integers(1, 999),
        source=st.none() | st.sampled_from(Source),
        rows=st.sampled_from((1_000, 10_000, 50_000)),
        days=st.sampled_from((0, 7, 30, 90)),
        change=st.sampled_from(Change),
        by=st.text("ab &=?", max_size=5),
        slice=st.text("ab &=?", max_size=5),
        start=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        estimated=st.booleans(),
    )
)
def test_an_address_says_what_it_was_made_of(state: CompareState) -> None:
    """Reading what was written gives the same choices."""
    from urllib.parse import parse_qsl  # noqa: PLC0415 - of this test alone

    assert CompareState.read(dict(parse_qsl(state.query()[1:]))) == state


def test_what_an_address_cannot_mean_is_not_there() -> None:
    """Unknown words, odd numbers and days that are none."""
    query = {"version": "-1", "days": "31", "below": "0", "measure": "m" * 200}
    assert VersionsState.read(query) == VersionsState(measure="m" * 100)
    odd = {"sort": "x", "one": "0", "source": "", "rows": "5", "from": "2026-02-30", "days": "x"}
    assert CompareState.read(odd) == CompareState()


def test_days_of_an_address_are_whole() -> None:
    """The last day belongs to the range."""
    day = date(2026, 3, 1)
    assert begins(day) == datetime(2026, 3, 1, tzinfo=UTC)
    assert ends(day) == datetime(2026, 3, 2, tzinfo=UTC)
    assert (begins(None), ends(None)) == (None, None)


def test_a_move_says_what_it_will_do() -> None:
    """Of the champion: who answers whom, and what if it fails; of the same version: nothing."""
    words = moving_words("champion", 1, 2)
    assert "Version 2 answers everybody who names no version, in place of version 1" in words
    assert "version 1 goes on answering" in words
    assert "nothing changes" in moving_words("champion", 2, 2)
    assert "instead of version 1" in moving_words("challenger", 1, 2)
    assert "points at version 1 instead of 2" in rollback_words("champion", move(1, 2))
    assert "points at version 3 again" in rollback_words("old", move(3, None))


@pytest.mark.parametrize(
    ("routing", "words"),
    [
        (Routing(canary=Canary(version=2, percent=0)), "Version 1, the champion, answers"),
        (Routing(canary=Canary(version=2, percent=12.5, key="age")), "answers 12.5 % of"),
        (Routing(shadow=Shadow(version=3)), "Version 3 predicts the champion's rows beside it"),
    ],
)
def test_shared_traffic_says_who_gets_what(routing: Routing, words: str) -> None:
    """A canary without a share gets nothing."""
    assert words in sharing_words(routing, 1)


def test_a_move_of_the_past_is_short() -> None:
    """From where to where, and whether it takes another one back."""
    assert move_words(move(1, 2)) == "v1 → v2"
    assert move_words(move(2, 1, undoes=3)) == "v2 → v1, taken back"
    assert move_words(move(None, 1)) == "made at v1"
    assert move_words(move(4, None)) == "removed from v4"


def test_what_lost_most_comes_first() -> None:
    """Classes and slices together, with bars on one scale."""
    found = report(
        classes=(ClassChange(name="yes", rows=9, improved=4, regressed=1),),
        slices=(SliceChange(name="young", rows=5, improved=0, regressed=2),),
    )
    rows = part_table_rows(changed_parts(found))
    assert [(row["key"], row["net"]) for row in rows] == [
        ("slice young", "-2"),
        ("class yes", "+3"),
    ]
    assert [(row["down"], row["up"]) for row in rows] == [(50.0, 0.0), (25.0, 100.0)]


def test_disagreements_lead_to_their_predictions() -> None:
    """Those that are logged have an address; huge values are cut; those of a table have a place."""
    rows = tuple(
        Disagreement(
            row=name, label="x" * 9_999, one="a", other=None, change=change, inputs={"n": 1.5}
        )
        for name, change in (("p/1", "improved"), ("p2", "regressed"), ("p3", None))
    )
    every = disagreement_rows(report(disagreements=rows), Change.ALL)
    assert [row["href"] for row in every] == [
        "performance?row=p%2F1",
        "performance?row=p2",
        "performance?row=p3",
    ]
    assert [row["mark"] for row in every] == ["improved", "regressed", ""]
    assert (every[0]["other"], every[0]["c0"], len(str(every[0]["label"]))) == ("—", "1.5", 300)
    table = disagreement_rows(report(source="test", disagreements=rows), Change.IMPROVED)
    assert [(row["row"], row["href"]) for row in table] == [("row p/1", "")]
