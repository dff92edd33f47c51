"""Compare two Parquet files with NannyML: REFERENCE CURRENT FOLDER, in its own environment."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import nannyml
import pandas as pd

from benchmarks.measuring.stages import Stages


def main() -> None:
    """Read both files, fit and calculate univariate drift, write the result, report the figures.

    Everything is left at its default: Jensen-Shannon distance, ten chunks of either file.
    """
    warnings.simplefilter("ignore")
    reference, current, folder = (Path(argument) for argument in sys.argv[1:])
    stages = Stages()
    with stages.measured("read"):
        before, now = pd.read_parquet(reference), pd.read_parquet(current)
    with stages.measured("compare"):
        calculator = nannyml.UnivariateDriftCalculator(column_names=list(before.columns))
        result = calculator.fit(before).calculate(now)
    data = folder / "nannyml.csv"
    with stages.measured("write"):
        found = result.filter(period="analysis").to_df()
        found.to_csv(data)
    alerts = [name for name in found.columns if name[-1] == "alert"]
    changed = sum(bool(found[name].any()) for name in alerts)
    stages.report(changed=changed, report_kb=data.stat().st_size / 1000)


if __name__ == "__main__":
    main()
