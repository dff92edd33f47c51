"""The address of the predictions page: everything in it comes back, nonsense does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

from modeldesk.services.log_choice import LogChoice, Truth
from modeldesk.services.reading import Which
from modeldesk.ui.predictions_state import PredictionsState

FULL = PredictionsState(
    version=2,
    rows=Which.ALL,
    start=date(2026, 3, 1),
    end=date(2026, 3, 2),
    segment="land=DE & AT",
    said="yes",
    low=0.0,
    high=-1.5,
    score="no",
    score_low=0.25,
    score_high=1e-9,
    label=Truth.WRONG,
    flagged=True,
    key="a/b?",
    condition='age > 60 and plan == "a&b"',
    cursor="01k9z7c3f2w8e5t6r4q1m0n2bd-7",
    row="01k9z7c3f2w8e5t6r4q1m0n2bd-8",
)


def test_every_choice_comes_back() -> None:
    """Through the address and back."""
    assert PredictionsState.read(dict(parse_qsl(FULL.query()[1:]))) == FULL
    assert PredictionsState.read({}).query() == "?"
    assert FULL.filters == 14
    assert PredictionsState(version=1, row="x", cursor="y").filters == 0


def test_what_makes_no_sense_is_not_there() -> None:
    """Nor what could do harm: endless numbers, days that no calendar goes beyond."""
    nonsense = {
        "version": "²", "rows": "none", "from": "2026-13-01", "to": "9999-12-31", "low": "inf",
        "high": "1_0x", "score_low": "nan", "label": "maybe", "flagged": "yes", "cursor": "../x",
    }  # fmt: skip
    assert PredictionsState.read(nonsense) == PredictionsState()
    assert len(PredictionsState.read({"condition": "x" * 99_999}).condition) == 20_000


def test_days_include_the_last_one() -> None:
    """From midnight to midnight, in UTC."""
    assert FULL.choice == LogChoice(
        version=2,
        which=Which.ALL,
        start=datetime(2026, 3, 1, tzinfo=UTC),
        end=datetime(2026, 3, 3, tzinfo=UTC),
        segment="land=DE & AT",
        said="yes",
        low=0.0,
        high=-1.5,
        score="no",
        score_low=0.25,
        score_high=1e-9,
        truth=Truth.WRONG,
        flagged=True,
        row_id="a/b?",
        condition='age > 60 and plan == "a&b"',
    )
