"""Filters of the log as one condition that the language of slices reads."""

from __future__ import annotations

import pytest

from modeldesk.errors import InvalidArgument
from modeldesk.performance.slices import SliceSchema, check, parse
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.log_choice import LogChoice, Truth

ANIMALS = Signature(
    inputs=(
        Column(name="legs", kind=Kind.INTEGER),
        Column(name="land", kind=Kind.CATEGORICAL, categories=("DE", 'a"b')),
        Column(name="seen", kind=Kind.DATETIME),
    ),
    outputs=(
        Column(name="animal", kind=Kind.CATEGORICAL, role=Role.PREDICTION),
        Column(name="p1", kind=Kind.FLOAT, role=Role.SCORE, label="cat"),
        Column(name="p2", kind=Kind.FLOAT, role=Role.SCORE, label='big "dog"'),
    ),
)
PRICES = Signature(
    inputs=(Column(name="rooms", kind=Kind.INTEGER),),
    outputs=(Column(name="price", kind=Kind.FLOAT, role=Role.PREDICTION),),
)


def test_no_choice_is_no_condition() -> None:
    """Version, flags and keys are told otherwise."""
    assert LogChoice(version=3, flagged=True, row_id="a").expression(ANIMALS) == ""


@pytest.mark.parametrize(
    ("choice", "signature", "told"),
    [
        (LogChoice(said="cat"), ANIMALS, 'prediction == "cat"'),
        (LogChoice(low=0.0, high=1e16), PRICES, "(prediction >= 0.0) and (prediction <= 1e+16)"),
        (LogChoice(low=-2.5), PRICES, "prediction >= -2.5"),
        (LogChoice(score_high=0.5), ANIMALS, "confidence <= 0.5"),
        (
            LogChoice(score='big "dog"', score_low=0.25),
            ANIMALS,
            'score("big \\"dog\\"") >= 0.25',
        ),
        (LogChoice(truth=Truth.RIGHT), ANIMALS, "correct"),
        (LogChoice(truth=Truth.KNOWN), ANIMALS, "label is not null"),
        (LogChoice(truth=Truth.NONE), PRICES, "label is null"),
        (LogChoice(segment="land=DE"), ANIMALS, 'land == "DE"'),
        (LogChoice(condition=" legs > 2 or legs < 1 "), ANIMALS, " legs > 2 or legs < 1 "),
        (
            LogChoice(segment='land=a"b', truth=Truth.WRONG, condition="legs > 2 or legs < 1"),
            ANIMALS,
            '(land == "a\\"b") and (not correct) and (legs > 2 or legs < 1)',
        ),
    ],
)
def test_choices_are_conditions_that_fit(
    choice: LogChoice, signature: Signature, told: str
) -> None:
    """The language reads each of them and finds nothing wrong with it."""
    found = choice.expression(signature)
    assert found == told
    schema = SliceSchema.of_signature(signature, label="truth", time="when")
    check(parse(found), schema, text=found)


def test_what_no_condition_says_is_refused() -> None:
    """A time has no segment that could be written, and a price is no class."""
    with pytest.raises(InvalidArgument, match="seen=2026"):
        LogChoice(segment="seen=2026-01-01").expression(ANIMALS)
    with pytest.raises(InvalidArgument, match="dear"):
        LogChoice(said="dear").expression(PRICES)
