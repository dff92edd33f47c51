"""Feature values travel through addresses and sliders without change."""

from __future__ import annotations

import pytest

from modeldesk.schema import Column, Kind, Signature
from modeldesk.schema.rows import Value
from modeldesk.ui.feature_values import read, scale, start_values, unusual, written


def column(kind: Kind, **more: object) -> Column:
    """Return a feature of some kind."""
    return Column(name="x", kind=kind, **more)  # type: ignore[arg-type]  # passed on as given


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.FLOAT, 0.1),
        (Kind.FLOAT, -3e20),
        (Kind.FLOAT, None),
        (Kind.INTEGER, 31),
        (Kind.BOOLEAN, True),
        (Kind.BOOLEAN, False),
        (Kind.BOOLEAN, None),
        (Kind.CATEGORICAL, "<script>&=ü"),
        (Kind.CATEGORICAL, ""),
        (Kind.TEXT, "two\nlines"),
        (Kind.DATETIME, "2026-03-01T12:00:00Z"),
        (Kind.DATETIME, None),
    ],
)
def test_what_is_written_is_read_back(kind: Kind, value: Value) -> None:
    """An address brings back the very value that it was made from."""
    again = read(column(kind), written(value), "something else")
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.FLOAT, "wide"), (Kind.FLOAT, "nan"), (Kind.FLOAT, "inf"), (Kind.BOOLEAN, "perhaps")],
)
def test_what_cannot_be_read_gives_the_default(kind: Kind, words: str) -> None:
    """A mistyped address still opens the form."""
    assert read(column(kind), words, 1.5) == 1.5


def test_a_fraction_for_a_whole_number_is_kept_for_the_signature_to_refuse() -> None:
    """The form does not round in secret."""
    assert read(column(Kind.INTEGER), "1.5", 0) == 1.5


def test_a_form_starts_with_typical_values_and_the_addresss() -> None:
    """Long medians are cut to five digits; unknown names in the address are ignored."""
    signature = Signature(
        inputs=(
            Column(name="age", kind=Kind.INTEGER, example=40),
            Column(name="income", kind=Kind.FLOAT, example=50870.33752),
        )
    )
    assert start_values(signature, {"age": "31", "nonsense": "1"}) == {
        "age": 31,
        "income": 50870.0,
    }


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (4.3, 7.9, Kind.FLOAT),
        (0.0, 1.0, Kind.FLOAT),
        (-1e-9, 3e-9, Kind.FLOAT),
        (21512.3, 80586.4, Kind.FLOAT),
        (-4.0, 12_000_000.0, Kind.INTEGER),
        (1, 9, Kind.INTEGER),
        (0, 1, Kind.INTEGER),
    ],
)
def test_a_slider_covers_the_reference_in_a_sensible_number_of_round_steps(
    low: float, high: float, kind: Kind
) -> None:
    """At most 80 steps over the range, and never a fraction of a whole number."""
    found = scale(column(kind, low=low, high=high))
    assert found is not None
    assert found.low <= low
    assert found.high >= high
    assert (found.high - found.low) / found.step <= 80
    assert round(found.low, found.digits) == found.low
    if kind is Kind.INTEGER:
        assert found.step >= 1
        assert found.step == round(found.step)


@pytest.mark.parametrize(
    "feature",
    [
        column(Kind.TEXT),
        column(Kind.FLOAT),
        column(Kind.FLOAT, low=2.0, high=2.0),
        column(Kind.FLOAT, low=-1.7e308, high=1.7e308),
    ],
)
def test_there_is_no_slider_without_a_range_to_move_in(feature: Column) -> None:
    """Text, columns of nulls, constants, and ranges beyond the floats."""
    assert scale(feature) is None


def test_values_outside_the_reference_are_marked() -> None:
    """Below, above, and categories never seen; everything else is usual."""
    width = column(Kind.FLOAT, low=2.0, high=4.4)
    assert unusual(width, 1.9).startswith("below")
    assert unusual(width, 4.5).startswith("above")
    assert unusual(width, 4.4) == ""
    assert unusual(width, None) == ""
    colour = column(Kind.CATEGORICAL, categories=("red",))
    assert unusual(colour, "blue") == "a value that the reference does not have"
    assert unusual(colour, "red") == ""
    assert unusual(column(Kind.TEXT), "anything") == ""
