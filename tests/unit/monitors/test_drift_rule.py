"""The drift rule: which columns give a finding, and how it is kept."""

import numpy as np
import pytest

from modeldesk.drift import Status, Thresholds, compare
from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.monitors import ColumnRule, DriftRule
from modeldesk.profiles import profile
from modeldesk.schema import Column, Kind, Role, Signature

SIGNATURE = Signature(
    inputs=(Column(name="age", kind=Kind.FLOAT),),
    outputs=(
        Column(name="label", kind=Kind.CATEGORICAL, role=Role.PREDICTION),
        Column(name="score", kind=Kind.FLOAT, role=Role.SCORE),
    ),
)


def test_changed_columns_of_the_watched_roles_give_findings() -> None:
    """Scores are left out by default; the largest distance comes first."""
    steps = [float(step) for step in range(500)]
    old: dict[str, list[object]] = {"age": [*steps], "label": ["a", "b"] * 250, "score": [*steps]}
    reference = profile(old)
    moved: list[object] = [step + 300 for step in steps]
    new: dict[str, list[object]] = {"age": moved, "label": ["b"] * 500, "score": moved}
    current = profile(new)
    comparison = compare(current, reference)
    found = DriftRule().findings(comparison, SIGNATURE)
    assert {finding.column for finding in found} == {"age", "label"}
    distances = [finding.distance for finding in found if finding.distance is not None]
    assert distances == sorted(distances, reverse=True)
    assert all(finding.sentence for finding in found)
    only_scores = DriftRule(roles=(Role.SCORE,)).findings(comparison, SIGNATURE)
    assert [finding.column for finding in only_scores] == ["score"]
    same = compare(reference, reference)
    assert DriftRule().findings(same, SIGNATURE) == ()


def test_a_rule_survives_encoding() -> None:
    """Thresholds, roles and history come back equal; other text is refused."""
    rule = DriftRule(
        roles=(Role.FEATURE,),
        thresholds=Thresholds(min_distance=0.5),
        overrides={"age": Thresholds(min_rows=9)},
        history=14,
        muted={"label": "its classes were renamed"},
    )
    assert DriftRule.decode(rule.encode()) == rule
    for wrong in ("[]", '{"history": -1}'):
        with pytest.raises(Corrupt, match="cannot be read"):
            DriftRule.decode(wrong)


def test_rules_of_before_are_readable() -> None:
    """A rule that was stored without history and overrides gets the defaults."""
    old = '{"roles": ["feature"], "thresholds": {"min_distance": 0.5}}'
    assert DriftRule.decode(old).history == DriftRule().history
    assert DriftRule.decode(old).overrides == {}
    assert DriftRule.decode(old).muted == {}


def test_a_rule_judges_by_its_own_thresholds() -> None:
    """Thresholds, overrides of columns that are there, and the last windows of the past count."""
    rng = np.random.default_rng(1)
    reference = profile({"age": rng.normal(size=2000)})
    current = profile({"age": rng.normal(0.4, 1, 2000)})
    past = [profile({"age": rng.normal(rng.normal(0, 0.4), 1, 400)}) for _ in range(40)]
    assert DriftRule().compare(current, reference).changed
    assert not DriftRule().compare(current, reference, past).changed
    assert DriftRule(history=0).compare(current, reference, past).changed
    assert DriftRule(history=13).compare(current, reference, past).changed
    calm = {"age": Thresholds(min_distance=0.9), "gone": Thresholds()}
    assert not DriftRule(overrides=calm).compare(current, reference).changed
    assert DriftRule().compare(current, reference).sides is None


@pytest.mark.parametrize("windows", [-1, 400])
def test_a_senseless_history_is_refused(windows: int) -> None:
    """A rule looks back on none to a year of days."""
    with pytest.raises(InvalidArgument, match=f"on {windows} windows"):
        DriftRule(history=windows)


def test_a_muted_column_gives_no_finding() -> None:
    """And has no part in the one verdict; what is said of the column stays."""
    reference = profile({"age": [float(step) for step in range(500)], "label": ["a", "b"] * 250})
    moved = profile({"age": [step + 300.0 for step in range(500)], "label": ["a", "b"] * 250})
    comparison = compare(moved, reference)
    rule = DriftRule().with_column("age", ColumnRule(muted="a new sensor"))
    assert [found.column for found in DriftRule().findings(comparison, SIGNATURE)] == ["age"]
    assert rule.findings(comparison, SIGNATURE) == ()
    assert DriftRule().status(comparison, SIGNATURE) is Status.CHANGED
    assert rule.status(comparison, SIGNATURE) is Status.STABLE
    assert rule.basis() == DriftRule().basis() != rule.encode()
    assert rule.with_column("age", ColumnRule()) == DriftRule()


def test_a_column_has_numbers_of_its_own() -> None:
    """What is not told of it is as for all columns; nothing told is no rule of its own."""
    rule = DriftRule().with_column("age", ColumnRule(min_distance=0.3))
    assert rule.thresholds_of("age") == Thresholds(min_distance=0.3)
    assert rule.thresholds_of("label") == Thresholds()
    assert rule.column("age") == ColumnRule(min_distance=0.3)
    assert rule.column("label") == ColumnRule()
    assert rule.with_column("age", ColumnRule(min_distance=0.1)) == DriftRule()
    kept = DriftRule(overrides={"age": Thresholds(min_rows=9)})
    both = kept.with_column("age", ColumnRule(min_missing_change=0.2))
    assert both.overrides == {"age": Thresholds(min_rows=9, min_missing_change=0.2)}
    assert both.with_column("age", ColumnRule()) == kept


def test_columns_follow_where_theirs_did_not_differ() -> None:
    """A column's own distance stays when the model's thresholds change, all else follows."""
    rule = DriftRule().with_column("age", ColumnRule(min_distance=0.3))
    wanted = Thresholds(min_distance=0.2, min_rows=50)
    moved = rule.with_thresholds(wanted)
    assert moved.thresholds == wanted
    assert moved.overrides == {"age": Thresholds(min_distance=0.3, min_rows=50)}
    assert rule.with_thresholds(rule.thresholds) == rule


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "a\x00b", "\ud800"])
def test_a_column_is_muted_for_a_reason(reason: str) -> None:
    """That is told in a few words which every database keeps."""
    with pytest.raises(InvalidArgument, match="for a reason"):
        ColumnRule(muted=reason)
    with pytest.raises(InvalidArgument, match="for a reason"):
        DriftRule(muted={"age": reason})
    with pytest.raises(InvalidArgument, match="min_distance is 3"):
        DriftRule().with_column("age", ColumnRule(min_distance=3))
