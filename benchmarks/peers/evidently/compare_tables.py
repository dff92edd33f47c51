"""Compare two Parquet files with Evidently: REFERENCE CURRENT FOLDER, in its own environment."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

from benchmarks.measuring.stages import Stages


def main() -> None:
    """Read both files, run the drift report, write it as page and data, report the figures."""
    warnings.simplefilter("ignore")
    reference, current, folder = (Path(argument) for argument in sys.argv[1:])
    stages = Stages()
    with stages.measured("read"):
        before, now = pd.read_parquet(reference), pd.read_parquet(current)
    with stages.measured("compare"):
        snapshot = Report([DataDriftPreset()]).run(now, before)
    page, data = folder / "evidently.html", folder / "evidently.json"
    with stages.measured("write"):
        snapshot.save_html(str(page))
        snapshot.save_json(str(data))
    total = next(
        metric["value"]["count"]
        for metric in snapshot.dict()["metrics"]
        if metric["metric_name"].startswith("DriftedColumnsCount")
    )
    stages.report(changed=int(total), report_kb=page.stat().st_size / 1000)


if __name__ == "__main__":
    main()
