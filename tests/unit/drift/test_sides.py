"""A comparison remembers its profiles without being more than its fields."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict, replace

import msgspec
import orjson
import pytest

from modeldesk import compare, profile
from modeldesk.drift import Comparison, Sides
from modeldesk.profiles import Profile


@pytest.fixture
def reference() -> Profile:
    """Offer a profile of one column."""
    return profile({"age": list(range(100))})


@pytest.fixture
def comparison(reference: Profile) -> Comparison:
    """Offer a comparison of a profile with itself."""
    return compare(reference, reference)


def test_a_comparison_remembers_what_was_compared(
    comparison: Comparison, reference: Profile
) -> None:
    """Both profiles are there, the very objects that were given."""
    assert comparison.sides is not None
    assert comparison.sides.current is reference
    assert comparison.sides.reference is reference


def test_it_can_be_told_not_to(comparison: Comparison, reference: Profile) -> None:
    """Where many comparisons are kept, the profiles are let go; the value is the same."""
    bare = compare(reference, reference, keep_profiles=False)
    assert bare.sides is None
    assert bare == comparison
    assert hash(bare) == hash(comparison)
    assert repr(bare) == repr(comparison)


def test_profiles_are_not_written(comparison: Comparison, reference: Profile) -> None:
    """JSON of any kind, copies and pickles hold the fields alone."""
    bare = compare(reference, reference, keep_profiles=False)
    assert orjson.dumps(comparison) == orjson.dumps(bare)
    assert msgspec.json.encode(comparison) == msgspec.json.encode(bare)
    assert asdict(comparison) == asdict(bare)
    assert len(pickle.dumps(comparison)) == len(pickle.dumps(bare))
    for same in (copy.deepcopy(comparison), replace(comparison)):
        assert same == comparison
        assert same.sides is None


def test_remembering_leaves_the_original_as_it_is(reference: Profile) -> None:
    """A new value comes back."""
    bare = compare(reference, reference, keep_profiles=False)
    told = bare.remembering(Sides(current=reference, reference=reference))
    assert bare.sides is None
    assert told.sides is not None
    assert told == bare
