"""One column judged by other thresholds is judged as in a comparison of all columns."""

import numpy as np
import pytest

from modeldesk import compare, profile
from modeldesk.drift import Status, Thresholds, judge_column, trace
from modeldesk.profiles import Profile

ROWS = 400
DAYS = 16


def day(seed: int, *, shift: float = 0.0, missing: float = 0.0) -> Profile:
    """Return a day of three columns; the first may be shifted and miss values."""
    chance = np.random.default_rng(seed)
    moved = [
        None if chance.random() < missing else float(value)
        for value in chance.normal(shift, 1.0, ROWS)
    ]
    return profile(
        {
            "moved": moved,
            "same": chance.normal(0.0, 1.0, ROWS).tolist(),
            "city": chance.choice(["a", "b", "c"], ROWS).tolist(),
        }
    )


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("missing", [0.0, 0.08, 0.3])
@pytest.mark.parametrize("days", [0, DAYS])
def test_it_says_what_a_whole_comparison_says(shift: float, missing: float, days: int) -> None:
    """By any size that matters, with and without past days, word by word."""
    reference = day(0)
    current = day(1, shift=shift, missing=missing)
    history = [day(seed, shift=0.05 * (seed % 3)) for seed in range(2, 2 + days)]
    known = compare(current, reference, history=history).column("moved").verdict
    found = set()
    for wanted in (
        Thresholds(min_distance=0.02, min_missing_change=0.01),
        Thresholds(min_distance=0.2),
        Thresholds(min_distance=0.9, min_missing_change=0.2),
    ):
        whole = compare(current, reference, overrides={"moved": wanted}, history=history)
        alone = judge_column(
            current.column("moved"),
            reference.column("moved"),
            p_value=known.p_value,
            thresholds=wanted,
            history=[trace(each, reference) for each in history],
        )
        assert alone == whole.column("moved").verdict
        found.add(alone.status)
    if shift == 0.6 and not days:
        assert found >= {Status.CHANGED}
