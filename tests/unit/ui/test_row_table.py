"""Logged rows in a table: their columns, their values, and what was true."""

from __future__ import annotations

from datetime import UTC, datetime

from modeldesk.schema import Column, Kind, Role, Signature, Value
from modeldesk.services.views import LabelView, PredictionView
from modeldesk.ui.row_table import MOST_COLUMNS, ShownRow, columns_of, table_rows

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SIGNATURE = Signature(
    inputs=(Column(name="prediction", kind=Kind.FLOAT), Column(name="a.b", kind=Kind.TEXT)),
    outputs=(
        Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),
        Column(name="p", kind=Kind.FLOAT, role=Role.SCORE, label="x"),
    ),
)


def row(label: str | None) -> ShownRow:
    """Return a row that was predicted as x."""
    values: dict[str, Value] = {"prediction": 1.5, "a.b": "<b>", "class": "x", "p": 0.123456}
    return ShownRow(prediction_id="k-1", time=AT, values=values, label=label, answered="k-1")


def test_inputs_and_scores_stand_beside_prediction_and_truth() -> None:
    """Whatever the columns are called; scores have as many digits each."""
    columns = columns_of(SIGNATURE)
    labels = [str(column["label"]) for column in columns]
    assert labels == ["Time", "Predicted", "Truth", "prediction", "a.b", "p"]
    (shown,) = table_rows(SIGNATURE, [row("y")])
    told = [shown[str(column["field"])] for column in columns]
    assert told == ["2026-03-01 09:30", "x", "y", "1.5", "<b>", "0.1235"]
    assert [row["tone"] for row in table_rows(SIGNATURE, [row("y"), row("x"), row(None)])] == [
        "wrong",
        "right",
        "",
    ]
    assert table_rows(SIGNATURE, [row(None)])[0]["label"] == "not known"


def test_neighbours_have_a_distance_first() -> None:
    """With three digits behind the point."""
    assert columns_of(SIGNATURE, distances=True)[0]["label"] == "Distance"
    assert table_rows(SIGNATURE, [row(None)], distances=[0.01234])[0]["distance"] == "0.012"


def test_wide_rows_are_cut() -> None:
    """Outputs keep their place; a row by itself has every column."""
    inputs = tuple(Column(name=f"x{n}", kind=Kind.FLOAT) for n in range(200))
    wide = Signature(inputs=inputs, outputs=SIGNATURE.outputs)
    columns = columns_of(wide)
    assert len(columns) == MOST_COLUMNS + 3
    assert columns[-1]["label"] == "p"


def test_a_prediction_read_by_itself_has_its_present_label() -> None:
    """The newest one counts."""

    def label(value: str) -> LabelView:
        return LabelView(
            prediction_id="k-1",
            version=1,
            predicted_at=AT,
            value=value,
            time=AT,
            arrived_at=AT,
            source="",
        )

    view = PredictionView(
        prediction_id="k-1",
        model="m",
        version=1,
        time=AT,
        row_id=None,
        inputs={"prediction": 1.5, "a.b": "t", "gone": 1},
        outputs={"class": "x"},
        labels=(label("new"), label("old")),
    )
    found = ShownRow.of(view, SIGNATURE)
    assert found.label == "new"
    assert found.values == {"prediction": 1.5, "a.b": "t", "class": "x"}
