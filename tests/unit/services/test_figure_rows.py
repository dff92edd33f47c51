"""Conditions that tell the rows behind a figure."""

from __future__ import annotations

import pytest

from modeldesk.performance.slices import SliceSchema, check, parse
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.figure_rows import (
    cell_condition,
    missed_condition,
    mistaken_condition,
    segment_condition,
)


def signature(kind: Kind = Kind.CATEGORICAL) -> Signature:
    """Return a model that predicts classes of some kind, with a column of every kind."""
    inputs = [Column(name=each.value, kind=each) for each in Kind if each is not Kind.VECTOR]
    vector = Column(name="vector", kind=Kind.VECTOR, dimension=2)
    return Signature(
        inputs=(*inputs, vector, Column(name="a=b c", kind=Kind.CATEGORICAL)),
        outputs=(Column(name="class", kind=kind, role=Role.PREDICTION),),
    )


@pytest.mark.parametrize(
    ("kind", "truths", "said", "expected"),
    [
        (Kind.CATEGORICAL, ["a"], ["b"], 'label == "a" and prediction == "b"'),
        (Kind.INTEGER, ["1"], ["2", "-3"], "label == 1 and prediction in (2, -3)"),
        (Kind.BOOLEAN, ["true"], ["false"], "label == true and prediction == false"),
        (Kind.CATEGORICAL, ['"; drop'], ["\\"], r'label == "\"; drop" and prediction == "\\"'),
        (Kind.INTEGER, ["one"], ["2"], None),
        (Kind.DATE, ["2026-01-01"], ["2026-01-01"], None),
    ],
)
def test_a_cell_is_a_condition_in_the_sort_of_the_classes(
    kind: Kind, truths: list[str], said: list[str], expected: str | None
) -> None:
    """Whatever a class is called, the language reads it as that class."""
    found = cell_condition(signature(kind), truths, said)
    assert found == expected
    if found is not None:
        schema = SliceSchema.of_signature(signature(kind), label="truth")
        check(parse(found), schema, text=found)


def test_the_mistakes_of_a_class() -> None:
    """Rows of it that are missed, and rows of others that are taken for it."""
    assert missed_condition(signature(), "a") == 'label == "a" and prediction != "a"'
    assert mistaken_condition(signature(), "a") == 'prediction == "a" and label != "a"'
    assert missed_condition(signature(Kind.DATE), "2026-01-01") is None


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("categorical=DE", 'categorical == "DE"'),
        ("categorical=(missing)", "categorical is null"),
        ("categorical=(other)", 'not (categorical in ("DE", "x=y"))'),
        ("boolean=true", "boolean == true"),
        ("integer=-3", "integer == -3"),
        ("integer=inf", None),
        ("date=2026-01-01", None),
        ("a=b c=d", '`a=b c` == "d"'),
        ("gone=1", None),
    ],
)
def test_a_segment_is_a_condition_where_one_says_it_exactly(
    segment: str, expected: str | None
) -> None:
    """Rare values are those of no other segment; of times and vectors there is none."""
    known = ["categorical=DE", "categorical=x=y", "categorical=(other)", "categorical=(missing)"]
    found = segment_condition(signature(), segment, known)
    assert found == expected
    if found is not None:
        check(parse(found), SliceSchema.of_signature(signature()), text=found)


def test_rare_values_of_nothing_known_cannot_be_told() -> None:
    """Then every value is one of them."""
    assert segment_condition(signature(), "categorical=(other)", ["categorical=(other)"]) is None
