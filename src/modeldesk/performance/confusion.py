"""Which classes were predicted for rows of which class."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.performance.sealing import need, pack_counts, unpack_counts

MOST_CLASSES = 500
"""Classes told apart; of more, the first by name, so that the order of merging is no matter."""

Counts = NDArray[np.int64]


def _empty() -> Counts:
    return np.zeros((1, 1), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """One class against the rest, in rows."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def rows(self) -> int:
        """All rows."""
        return self.labelled + self.false_positives + self.true_negatives

    @property
    def labelled(self) -> int:
        """Rows of the class."""
        return self.true_positives + self.false_negatives

    @property
    def predicted(self) -> int:
        """Rows for which the class was predicted."""
        return self.true_positives + self.false_positives


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confusion:
    """Rows by label and prediction.

    Parameters
    ----------
    classes
        The classes that occurred as a label or as a prediction, by name.
    counts
        Rows, shape ``(c + 1, c + 1)``: labels down, predictions across, in the order of
        ``classes``; last all classes beyond `MOST_CLASSES` together.
    other_hits
        Of those in the last corner, the rows whose prediction was right.

    Examples
    --------
    >>> confusion = Confusion.of(pl.Series(["a", "b", "b"]), pl.Series(["a", "a", "b"]))
    >>> confusion.classes, confusion.table.tolist(), confusion.hits
    (('a', 'b'), [[1, 0], [1, 1]], 2)
    """

    classes: tuple[str, ...] = ()
    counts: Counts = field(default_factory=_empty)
    other_hits: int = 0
    labelled: Counts = field(init=False, repr=False)
    """Rows by label, shape ``(c + 1,)``."""
    predicted: Counts = field(init=False, repr=False)
    """Rows by prediction, shape ``(c + 1,)``."""
    rows: int = field(init=False, repr=False)
    """All rows."""

    def __post_init__(self) -> None:
        # Added up once, because every measure asks for them.
        labelled = self.counts.sum(axis=1)
        object.__setattr__(self, "labelled", labelled)
        object.__setattr__(self, "predicted", self.counts.sum(axis=0))
        object.__setattr__(self, "rows", int(labelled.sum()))

    @staticmethod
    def of(labels: pl.Series, predictions: pl.Series) -> Confusion:
        """Count pairs of strings without gaps, two series of one length."""
        pairs = (
            pl.DataFrame({"label": labels, "prediction": predictions})
            .group_by("label", "prediction")
            .agg(pl.len().cast(pl.Int64).alias("rows"))
        )
        names = sorted(set(pairs["label"].to_list()) | set(pairs["prediction"].to_list()))
        place = {name: position for position, name in enumerate(names)}
        counts = np.zeros((len(names) + 1,) * 2, dtype=np.int64)
        for label, prediction, rows in pairs.iter_rows():
            counts[place[label], place[prediction]] = rows
        return _bounded(names, counts, 0)

    @property
    def table(self) -> Counts:
        """Rows by label and prediction among the classes told apart, shape ``(c, c)``."""
        return self.counts[:-1, :-1]

    @property
    def hits(self) -> int:
        """Rows whose prediction was right."""
        return int(np.trace(self.table)) + self.other_hits

    @property
    def pooled(self) -> bool:
        """Whether there were more classes than are told apart."""
        return bool(self.counts[-1].any() or self.counts[:, -1].any())

    def outcomes(self, name: str) -> Outcomes:
        """Return one class against the rest; all rows are true negatives of an unknown one."""
        if name not in self.classes:
            return Outcomes(
                true_positives=0,
                false_positives=0,
                false_negatives=0,
                true_negatives=self.rows,
            )
        place = self.classes.index(name)
        hit = int(self.counts[place, place])
        labelled, predicted = int(self.labelled[place]), int(self.predicted[place])
        return Outcomes(
            true_positives=hit,
            false_positives=predicted - hit,
            false_negatives=labelled - hit,
            true_negatives=self.rows - labelled - predicted + hit,
        )

    def merge(self, other: Confusion) -> Confusion:
        """Return the counts of both sets of rows together."""
        other_hits = self.other_hits + other.other_hits
        if self.classes == other.classes:  # as on most days, in a third of the time
            counts = self.counts + other.counts
            return Confusion(classes=self.classes, counts=counts, other_hits=other_hits)
        names = sorted(set(self.classes) | set(other.classes))
        place = {name: position for position, name in enumerate(names)}
        counts = np.zeros((len(names) + 1,) * 2, dtype=np.int64)
        for part in (self, other):
            where = np.array([*(place[name] for name in part.classes), len(names)])
            counts[np.ix_(where, where)] += part.counts
        return _bounded(names, counts, other_hits)

    def pack(self) -> tuple[tuple[str, ...], bytes, int]:
        """Return the counts as names, bytes and a number, for a sealed body."""
        return self.classes, pack_counts(self.counts.ravel()), self.other_hits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Confusion) and self.pack() == other.pack()

    def __hash__(self) -> int:
        return hash(self.pack())


def unpack(packed: tuple[tuple[str, ...], bytes, int]) -> Confusion:
    """Read what `Confusion.pack` wrote; `Corrupt` when it contradicts itself."""
    classes, data, other_hits = packed
    counts, width = unpack_counts(data), len(classes) + 1
    need(list(classes) == sorted(set(classes)), "the classes are not in order")
    need(len(classes) <= MOST_CLASSES, "there are too many classes")
    need(counts.size == width * width, "the confusion does not fit the classes")
    table = counts.reshape(width, width)
    need(0 <= other_hits <= int(table[-1, -1]), "more predictions are right than there are")
    return Confusion(classes=classes, counts=table, other_hits=other_hits)


def _bounded(names: list[str], counts: Counts, other_hits: int) -> Confusion:
    """Put the classes beyond the bound together with what is last."""
    if len(names) <= MOST_CLASSES:
        return Confusion(classes=tuple(names), counts=counts, other_hits=other_hits)
    beyond = counts[MOST_CLASSES:-1, MOST_CLASSES:-1]
    starts = np.arange(MOST_CLASSES + 1)
    folded = np.add.reduceat(np.add.reduceat(counts, starts, axis=0), starts, axis=1)
    return Confusion(
        classes=tuple(names[:MOST_CLASSES]),
        counts=folded,
        other_hits=other_hits + int(np.trace(beyond)),
    )
