"""How well sets of labels were predicted, as a mergeable state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import Incompatible, InvalidArgument, InvalidData
from modeldesk.performance import joint_moments, score_histogram
from modeldesk.performance.classification import MOST_SCORED
from modeldesk.performance.confusion import MOST_CLASSES, Outcomes
from modeldesk.performance.joint_moments import JointMoments
from modeldesk.performance.reading import Column, same_length, scores_of, series_of
from modeldesk.performance.score_histogram import BINS, ScoreHistogram
from modeldesk.performance.sealing import need, pack_counts, seal, unpack_counts, unseal

KIND = b"M"

_SHARED_BINS = 16_384
_THREE = 3

Counts = NDArray[np.int64]


def _no_counts() -> Counts:
    return np.zeros((0, 3), dtype=np.int64)


def _no_rows() -> JointMoments:
    return JointMoments.none(3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MultiLabel:
    """What all measures of predicted sets of labels need to know about a set of rows.

    Parameters
    ----------
    rows
        All rows, with or without a set of labels.
    unlabelled, unpredicted
        Rows without a set of labels, and others without a predicted set; they count for nothing
        else. An empty set is a set.
    labels
        The labels that occurred or are known to exist, by name; at most 500, the first by name.
    counts
        Of each label the rows that have it and were given it, those that were given it, and
        those that have it, shape ``(l, 3)``.
    others
        How many labels beyond those 500 there were at least.
    exact
        Rows whose set was predicted exactly.
    per_row
        Moments of three numbers per row: labels rightly given, wrongly given, and missed.
    scored, histograms, unscored
        Labels whose probabilities are known, by name, the distribution of each, and how many
        rows lack one of them.

    Examples
    --------
    >>> state = MultiLabel.of([["nlp"], ["nlp", "cv"]], [["nlp"], ["cv"]])
    >>> state.labels, state.counts.tolist(), state.exact
    (('cv', 'nlp'), [[1, 1, 1], [1, 1, 2]], 1)
    """

    rows: int = 0
    unlabelled: int = 0
    unpredicted: int = 0
    labels: tuple[str, ...] = ()
    counts: Counts = field(default_factory=_no_counts)
    others: int = 0
    exact: int = 0
    per_row: JointMoments = field(default_factory=_no_rows)
    scored: tuple[str, ...] = ()
    histograms: tuple[ScoreHistogram, ...] = ()
    unscored: int = 0

    @staticmethod
    def of(
        labels: Column,
        predictions: Column,
        scores: Mapping[str, Column] | None = None,
        *,
        known: Sequence[str] = (),
    ) -> MultiLabel:
        """Summarise rows.

        Parameters
        ----------
        labels, predictions
            A list of strings per row; ``None`` is a gap, an empty list is no label.
        scores
            Probabilities from 0 to 1 by label, one per row.
        known
            Labels that exist, also where none of the rows has them: the Hamming loss counts
            them.

        Raises
        ------
        InvalidData
            When a column does not hold lists, columns differ in length, or a score is no
            probability.
        InvalidArgument
            When more than 200 labels are scored.
        """
        told, said = _sets(labels, "labels"), _sets(predictions, "predictions")
        given = {str(name): (scores or {})[name] for name in sorted(scores or {})}
        if len(given) > MOST_SCORED:
            message = f"Scores of {len(given)} labels were given; at most {MOST_SCORED} are kept."
            raise InvalidArgument(message, hint="Give those of the labels that matter.")
        each = {name: scores_of(column, f"scores of {name!r}") for name, column in given.items()}
        lengths = {"labels": len(told), "predictions": len(said)}
        rows = same_length(lengths | {f"scores of {name!r}": each[name].size for name in each})
        unlabelled = told.null_count()
        full = told.is_not_null() & said.is_not_null()
        if not full.all():
            told, said = told.filter(full), said.filter(full)
            each = {name: one[full.to_numpy()] for name, one in each.items()}
        unpredicted = rows - unlabelled - len(told)
        return _counted(told, said, each, known, (rows, unlabelled, unpredicted))

    @property
    def labelled(self) -> int:
        """Rows with a set of labels and a predicted set: those that are measured."""
        return self.per_row.count

    @property
    def positive(self) -> str | None:
        """There is no class that is meant where none is named."""
        return None

    def outcomes(self, name: str) -> Outcomes:
        """Return one label against its absence; all rows are true negatives of an unknown one."""
        hits = given = have = 0
        if name in self.labels:
            hits, given, have = map(int, self.counts[self.labels.index(name)])
        return Outcomes(
            true_positives=hits,
            false_positives=given - hits,
            false_negatives=have - hits,
            true_negatives=self.labelled - given - have + hits,
        )

    def histogram(self, name: str) -> ScoreHistogram | None:
        """Return the distribution of a label's probability; ``None`` where it is not known."""
        return dict(zip(self.scored, self.histograms, strict=True)).get(name)

    def merge(self, other: MultiLabel) -> MultiLabel:
        """Return the state of both sets of rows together.

        Raises
        ------
        Incompatible
            When both have rows and other labels are scored.
        """
        if not self.rows or not other.rows:
            return self if self.rows else other
        if self.scored != other.scored:
            message = f"One side has the scores of {self.scored}, the other of {other.scored}."
            raise Incompatible(message, hint="Merge states that were built with the same scores.")
        names = sorted(set(self.labels) | set(other.labels))
        place = {name: position for position, name in enumerate(names)}
        counts = np.zeros((len(names), 3), dtype=np.int64)
        for part in (self, other):
            counts[[place[name] for name in part.labels]] += part.counts
        pairs = zip(self.histograms, other.histograms, strict=True)
        return MultiLabel(
            rows=self.rows + other.rows,
            unlabelled=self.unlabelled + other.unlabelled,
            unpredicted=self.unpredicted + other.unpredicted,
            labels=tuple(names[:MOST_CLASSES]),
            counts=counts[:MOST_CLASSES],
            others=max(self.others, other.others, len(names) - MOST_CLASSES, 0),
            exact=self.exact + other.exact,
            per_row=self.per_row.merge(other.per_row),
            scored=self.scored,
            histograms=tuple(mine.merge(theirs) for mine, theirs in pairs),
            unscored=self.unscored + other.unscored,
        )

    def encode(self) -> bytes:
        """Return the state as bytes."""
        return seal(KIND, self._body())

    @staticmethod
    def decode(data: bytes) -> MultiLabel:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        body = unseal(KIND, data, _Body)
        counts = unpack_counts(body.counts)
        need(counts.size == _THREE * len(body.labels), "counts do not fit the labels")
        need(list(body.labels) == sorted(set(body.labels)), "the labels are not in order")
        state = MultiLabel(
            rows=body.rows,
            unlabelled=body.unlabelled,
            unpredicted=body.unpredicted,
            labels=body.labels,
            counts=counts.reshape(-1, 3),
            others=body.others,
            exact=body.exact,
            per_row=joint_moments.unpack(body.per_row, _THREE),
            scored=body.scored,
            histograms=tuple(map(score_histogram.unpack, body.histograms)),
            unscored=body.unscored,
        )
        _check(state)
        return state

    def _body(self) -> _Body:
        return _Body(
            rows=self.rows,
            unlabelled=self.unlabelled,
            unpredicted=self.unpredicted,
            labels=self.labels,
            counts=pack_counts(self.counts.ravel()),
            others=self.others,
            exact=self.exact,
            per_row=self.per_row.pack(),
            scored=self.scored,
            histograms=tuple(histogram.pack() for histogram in self.histograms),
            unscored=self.unscored,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MultiLabel) and self._body() == other._body()

    def __hash__(self) -> int:
        return hash(self.encode())


