"""Which rows are worth a label, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.views import FlagView
from modeldesk.services.worth_labelling import Why, candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNATURE = Signature(
    inputs=(
        Column(name="age", kind=Kind.FLOAT, low=18.0, high=90.0),
        Column(name="rooms", kind=Kind.INTEGER, low=1.0, high=9.0),
        Column(name="plan", kind=Kind.CATEGORICAL, categories=("a", "b")),
    ),
    outputs=(
        Column(name="buys", kind=Kind.CATEGORICAL, role=Role.PREDICTION, categories=("no", "yes")),
        Column(name="p_no", kind=Kind.FLOAT, role=Role.SCORE, label="no", low=0.0, high=1.0),
        Column(name="p_yes", kind=Kind.FLOAT, role=Role.SCORE, label="yes", low=0.0, high=1.0),
    ),
)
PRICES = Signature(
    inputs=(Column(name="rooms", kind=Kind.INTEGER, low=1.0, high=9.0),),
    outputs=(Column(name="price", kind=Kind.FLOAT, role=Role.PREDICTION, low=100.0, high=200.0),),
)


def rows(**changes: Sequence[object]) -> pl.DataFrame:
    """Return five ordinary rows, sure of a no, with some columns otherwise."""
    usual: dict[str, Sequence[object]] = {
        "prediction_id": [f"r{place}" for place in range(5)],
        "age": [40.0] * 5,
        "rooms": [3] * 5,
        "plan": ["a"] * 5,
        "buys": ["no"] * 5,
        "p_no": [0.95] * 5,
        "p_yes": [0.05] * 5,
    }
    return pl.DataFrame({**usual, **changes})


def flag(name: str, proposed: str | None = None) -> FlagView:
    """Return a flag on a prediction."""
    return FlagView(
        flag_id=1,
        prediction_id=name,
        model="shop",
        version=1,
        reason="unsure",
        comment="",
        proposed_label=proposed,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def others(names: list[str], answers: list[object]) -> pl.DataFrame:
    """Return what another version answered."""
    return pl.DataFrame({"prediction_id": names, "modeldesk:other": answers})


def test_ordinary_rows_are_not_worth_a_label() -> None:
    """Nor those of which the shadow says the same."""
    assert candidates(rows(), SIGNATURE) == ()
    assert candidates(rows(), SIGNATURE, others=others(["r1"], ["no"])) == ()


def test_each_row_says_why() -> None:
    """What is unusual about it, with its values."""
    found = candidates(
        rows(
            age=[40.0, 17.0, 40.0, 40.0, None],
            rooms=[3, 12, 3, 3, 3],
            plan=["a", "a", "z", "a", None],
            p_no=[0.95, 0.95, 0.95, 0.6, 0.95],
            p_yes=[0.05, 0.05, 0.05, 0.4, 0.05],
        ),
        SIGNATURE,
        flags={"r4": flag("r4", "yes")},
        others=others(["r0", "r2"], ["yes", "yes"]),
    )
    told = {
        each.prediction_id: {reason.why: reason.sentence for reason in each.reasons}
        for each in found
    }
    assert told == {
        "r4": {Why.FLAGGED: "Flagged: unsure; proposed: yes"},
        "r2": {Why.DISAGREEMENT: "The shadow says yes", Why.OUTSIDE: "plan is new: z"},
        "r0": {Why.DISAGREEMENT: "The shadow says yes"},
        "r1": {Why.OUTSIDE: "age is 17.0, below 18.0; rooms is 12, above 9.0"},
        "r3": {Why.UNCERTAIN: "The largest score is only 0.60"},
    }
    assert [each.prediction_id for each in found] == ["r4", "r2", "r0", "r1", "r3"]
    assert found[0].proposed == "yes"


def test_within_a_reason_the_most_telling_comes_first() -> None:
    """More values outside, then the lower largest score; equal ones stay as they came."""
    tops = [0.7, 0.55, 0.7, 0.74, 0.76]
    doubtful = candidates(rows(p_no=tops, p_yes=[1 - top for top in tops]), SIGNATURE)
    assert [each.prediction_id for each in doubtful] == ["r1", "r0", "r2", "r3"]
    outside = candidates(
        rows(age=[91.0, 91.0, 40.0, 40.0, 40.0], rooms=[3, 10, 3, 3, 3]), SIGNATURE
    )
    assert [(each.prediction_id, each.outside) for each in outside] == [("r1", 2), ("r0", 1)]


def test_many_columns_outside_are_counted() -> None:
    """Three are named."""
    inputs = tuple(Column(name=f"x{n}", kind=Kind.FLOAT, low=0.0, high=1.0) for n in range(6))
    wide = Signature(inputs=inputs, outputs=SIGNATURE.outputs)
    frame = rows().with_columns(pl.lit(2.0).alias(f"x{n}") for n in range(6))
    first = candidates(frame, wide)[0]
    assert first.reasons[0].sentence.endswith("x2 is 2.0, above 1.0; and 3 more")


def test_numbers_disagree_from_a_tenth_of_their_range_on() -> None:
    """There are no scores, so nothing is uncertain."""
    frame = pl.DataFrame({"prediction_id": ["a", "b"], "rooms": [3, 3], "price": [150.0, 150.0]})
    found = candidates(frame, PRICES, others=others(["a", "b"], [159.9, 160.1]))
    assert [each.prediction_id for each in found] == ["b"]
    assert found[0].reasons[0].sentence == "The shadow says 160.1"
    assert found[0].top is None


def test_what_the_log_does_not_keep_is_no_reason() -> None:
    """Hashes are no numbers outside a range, and columns may be missing."""
    hashed = rows(age=["f00d"] * 5, plan=["a"] * 5).drop("rooms", "p_yes")
    assert candidates(hashed, SIGNATURE) == ()


def test_the_least_sure_rows_of_a_sure_model_are_uncertain() -> None:
    """A twentieth of them, and those that are as sure; but not where they are nearly certain."""
    many = pl.concat([rows() for _ in range(8)]).with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("prediction_id"),
        (0.8 + pl.int_range(pl.len()) / 1000).alias("p_no"),
    )
    assert [each.prediction_id for each in candidates(many, SIGNATURE)] == ["0", "1"]
    sure = many.with_columns((pl.col("p_no") + 0.11).alias("p_no"))
    assert candidates(sure, SIGNATURE) == ()


def test_the_more_classes_the_lower_a_certain_score() -> None:
    """Above three quarters of two classes, and two thirds of three."""
    third = Column(name="p_no3", kind=Kind.FLOAT, role=Role.SCORE, label="x", low=0.0, high=1.0)
    three = Signature(inputs=SIGNATURE.inputs, outputs=(*SIGNATURE.outputs, third))
    tops = [0.6, 0.6, 0.7, 0.95, 0.95]
    frame = rows(p_no=tops, p_yes=[0.0] * 5).with_columns(pl.lit(0.0).alias("p_no3"))
    assert len(candidates(frame, SIGNATURE)) == 3
    assert len(candidates(frame, three)) == 2
