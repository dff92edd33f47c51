"""Let Evidently judge columns one by one: KIND REFERENCE CURRENT..., in its own environment.

It runs what `ValueDrift` runs for a column, without the pictures: missing values are dropped,
a test is chosen by the kind of column and the size of the reference, and its own threshold
decides. That it is the same is checked on the first columns.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests.registry import get_stattest
from evidently.legacy.core import ColumnType
from evidently.metrics import ValueDrift

from benchmarks.measuring.stages import Stages

CHECKED = 2


def main() -> None:
    """Judge all columns of each current file against the reference, and report."""
    warnings.simplefilter("ignore")
    kind = ColumnType.Numerical if sys.argv[1] == "numbers" else ColumnType.Categorical
    reference = pd.read_parquet(sys.argv[2])
    judged = []
    for file in sys.argv[3:]:
        current = pd.read_parquet(file)
        told = [_judge(current[name], reference[name], kind) for name in current.columns]
        _check(current, reference, kind, [score for score, _, _ in told[:CHECKED]])
        evidence = [-score if is_chance else score for score, is_chance, _ in told]
        alarms = [alarm for _, _, alarm in told]
        judged.append({"drift": {"evidence": evidence, "alarms": alarms}})
    Stages().report(judged=judged)


def _judge(now: pd.Series, before: pd.Series, kind: ColumnType) -> tuple[float, bool, bool]:
    """Return Evidently's score, whether that is a p-value, and whether the column drifted."""
    now, before = (column.replace([-np.inf, np.inf], np.nan).dropna() for column in (now, before))
    test = get_stattest(before, now, kind, None)
    found = test(before, now, kind, None)
    return float(found.drift_score), "p_value" in test.display_name, bool(found.drifted)


def _check(
    current: pd.DataFrame, reference: pd.DataFrame, kind: ColumnType, scores: list[float]
) -> None:
    names = list(current.columns[:CHECKED])
    numbers = kind is ColumnType.Numerical
    definition = DataDefinition(
        numerical_columns=names if numbers else [], categorical_columns=[] if numbers else names
    )
    now, before = (
        Dataset.from_pandas(frame[names], data_definition=definition)
        for frame in (current, reference)
    )
    report = Report([ValueDrift(column=name) for name in names]).run(now, before).dict()
    told = [metric["value"] for metric in report["metrics"]]
    assert np.allclose(told, scores, equal_nan=True), (told, scores)


if __name__ == "__main__":
    main()
