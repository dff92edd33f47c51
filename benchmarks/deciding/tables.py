"""The tables about false alarms and finds, and the figures drawn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.deciding.cells import Found, Null
from benchmarks.deciding.laws import CASES, LAWS
from benchmarks.measuring import report

OURS = "modeldesk"
BEST = "best single test"
EVIDENTLY = "Evidently"
NANNYML = "NannyML"

_NOTHING = "-"
_OPEN = (0.05, 0.99)
"""Cells in which the best single test finds a share within these tell programs apart."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """A case with sizes of samples, in the order of the cases."""

    place: int
    n: int
    m: int

    @property
    def case(self) -> str:
        """What the change is called."""
        return CASES[self.place].now.name


Finds = Mapping[str, Mapping[Cell, Found]]
"""What each program found, cell by cell; the programs are named as above."""


def print_unchanged(title: str, nulls: Sequence[Null]) -> None:
    """Print the false alarms of one program, a line per law and a column per size."""
    sizes = sorted({null.n for null in nulls})
    known = {(null.law, null.n): null for null in nulls}
    lines = [
        (law.name, *(_percent(known.get((law.name, n))) for n in sizes))
        for law in LAWS
        if any((law.name, n) in known for n in sizes)
    ]
    repetitions = [sorted({null.repetitions for null in nulls if null.n == n}) for n in sizes]
    counts = [" or ".join(f"{number:,}" for number in numbers) for numbers in repetitions]
    report.table(title, ("law", *(f"n = {n:,}" for n in sizes)), [*lines, ("repetitions", *counts)])


def _percent(null: Null | None) -> str:
    return _NOTHING if null is None else f"{null.alarms * 100:.2f}"


def print_finds(title: str, finds: Finds, cells: Sequence[Cell]) -> None:
    """Print what each program found in each cell, in percent."""
    lines = []
    for cell in cells:
        ours, best = finds[OURS][cell], finds[BEST][cell]
        lines.append(
            (
                cell.case,
                f"{cell.n:,}",
                _rate(ours.as_it_is),
                _rate(ours.equalised),
                _rate(ours.matters),
                f"{_rate(best.equalised)} {best.by}",
                *_peer(finds[EVIDENTLY].get(cell)),
                *_peer(finds[NANNYML].get(cell)),
            )
        )
    columns = (
        "case",
        "n",
        OURS,
        "at 1 %",
        "by default",
        f"{BEST} at 1 %",
        f"{EVIDENTLY} (where nothing changed)",
        "at 1 %",
        f"{NANNYML} (where nothing changed)",
        "at 1 %",
    )
    report.table(title, columns, lines)


def _peer(found: Found | None) -> tuple[str, str]:
    if found is None:
        return _NOTHING, _NOTHING
    return f"{_rate(found.as_it_is)} ({_rate(found.null_rate)})", _rate(found.equalised)


def _rate(share: float | None) -> str:
    return _NOTHING if share is None else f"{share * 100:.0f}"


def print_cases(finds: Finds) -> None:
    """Print the mean share of finds of each case, at equal false alarms."""
    lines = []
    for place, case in enumerate(CASES):
        cells = [cell for cell in finds[OURS] if cell.place == place]
        ours, best = _mean(finds, OURS, cells), _mean(finds, BEST, cells)
        lines.append(
            (
                case.now.name,
                _rate(_mean(finds, OURS, cells, as_it_is=True)),
                _rate(ours),
                _rate(best),
                f"{_mean(finds, OURS, cells, as_it_is=True) / best:.2f}",
                *(_rate(_mean(finds, peer, _shared(finds, peer, cells))) for peer in _PEERS),
            )
        )
    report.table(
        "Mean share of finds in % over all sizes (NannyML: of the second setting)",
        (
            "case",
            f"{OURS} as it is",
            "at 1 %",
            f"{BEST} at 1 %",
            "as it is / best",
            f"{EVIDENTLY} at 1 %",
            f"{NANNYML} at 1 %",
        ),
        lines,
    )


_PEERS = (EVIDENTLY, NANNYML)


def summary(finds: Finds) -> dict[str, float]:
    """Return the figures of the result."""
    cells = list(finds[OURS])
    best = _mean(finds, BEST, cells)
    telling = [cell for cell in cells if _OPEN[0] <= finds[BEST][cell].equalised <= _OPEN[1]]
    ratios = [
        _mean(finds, OURS, group, as_it_is=True) / _mean(finds, BEST, group)
        for place in range(len(CASES))
        if (group := [cell for cell in cells if cell.place == place])
    ]
    return {
        "mean_power_ratio": _mean(finds, OURS, cells, as_it_is=True) / best,
        **{
            f"power_minus_{peer.lower()}": _mean(finds, OURS, shared) - _mean(finds, peer, shared)
            for peer in _PEERS
            if (shared := _shared(finds, peer, cells))
        },
        "equalised_power_ratio": _mean(finds, OURS, cells) / best,
        "lowest_case_ratio": min(ratios),
        "open_cells_ratio": _mean(finds, OURS, telling, as_it_is=True)
        / _mean(finds, BEST, telling),
    }


def _shared(finds: Finds, peer: str, cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell in finds[peer]]


def _mean(finds: Finds, program: str, cells: Sequence[Cell], *, as_it_is: bool = False) -> float:
    found = [finds[program][cell] for cell in cells]
    return float(np.mean([f.as_it_is if as_it_is else f.equalised for f in found]))
