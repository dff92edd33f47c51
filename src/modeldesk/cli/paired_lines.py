"""What changed between two versions on the same rows, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from modeldesk.cli.counting import counted
from modeldesk.performance.paired import ClassChange
from modeldesk.services.paired_views import PairedReport, SliceChange

_CLASSES_SHOWN = 10


def change_lines(found: PairedReport) -> Iterator[str]:
    """Yield how many rows changed, whether that is chance, and by measure, class and slice."""
    if found.labelled:
        yield f"{found.improved:,} improved, {found.regressed:,} regressed."
    if found.mcnemar is not None and found.labelled:
        yield f"McNemar's test: p = {found.mcnemar.p_value:.4f} ({found.mcnemar.method})."
    for each in found.differences:
        yield f"  {each.sentence}"
    named: list[tuple[str, ClassChange | SliceChange]] = [
        *((each.name, each) for each in found.classes[:_CLASSES_SHOWN]),
        *((f"slice {each.name}", each) for each in found.slices),
    ]
    for name, change in named:
        rows = counted(change.rows, "row")
        yield f"  {name}: {rows}, {change.improved:,} improved, {change.regressed:,} regressed"
