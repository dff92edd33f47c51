"""Which of several windows says most about them, where there is room for one."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.drift import ColumnComparison, Status


def most_telling(compared: Sequence[ColumnComparison]) -> int:
    """Return the place of the window that stands for all: the worst changed one, or a typical one.

    So a bad day is not lost among good ones; and where nothing changed, the largest of many
    distances, which chance makes large, is not taken for the usual one.

    Parameters
    ----------
    compared
        One column's comparisons in those windows, at least one.
    """
    for wanted in (Status.CHANGED, Status.STABLE, None):
        places = [
            place for place, each in enumerate(compared) if wanted in {None, each.verdict.status}
        ]
        if places:
            places.sort(key=lambda place: compared[place].distance or 0.0)
            return places[-1] if wanted is Status.CHANGED else places[(len(places) - 1) // 2]
    message = "Nothing stands for no windows."
    raise ValueError(message)
