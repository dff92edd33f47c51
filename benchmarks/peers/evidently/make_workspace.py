"""Fill a workspace of Evidently's with reports: FOLDER COUNT, in its own environment."""

from __future__ import annotations

import sys
import warnings
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
from evidently.ui.workspace import Workspace

_ROWS = 1_000
_NUMBERS = 20
_WORDS = 10


def main() -> None:
    """Compare days of 30 columns with one reference, and keep each report."""
    warnings.simplefilter("ignore")
    workspace = Workspace.create(sys.argv[1])
    project = workspace.create_project("model")
    rng = np.random.default_rng(7)
    reference = _rows(rng)
    for place in range(int(sys.argv[2])):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=place)
        snapshot = Report([DataDriftPreset()]).run(_rows(rng), reference, timestamp=at)
        workspace.add_run(project.id, snapshot)
    print(project.id)


def _rows(rng: np.random.Generator) -> pd.DataFrame:
    numbers = {f"n{place}": rng.normal(0, 1, _ROWS) for place in range(_NUMBERS)}
    words = {f"w{place}": rng.choice([f"kind {k}" for k in range(3 + place)], _ROWS)
             for place in range(_WORDS)}  # fmt: skip
    return pd.DataFrame(numbers | words)


if __name__ == "__main__":
    main()
