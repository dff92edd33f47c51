"""What modeldesk says about each column by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.deciding.statistical import statistical
from modeldesk import Profile, compare, profile
from modeldesk.drift import Status, Thresholds
from modeldesk.schema import Kind

STATISTICAL = statistical()
"""Reports whatever is more than chance, however small."""
DEFAULT = Thresholds()
"""Reports what is more than chance and large enough to matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What a program says about each of many columns, shape ``(columns,)`` each."""

    evidence: NDArray[np.float64]
    """How strongly a column speaks for a change: more is stronger."""
    alarms: NDArray[np.bool_]
    """Whether the program says that it changed."""
    matters: NDArray[np.bool_]
    """Whether it says so by its defaults, which ask for a certain size of change as well."""


def profiled(frame: pl.DataFrame, kind: Kind) -> tuple[Profile, ...]:
    """Return one profile per column."""
    whole = profile(frame, kinds=dict.fromkeys(frame.columns, kind))
    return tuple(Profile(rows=whole.rows, columns=(column,)) for column in whole.columns)


def decide(current: tuple[Profile, ...], reference: tuple[Profile, ...]) -> Decisions:
    """Compare every column by itself, as if the table had no other."""
    pairs = list(zip(current, reference, strict=True))
    certain = [compare(*pair, thresholds=STATISTICAL).columns[0].verdict for pair in pairs]
    default = [compare(*pair, thresholds=DEFAULT).columns[0].verdict for pair in pairs]
    chances = [1.0 if verdict.p_value is None else verdict.p_value for verdict in certain]
    return Decisions(
        evidence=-np.array(chances),
        alarms=np.array([verdict.status is Status.CHANGED for verdict in certain]),
        matters=np.array([verdict.status is Status.CHANGED for verdict in default]),
    )