class _Body(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    rows: int
    unlabelled: int
    unpredicted: int
    labels: tuple[str, ...]
    counts: bytes
    others: int
    exact: int
    per_row: tuple[int, bytes, bytes]
    scored: tuple[str, ...]
    histograms: tuple[score_histogram.Packed, ...]
    unscored: int


def _check(state: MultiLabel) -> None:
    parts = (state.unlabelled, state.unpredicted, state.unscored, state.others, state.exact)
    need(min(parts) >= 0, "a count is negative")
    need(state.rows == state.labelled + state.unlabelled + state.unpredicted, "rows do not add up")
    hits, given, have = state.counts.T
    need(bool((hits <= np.minimum(given, have)).all()), "more labels are right than given")
    need(
        bool((given + have - hits <= state.labelled).all()), "a label has more rows than there are"
    )
    need(len(state.scored) == len(state.histograms), "a label has no histogram")
    scored = state.labelled - state.unscored if state.scored else 0
    need(all(each.rows == scored for each in state.histograms), "scored rows do not add up")


def _sets(column: Column, what: str) -> pl.Series:
    """Return a column of lists of strings; a label that occurs twice in a row counts once."""
    series = series_of(column, what)
    if series.dtype == pl.Null:
        return series.cast(pl.List(pl.String))
    if not isinstance(series.dtype, pl.List | pl.Array):
        message = f"The {what} are of type {series.dtype}; a list of labels per row is wanted."
        raise InvalidData(message, hint="One class per row is for Classification.of.")
    return series.cast(pl.List(pl.String))


def _pairs(sets: pl.Series) -> pl.DataFrame:
    """Return a row for every row and label in its set."""
    table = pl.DataFrame({"row": np.arange(len(sets)), "label": sets})
    return table.explode("label").drop_nulls("label").unique()


def _counted(
    told: pl.Series,
    said: pl.Series,
    scores: dict[str, NDArray[np.float64]],
    known: Sequence[str],
    rows: tuple[int, int, int],
) -> MultiLabel:
    have, given = _pairs(told), _pairs(said)
    hits = have.join(given, on=["row", "label"])
    parts = (hits, given, have)
    names = sorted({*have["label"].to_list(), *given["label"].to_list(), *known, *scores})
    place = {name: position for position, name in enumerate(names)}
    counts = np.zeros((len(names), 3), dtype=np.int64)
    for column, part in enumerate(parts):
        for name, times in part.group_by("label").len().iter_rows():
            counts[place[name], column] = times
    right, all_given, all_have = (
        np.bincount(part["row"].to_numpy(), minlength=len(told)).astype(np.float64)
        for part in parts
    )
    wrong, missed = all_given - right, all_have - right
    state = MultiLabel(
        rows=rows[0],
        unlabelled=rows[1],
        unpredicted=rows[2],
        labels=tuple(names[:MOST_CLASSES]),
        counts=counts[:MOST_CLASSES],
        others=max(len(names) - MOST_CLASSES, 0),
        exact=int(np.count_nonzero((wrong == 0) & (missed == 0))),
        per_row=JointMoments.of([right, wrong, missed]),
    )
    return _with_scores(state, have, scores) if scores else state


def _with_scores(
    state: MultiLabel, have: pl.DataFrame, scores: dict[str, NDArray[np.float64]]
) -> MultiLabel:
    keep = ~np.isnan(np.add.reduce(list(scores.values())))
    most = min(BINS, max(_SHARED_BINS // len(scores), 64))
    histograms = []
    for name, score in scores.items():
        truth = np.zeros(score.size, dtype=np.bool_)
        truth[have.filter(pl.col("label") == name)["row"].to_numpy()] = True
        histograms.append(ScoreHistogram.of(score[keep], truth[keep], most=most))
    return replace(
        state,
        scored=tuple(scores),
        histograms=tuple(histograms),
        unscored=int(keep.size - np.count_nonzero(keep)),
    )
