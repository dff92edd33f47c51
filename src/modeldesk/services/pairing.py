"""Rows that two versions predicted, gathered batch by batch in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from modeldesk.errors import Incompatible
from modeldesk.performance.paired import PairedClasses, PairedNumbers, same_numbers
from modeldesk.performance.slices import Slice
from modeldesk.schema import Value
from modeldesk.services.paired_views import Disagreement, Shown, SliceChange
from modeldesk.services.row_states import (
    predicts_classes,
    predicts_numbers,
    probabilities,
    seconds_or_numbers,
    single,
    spelled,
)
from modeldesk.store import VersionRecord

MOST_SCORED = 20
"""Classes whose probabilities are compared."""

_LABEL, _ONE, _OTHER = "label", "one", "other"
_ROW, _CHANGE, _GAP, _RANK = "row", "change", "gap", "rank"
_IMPROVED, _REGRESSED = "improved", "regressed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedRows:
    """Some rows with what two versions predicted for them; all parts have one length."""

    names: pl.Series
    """What the rows are called."""
    labels: pl.Series
    """As labels are kept: text, or null."""
    inputs: pl.DataFrame
    one: pl.DataFrame
    """Output columns of the first version."""
    other: pl.DataFrame


class Pairing:
    """Gathers rows of two versions: predictions of all of them, inputs of a few.

    Parameters
    ----------
    one, other
        The versions.
    slices
        Conditions on the inputs whose improvements and regressions are counted.
    shown
        How many rows are kept on which the versions disagree.

    Raises
    ------
    Incompatible
        When the versions do not both predict one class or one number for each row.
    """

    def __init__(
        self,
        one: VersionRecord,
        other: VersionRecord,
        *,
        slices: Sequence[Slice] = (),
        shown: int = 20,
    ) -> None:
        self._one, self._other = one.signature, other.signature
        self._slices = slices
        self._shown = shown
        self.classes = _task(one) == "classes"
        if _task(one) != _task(other):
            message = (
                f"Version {one.number} of {one.model!r} predicts {_task(one)}, "
                f"version {other.number} {_task(other)}."
            )
            raise Incompatible(message, hint="Compare versions that predict the same.")
        mine, theirs = (
            {column.label for column in side.scores} for side in (self._one, self._other)
        )
        self._scored = self.classes and mine == theirs and 0 < len(mine) <= MOST_SCORED
        self._parts: list[pl.DataFrame] = []
        self._few = pl.DataFrame()
        self.rows = 0
        self.agreeing = 0

    def add(self, rows: PairedRows) -> None:
        """Take some more rows.

        Raises
        ------
        Incompatible
            When predictions or labels are lists of classes, or the log keeps no predictions.
        """
        if not rows.names.len():
            return
        part = self._part(rows)
        agree = part[_GAP] == 0
        self.rows += part.height
        self.agreeing += int(agree.sum())
        masks = [
            each.mask(rows.inputs).alias(_mask(place)) for place, each in enumerate(self._slices)
        ]
        self._parts.append(part.drop(_GAP).with_columns(masks))
        if self._shown:
            self._show(rows, part, ~agree)

    def pairs(self) -> PairedClasses | PairedNumbers:
        """Return the labelled rows in pairs."""
        found = self._all()
        labels, one, other = found[_LABEL], found[_ONE], found[_OTHER]
        if not self.classes:
            return PairedNumbers.of(labels, one, other)
        names = [column.label for column in self._one.scores if column.label is not None]
        scores = [
            {name: found[f"{side}:{name}"] for name in names} if self._scored else {}
            for side in (_ONE, _OTHER)
        ]
        return PairedClasses.of(labels, one, other, one_scores=scores[0], other_scores=scores[1])

    def slices(self) -> tuple[SliceChange, ...]:
        """Return what changed for the labelled rows of each slice."""
        found = self._all()
        return tuple(
            SliceChange(
                name=each.name,
                rows=int((found[_mask(place)] & found[_LABEL].is_not_null()).sum()),
                improved=_count(found, place, _IMPROVED),
                regressed=_count(found, place, _REGRESSED),
            )
            for place, each in enumerate(self._slices)
        )

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return rows on which the versions disagree: regressions and improvements in turn."""
        few = self._few
        if not few.height:
            return ()
        there = frozenset(few.columns)
        inputs = [column.name for column in self._one.inputs if _input(column.name) in there]
        return tuple(
            Disagreement(
                row=row[_ROW],
                label=None if row[_LABEL] is None else str(row[_LABEL]),
                one=_told(row[_ONE]),
                other=_told(row[_OTHER]),
                change=row[_CHANGE],
                inputs={name: _told(row[_input(name)]) for name in inputs},
            )
            for row in few.head(self._shown).iter_rows(named=True)
        )

    def _all(self) -> pl.DataFrame:
        if self._parts:
            self._parts = [pl.concat(self._parts)]
            return self._parts[0]
        kind = pl.String() if self.classes else pl.Float64()
        names = [column.label for column in self._one.scores] if self._scored else []
        scores = [f"{side}:{name}" for side in (_ONE, _OTHER) for name in names]
        return pl.DataFrame(
            schema={_LABEL: kind, _ONE: kind, _OTHER: kind, _CHANGE: pl.String()}
            | dict.fromkeys(scores, pl.Float64())
            | {_mask(place): pl.Boolean() for place in range(len(self._slices))}
        )

    def _part(self, rows: PairedRows) -> pl.DataFrame:
        """Return labels, predictions, scores, how far these lie apart, and what changed."""
        one, other = (
            _kept(side, signature.prediction.name)
            for side, signature in ((rows.one, self._one), (rows.other, self._other))
        )
        part = self._of_classes(rows, one, other) if self.classes else _of_numbers(rows, one, other)
        told = (
            pl.when(pl.col(_GAP) == 0)
            .then(pl.lit(None, dtype=pl.String))
            .when(pl.col("mine") < pl.col("theirs"))
            .then(pl.lit(_IMPROVED))
            .when(pl.col("mine") > pl.col("theirs"))
            .then(pl.lit(_REGRESSED))
        )
        return part.with_columns(told.alias(_CHANGE)).drop("mine", "theirs")

    def _of_classes(self, rows: PairedRows, one: pl.Series, other: pl.Series) -> pl.DataFrame:
        kinds = (self._one.prediction.kind, self._other.prediction.kind)
        said, theirs = (spelled(side, kind) for side, kind in zip((one, other), kinds, strict=True))
        labels = single(spelled(rows.labels.cast(pl.String), kinds[0]))
        if any(side.str.starts_with("[").any() for side in (labels, said, theirs)):
            message = "Lists of classes are not compared in pairs."
            raise Incompatible(message, hint="Compare both versions on their own rows.")
        part = pl.DataFrame({_LABEL: labels, _ONE: said, _OTHER: theirs}).with_columns(
            pl.col(_ONE).ne_missing(pl.col(_OTHER)).cast(pl.Float64).alias(_GAP),
            (pl.col(_ONE) != pl.col(_LABEL)).cast(pl.Float64).alias("mine"),
            (pl.col(_OTHER) != pl.col(_LABEL)).cast(pl.Float64).alias("theirs"),
        )
        if not self._scored:
            return part
        names = [column.label for column in self._one.scores]
        missing = pl.repeat(None, part.height, dtype=pl.Float64, eager=True)
        sides = (
            (_ONE, probabilities(rows.one, self._one)),
            (_OTHER, probabilities(rows.other, self._other)),
        )
        return part.with_columns(
            scores.get(str(name), missing).alias(f"{side}:{name}")
            for side, scores in sides
            for name in names
        )

    def _show(self, rows: PairedRows, part: pl.DataFrame, differ: pl.Series) -> None:
        """Keep the rows that are worth showing most: of classes the first, of numbers by gap."""
        columns = [_ROW, _LABEL, _ONE, _OTHER, _CHANGE, _GAP]
        new = part.with_columns(rows.names.alias(_ROW)).select(columns)
        new = new.hstack([column.alias(_input(column.name)) for column in rows.inputs])
        few = pl.concat([self._few, new.filter(differ)], how="diagonal_relaxed")
        if not few.height:
            return
        group = pl.col(_CHANGE).fill_null("")
        order = few.sort(_GAP, descending=True, maintain_order=True, nulls_last=True)
        ranked = order.with_columns(pl.int_range(pl.len()).over(group).alias(_RANK))
        kept = ranked.filter(pl.col(_RANK) < self._shown)
        order_of = group.replace_strict({_REGRESSED: 0, _IMPROVED: 1, "": 2})
        # Rows of which nothing is known come last, unless there is nothing else.
        unknown = (group == "").cast(pl.Int8)
        self._few = kept.sort(unknown, _RANK, order_of, maintain_order=True).drop(_RANK)


