"""Columns that name single things are recognised, and others are not taken for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import numpy as np
import polars as pl
import pytest
from sklearn import datasets

from modeldesk.schema import Kind, infer_kind

ROWS = 200
KEYS = [f"k{number}" for number in range(ROWS)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id", range(ROWS)),
        ("order_id", range(ROWS)),
        ("customerId", range(ROWS)),
        ("CustomerID", range(ROWS)),
        ("id_customer", range(ROWS)),
        ("Unnamed: 0", range(ROWS)),
        ("order id", [*range(ROWS - 1), 0, None]),
        ("account number", KEYS),
        ("invoice-no", KEYS),
        ("api key", KEYS),
        ("anything", [str(uuid.UUID(int=number)) for number in range(ROWS)]),
        ("anything", [f"{number:024x}" for number in range(ROWS)]),
        ("anything", [f"{number:040X}" for number in range(ROWS)]),
        ("anything", [f"01J{number:023d}" for number in range(ROWS)]),
    ],
)
def test_identifiers(name: str, values: Iterable[object]) -> None:
    """Values that are all but all different are identifiers, where name or pattern say so."""
    assert infer_kind(pl.Series(name, values)) is Kind.IDENTIFIER


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id", range(49)),
        ("id", [number // 2 for number in range(ROWS)]),
        ("id", [number / 2 for number in range(ROWS)]),
        ("amount", range(ROWS)),
        ("paid", range(ROWS)),
        ("identity", range(ROWS)),
        ("number", range(ROWS)),
        ("", range(ROWS)),
        ("name", KEYS),
        ("comment id", [f"about {number}" for number in range(ROWS)]),
        ("long_id", ["x" * 65 + key for key in KEYS]),
        ("day", [f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z" for number in range(ROWS)]),
        ("short", [f"{number:08x}" for number in range(ROWS)]),
    ],
)
def test_no_identifiers(name: str, values: Iterable[object]) -> None:
    """Few or repeated values, amounts, sentences and times are no identifiers."""
    assert infer_kind(pl.Series(name, values)) is not Kind.IDENTIFIER


@pytest.mark.parametrize("load", ["iris", "wine", "breast_cancer", "diabetes", "digits"])
def test_no_measurement_of_a_real_table_is_an_identifier(load: str) -> None:
    """No column of the tables that come with scikit-learn is taken for one, in any of its parts."""
    data = getattr(datasets, f"load_{load}")(as_frame=True).frame
    for column in data:
        for values in (data[column].to_numpy(), np.sort(data[column].to_numpy())[:60]):
            assert infer_kind(pl.Series(str(column), values)) is not Kind.IDENTIFIER
