"""Profiles merge, and know their columns."""

from __future__ import annotations

import subprocess
import sys

import pytest

import modeldesk
from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.profiles import ColumnProfile, Profile, profile
from modeldesk.schema import Kind
from modeldesk.sketches import Counts


def test_merge_adds_rows_and_touches_neither_operand() -> None:
    """The merged profile is that of both sets of rows, the operands are as before."""
    left = profile({"age": [31, None], "city": ["Graz", "Linz"]})
    right = profile({"age": [47], "city": ["Graz"]})
    before = left.encode(), right.encode()
    both = left.merge(right)
    assert both == profile({"age": [31, None, 47], "city": ["Graz", "Linz", "Graz"]})
    assert (left.encode(), right.encode()) == before


def test_columns_of_one_side_keep_their_rows() -> None:
    """A column that a later signature added has only the rows that came with it."""
    old = profile({"age": [31, 47]})
    new = profile({"age": [62], "city": ["Graz"]})
    both = old.merge(new)
    assert both.rows == 3
    assert both.names == ("age", "city")
    assert both.column("city").rows == 1
    assert both.column("city").missing == 0


def test_empty_is_neutral() -> None:
    """Merging with no rows changes nothing."""
    some = profile({"age": [31.5]})
    assert some.merge(Profile.empty()) == Profile.empty().merge(some) == some


def test_whole_and_fractional_numbers_merge() -> None:
    """A column whose numbers were whole at first becomes one of fractional numbers."""
    merged = profile({"x": [1, 2]}).merge(profile({"x": [0.5]})).column("x")
    assert merged.kind is Kind.FLOAT
    assert merged.types == {"integer": 2, "fractional": 1}
    assert merged.frequent is None
    assert merged.moments is not None
    assert merged.moments.count == 3


def test_columns_without_values_take_the_kind_of_the_others() -> None:
    """An hour in which a column was wholly missing merges with any other hour."""
    nothing = profile({"x": [None]})
    assert nothing.column("x").kind is Kind.FLOAT
    some = profile({"x": ["a"]})
    for both in (nothing.merge(some), some.merge(nothing)):
        assert both.column("x").kind is Kind.CATEGORICAL
        assert (both.column("x").rows, both.column("x").missing) == (2, 1)
    texts = profile({"x": [None]}, kinds={"x": Kind.TEXT})
    assert texts.merge(nothing) == nothing.merge(texts)


def test_other_kinds_are_incompatible() -> None:
    """Numbers and categories do not merge; the message names the column."""
    with pytest.raises(Incompatible, match="'x' is integer on one side and categorical"):
        profile({"x": [1]}).merge(profile({"x": ["a"]}))
    with pytest.raises(Incompatible, match="'x' and 'y'"):
        ColumnProfile(name="x", kind=Kind.TEXT).merge(ColumnProfile(name="y", kind=Kind.TEXT))


def test_unknown_columns_are_told() -> None:
    """Asking for an unknown column tells the known ones."""
    with pytest.raises(NotFound, match="Known columns: age, city"):
        profile({"age": [1], "city": ["Graz"]}).column("town")
    with pytest.raises(NotFound, match="Known columns: none"):
        Profile.empty().column("age")


def test_contradictions_are_refused() -> None:
    """Two columns of a name, or a column of more rows than the profile, are mistakes."""
    column = ColumnProfile(name="x", kind=Kind.TEXT, counts=Counts(rows=1, missing=1))
    with pytest.raises(InvalidArgument, match="'x' more than once"):
        Profile(rows=1, columns=(column, column))
    with pytest.raises(InvalidArgument, match="more rows"):
        Profile(rows=0, columns=(column,))


def test_public_names() -> None:
    """The package offers building and comparing at its top."""
    day = modeldesk.profile({"x": [1]})
    assert isinstance(day, modeldesk.Profile)
    assert modeldesk.compare(day, day).rows == 1


def test_importing_loads_nothing_heavy() -> None:
    """Profiles and comparisons need neither pandas nor a model, database or web library."""
    program = """
import sys
import modeldesk.drift, modeldesk.profiles
heavy = {"pandas", "pyarrow", "sklearn", "sqlalchemy", "fastapi", "nicegui", "scipy.stats"}
print(sorted(heavy & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
