"""Taking in labels: checked, joined to their predictions, previewed or written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, InvalidRows, NotFound, Problem
from modeldesk.schema import MOST_PROBLEMS, Column, Frame
from modeldesk.services.label_reading import LabelColumns, ReadLabels, read_labels
from modeldesk.services.label_values import outcome
from modeldesk.services.registry import Registry
from modeldesk.store import LabelCounts, LabelRecords, Matches

_AT_ONCE = 20_000
"""Labels of one transaction: others wait a tenth of a second at most to write."""

_NOTHING = "No label was written."
_PLACE = ("chunk_key", "row")
_PART = "part"


class OnConflict(StrEnum):
    """What happens to labels of one table that contradict each other."""

    REFUSE = "refuse"
    """The whole table is refused."""
    FIRST = "first"
    """The first of each prediction counts."""
    LAST = "last"
    """The last of each prediction counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChoices:
    """How strictly a table of labels is taken."""

    conflicts: OnConflict = OnConflict.REFUSE
    skip_invalid: bool = False
    """Whether wrong rows are left out and told, rather than the whole table refused."""
    dry_run: bool = False
    """Whether to say what would happen, and write nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What became of a table of labels, or would.

    Every row is in one of ``matched``, ``waiting``, ``duplicates``, ``conflicting`` and
    ``invalid``. What is matched is about ``new + corrected + unchanged`` predictions: an own key
    may name several.
    """

    model: str
    rows: int
    matched: int
    """Rows whose predictions are in the log."""
    waiting: int
    """Rows whose predictions are not known, and that wait for them."""
    duplicates: int
    """Rows that say again what another row says."""
    conflicting: int
    """Rows that say something else than the one that counts."""
    invalid: int
    """Rows that are wrong."""
    new: int
    """Predictions that had no label."""
    corrected: int
    """Predictions whose label is another one now; the old one stays in their history."""
    unchanged: int
    """Predictions that had the same label already."""
    dry_run: bool = False
    """Whether nothing was written."""
    refused: bool = False
    """Whether these rows would be refused; only where nothing was written."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the first rows that are wrong or contradict others."""
    ignored: tuple[str, ...] = ()
    """Columns that say nothing about labels."""


