"""Compare two Parquet files with modeldesk: REFERENCE CURRENT FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.deciding.statistical import statistical
from benchmarks.measuring.stages import Stages
from benchmarks.profiling.files import profile_of_file
from modeldesk import compare
from modeldesk.reports import comparison_page


def main() -> None:
    """Profile both files, compare them, write the report as a page, report the figures.

    Both profiles are kept as well, for comparing them once more.
    """
    reference, current, folder = (Path(argument) for argument in sys.argv[1:])
    stages = Stages()
    with stages.measured("read and profile"):
        before, now = profile_of_file(reference), profile_of_file(current)
    with stages.measured("compare"):
        comparison = compare(now, before)
    page = folder / "modeldesk.html"
    with stages.measured("write"):
        page.write_text(comparison_page(comparison, title="Drift"), encoding="utf-8")
    (folder / "reference.profile").write_bytes(before.encode())
    (folder / "current.profile").write_bytes(now.encode())
    names = [column.name for column in comparison.changed]
    certain = [column.name for column in compare(now, before, thresholds=statistical()).changed]
    stages.report(
        changed=len(names), names=names, certain=certain, report_kb=page.stat().st_size / 1000
    )


if __name__ == "__main__":
    main()