def _of_numbers(rows: PairedRows, one: pl.Series, other: pl.Series) -> pl.DataFrame:
    said, theirs = (
        seconds_or_numbers(side).cast(pl.Float64).fill_nan(None) for side in (one, other)
    )
    labels = rows.labels.cast(pl.Float64, strict=False).fill_nan(None)
    same = pl.Series(same_numbers(said.to_numpy(), theirs.to_numpy()))
    both_missing = said.is_null() & theirs.is_null()
    gaps = (said - theirs).abs().fill_null(np.inf)
    return pl.DataFrame({_LABEL: labels, _ONE: said, _OTHER: theirs}).with_columns(
        gaps.set(same | both_missing, 0.0).alias(_GAP),
        (said - labels).abs().alias("mine"),
        (theirs - labels).abs().alias("theirs"),
    )


def _kept(outputs: pl.DataFrame, name: str) -> pl.Series:
    if name in outputs.columns:
        return outputs[name]
    message = f"The log does not keep {name!r}."
    raise Incompatible(message, hint="Only predictions that were logged can be compared.")


def _task(record: VersionRecord) -> str:
    if predicts_classes(record.signature):
        return "classes"
    if predicts_numbers(record.signature):
        return "numbers"
    message = f"Version {record.number} of {record.model!r} predicts neither classes nor numbers."
    raise Incompatible(message, hint="Other predictions have no measures.")


def _count(found: pl.DataFrame, place: int, change: str) -> int:
    return int((found[_mask(place)] & (found[_CHANGE] == change).fill_null(value=False)).sum())


def _told(value: Value | list[float]) -> Shown:
    """Return a value that JSON can say."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list):
        return tuple(value)  # a vector, as Polars gives it
    return value.isoformat() if isinstance(value, date) else value


def _mask(place: int) -> str:
    return f"modeldesk:slice:{place}"


def _input(name: str) -> str:
    return f"input:{name}"
