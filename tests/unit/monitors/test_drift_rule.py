"""The drift rule: which columns give a finding, and how it is kept."""

import pytest

from modeldesk.drift import Thresholds, compare
from modeldesk.errors import Corrupt
from modeldesk.monitors import DriftRule
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
    reference = profile({"age": steps, "label": ["a", "b"] * 250, "score": steps})
    moved = [step + 300 for step in steps]
    current = profile({"age": moved, "label": ["b"] * 500, "score": moved})
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
    """Thresholds and roles come back equal; other text is refused."""
    rule = DriftRule(roles=(Role.FEATURE,), thresholds=Thresholds(min_distance=0.5))
    assert DriftRule.decode(rule.encode()) == rule
    with pytest.raises(Corrupt, match="cannot be read"):
        DriftRule.decode("[]")