class Labelling:
    """Takes labels in.

    Parameters
    ----------
    registry
        Tells what models predict.
    records
        Where labels are kept.
    clock
        Tells when labels arrive.
    """

    def __init__(self, registry: Registry, records: LabelRecords, clock: Clock) -> None:
        self._registry = registry
        self._records = records
        self._clock = clock

    def outcome(self, name: str) -> Column:
        """Return what labels of a model may be; raises `NotFound` where there is no such model."""
        champion = self._registry.record(name)
        others = [record.signature for record in self._registry.records(name)]
        signatures = [champion.signature, *others]
        try:
            return outcome([signature.prediction for signature in signatures])
        except NotFound as error:
            message = f"The model {name!r} predicts nothing that could have a label."
            raise InvalidArgument(message) from error

    def label(
        self,
        name: str,
        data: Frame,
        *,
        columns: LabelColumns | None = None,
        choices: LabelChoices | None = None,
    ) -> Labelled:
        """Take in a table of labels; when this returns they are committed.

        They are committed in parts of 20,000. Whoever sends the same table again, after whatever
        failure, changes nothing about those that are there.

        Parameters
        ----------
        name
            The model.
        data
            A table with a column ``label``, and ``prediction_id`` or ``row_id``; maybe
            ``label_time`` and ``label_source``.
        columns
            Other names of these.
        choices
            What happens to wrong and contradicting rows, and whether this is a dry run.

        Raises
        ------
        NotFound
            When there is no such model.
        InvalidData
            When a column is not there or cannot be read.
        InvalidRows
            When rows are wrong, or contradict each other, and are not to be left out; nothing is
            written then.
        StoreUnavailable
            When the labels cannot be written.
        """
        choices = choices or LabelChoices()
        now = self._clock.now()
        model_id = self._registry.record(name).model_id
        read = read_labels(data, columns or LabelColumns(), self.outcome(name), now)
        once = _once(read, choices.conflicts)
        matches = self._records.match(model_id, once.rows)
        once, matches = _once_matched(once, matches, choices.conflicts)
        problems = sorted([*read.problems, *once.problems], key=lambda problem: problem.row)
        told = tuple(problems[:MOST_PROBLEMS])
        refused = _refuses(read, once, choices)
        if refused and not choices.dry_run:
            error = InvalidRows(told, rows=read.invalid + once.conflicting)
            error.hint = _NOTHING
            raise error
        counts = LabelCounts()
        for part, about in _parts(once.rows, matches):
            if choices.dry_run:
                counts += self._records.preview(model_id, part, about)
            else:
                counts += self._records.write(model_id, part, about, now=now)
        return Labelled(
            model=name,
            rows=once.rows.height + once.duplicates + once.conflicting + read.invalid,
            matched=counts.matched,
            waiting=counts.unknown,
            duplicates=once.duplicates,
            conflicting=once.conflicting,
            invalid=read.invalid,
            new=counts.new,
            corrected=counts.corrected,
            unchanged=counts.unchanged,
            dry_run=choices.dry_run,
            refused=refused,
            problems=told,
            ignored=read.ignored,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Once:
    """Labels of which each is about another name."""

    rows: pl.DataFrame
    duplicates: int = 0
    conflicting: int = 0
    problems: tuple[Problem, ...] = ()


def _once(read: ReadLabels, choice: OnConflict) -> _Once:
    """Leave one label of each name."""
    return _without_others(read.good, ("own", "name"), choice)


def _once_matched(once: _Once, matches: Matches, choice: OnConflict) -> tuple[_Once, Matches]:
    """Leave one label of each prediction: an identifier and an own key may name the same."""
    named = matches.frame.join(once.rows.select("position", "value", "name"), on="position")
    several = named.filter(pl.struct(_PLACE).is_duplicated())
    if not several.height:
        return once, matches
    kept = _without_others(several.sort("position"), _PLACE, choice)
    dropped = several.join(kept.rows, on=["position", *_PLACE], how="anti")
    frame = matches.frame.join(dropped, on=["position", *_PLACE], how="anti")
    # A row for which another stands is left out; one that names other predictions, too, is not.
    gone = set(dropped["position"]) - set(frame["position"])
    conflicts = len(gone & set(_conflicting(several, kept.rows, _PLACE)["position"]))
    left = replace(
        once,
        rows=once.rows.filter(~pl.col("position").is_in(sorted(gone))),
        duplicates=once.duplicates + len(gone) - conflicts,
        conflicting=once.conflicting + conflicts,
        problems=(*once.problems, *kept.problems),
    )
    return left, replace(matches, frame=frame)


def _parts(rows: pl.DataFrame, matches: Matches) -> Iterator[tuple[pl.DataFrame, Matches]]:
    """Yield labels of one transaction each, in the order of their predictions.

    In that order each page of the index is written once: a shuffled table of a million labels
    takes 10 s, and 14 s in its own order.
    """
    places = matches.frame.sort(_PLACE).unique("position", keep="first", maintain_order=True)
    ordered = pl.concat(
        [
            places.select("position").join(rows, on="position", maintain_order="left"),
            rows.join(places, on="position", how="anti", maintain_order="left"),
        ],
        how="diagonal",
    ).with_columns((pl.int_range(pl.len()) // _AT_ONCE).alias(_PART))
    of_part = ordered.select("position", _PART)
    found, looked = (
        frame.join(of_part, on="position").partition_by(_PART, as_dict=True, include_key=False)
        for frame in (matches.frame, matches.looked_into)
    )
    for part in ordered.partition_by(_PART, maintain_order=True):
        number = (part[_PART][0],)
        yield (
            part.drop(_PART),
            Matches(
                frame=found.get(number, matches.frame.clear()),
                looked_into=looked.get(number, matches.looked_into.clear()),
            ),
        )


def _without_others(rows: pl.DataFrame, by: tuple[str, ...], choice: OnConflict) -> _Once:
    """Leave the first or the last of several rows; tell those that contradict it."""
    if rows.height == rows.select(by).n_unique():
        return _Once(rows=rows)
    last = choice is OnConflict.LAST
    kept = rows.unique(by, keep="last" if last else "first", maintain_order=True)
    conflicting = _conflicting(rows, kept, by)
    return _Once(
        rows=kept,
        duplicates=rows.height - kept.height - conflicting.height,
        conflicting=conflicting.height,
        problems=tuple(
            Problem(
                row=position,
                field="label",
                problem=f"'{value[:40]}' for {name[:60]}, and '{other[:40]}' in row {at}",
                expected="one label for each prediction",
            )
            for position, value, name, other, at in conflicting.head(MOST_PROBLEMS).iter_rows()
        ),
    )


def _conflicting(rows: pl.DataFrame, kept: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Return rows that say something else than the one that is kept, with what that says."""
    counts = kept.select(*by, pl.col("value").alias("other"), pl.col("position").alias("at"))
    joined = rows.join(counts, on=by, how="inner").filter(pl.col("value") != pl.col("other"))
    return joined.sort("position").select("position", "value", "name", "other", "at")


def _refuses(read: ReadLabels, once: _Once, choices: LabelChoices) -> bool:
    invalid = read.invalid and not choices.skip_invalid
    return bool(invalid or (once.conflicting and choices.conflicts is OnConflict.REFUSE))
