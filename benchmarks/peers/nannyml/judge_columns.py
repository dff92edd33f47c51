"""Let NannyML judge columns: KIND REFERENCE CURRENT..., in its own environment.

As its documentation recommends, the reference is several chunks and the current file is one:
chunks have as many rows as the current file. Three calculators are run: univariate drift, and
those for missing and for unseen values.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import nannyml
import pandas as pd

from benchmarks.measuring.stages import Stages


def main() -> None:
    """Judge all columns of each current file against the reference, and report."""
    warnings.simplefilter("ignore")
    strings = sys.argv[1] == "strings"
    reference = pd.read_parquet(sys.argv[2])
    judged = [_judge(pd.read_parquet(file), reference, strings=strings) for file in sys.argv[3:]]
    Stages().report(judged=judged)


def _judge(
    current: pd.DataFrame, reference: pd.DataFrame, *, strings: bool
) -> dict[str, dict[str, list[float]]]:
    names = list(current.columns)
    before = reference[names]
    size = len(current)
    drift = nannyml.UnivariateDriftCalculator(
        column_names=names, treat_as_categorical=names if strings else [], chunk_size=size
    )
    missing = nannyml.MissingValuesCalculator(column_names=names, chunk_size=size)
    told = {"drift": _told(drift, before, current), "missing": _told(missing, before, current)}
    if strings:
        unseen = nannyml.UnseenValuesCalculator(column_names=names, chunk_size=size)
        told["unseen"] = _told(unseen, before, current)
    return told


def _told(calculator: Any, before: pd.DataFrame, now: pd.DataFrame) -> dict[str, list[float]]:  # noqa: ANN401
    found = calculator.fit(before).calculate(now).filter(period="analysis").to_df()
    assert len(found) == 1
    row = found.iloc[0]
    values = [float(row[name]) for name in found.columns if name[-1] == "value"]
    alarms = [bool(row[name]) for name in found.columns if name[-1] == "alert"]
    assert len(values) == len(alarms) == now.shape[1]
    return {"evidence": values, "alarms": [float(alarm) for alarm in alarms]}


if __name__ == "__main__":
    main()
