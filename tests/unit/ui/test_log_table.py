"""The log as a table: what stands beside each prediction, and nothing that is too long."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.prediction_log import LoggedPage
from modeldesk.services.reading import PredictionPage
from modeldesk.services.views import FlagView
from modeldesk.ui.log_table import log_columns, log_rows

AT = datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC)
SIGNATURE = Signature(
    inputs=(Column(name="flags", kind=Kind.FLOAT), Column(name="note", kind=Kind.TEXT)),
    outputs=(
        Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),
        Column(name="p", kind=Kind.FLOAT, role=Role.SCORE, label="x"),
        Column(name="q", kind=Kind.FLOAT, role=Role.SCORE, label="y"),
    ),
)


def page(*labels: str | None) -> LoggedPage:
    """Return rows that were predicted as x, the first of them flagged twice."""
    many = len(labels)
    frame = pl.DataFrame(
        {
            "prediction_id": [f"k-{place}" for place in range(many)],
            "version": [3] * many,
            "time": [AT] * many,
            "row_id": ["k" * 100] + [None] * (many - 1),
            "shadow_of": pl.Series([None] * many, dtype=pl.String),
            "flags": [1.5] * many,
            "note": ["n" * 10_000_000] + ["<b>"] * (many - 1),
            "class": ["x"] * many,
            "p": [0.25] * many,
            "q": [None] + [0.75] * (many - 1),
        }
    )
    flag = FlagView(
        flag_id=1, prediction_id="k-0", model="m", version=3, reason="unsure", comment="",
        proposed_label=None, created_at=AT,
    )  # fmt: skip
    return LoggedPage(
        page=PredictionPage(signature=SIGNATURE, frame=frame, cursor=None),
        signature=SIGNATURE,
        labels=pl.Series(labels, dtype=pl.String),
        flags={"k-0": (flag, flag)},
        newest="k",
    )


def test_what_is_known_of_a_row_stands_beside_it() -> None:
    """Its largest score, its truth, its flags; a column called like one of these is another."""
    first, second, third = log_rows(page("y", "x", None))
    columns = log_columns(SIGNATURE, versions=True, keys=True)
    names = [str(column["label"]) for column in columns]
    assert names == [
        "Time", "Version", "Predicted", "Score", "Truth", "Flags", "Own key", "flags",
        "note", "p", "q",
    ]  # fmt: skip
    told = [second[str(column["field"])] for column in columns]
    assert told == [
        "2026-03-01 09:30", "v3", "x", "0.750", "x", "", "—", "1.5", "<b>", "0.2500", "0.7500"
    ]  # fmt: skip
    assert (first["tone"], second["tone"], third["label"]) == ("wrong", "right", "—")
    assert (first["flags"], first["flagged"], first["score"]) == ("2 flags", "unsure", "0.250")
    assert first["utc"] == "2026-03-01 09:30:05 UTC"


def test_long_values_are_cut() -> None:
    """Ten million characters are not sent to a browser."""
    first = log_rows(page("y", None))[0]
    assert max(len(str(value)) for value in first.values()) < 300
    assert str(first["key"]).startswith("k" * 60 + "…")


def test_columns_that_say_nothing_are_left_out() -> None:
    """Of one version, without own keys and scores."""
    plain = Signature(inputs=SIGNATURE.inputs, outputs=SIGNATURE.outputs[:1])
    names = [column["name"] for column in log_columns(plain, versions=False, keys=False)]
    assert names == ["time", "prediction", "label", "flags", "c0", "c1"]
