"""How good versions are, from what was kept of their days: nothing is counted row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from math import isfinite

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.performance import (
    Classification,
    Regression,
    State,
    Undefined,
    calibration_curve,
    decode,
    differences,
    known_measure,
    merge,
    pr_curve,
    roc_curve,
    sweep,
    task_of,
)
from modeldesk.schema import Granularity
from modeldesk.services.error_bins import error_bins
from modeldesk.services.headlines import headline_measures
from modeldesk.services.maturity import LabelBook, WindowMaturity
from modeldesk.services.performance_parts import PartsTable, daily_views, part_view
from modeldesk.services.performance_views import (
    ComparedVersions,
    ConfusionView,
    CurvesView,
    DifferenceView,
    ErrorsView,
    PerformanceReport,
    calibration_view,
    curve_view,
    difference_view,
    figures,
    no_curves,
    threshold_view,
    verdict,
    window_view,
)
from modeldesk.services.registry import Registry
from modeldesk.services.row_states import is_measured
from modeldesk.services.slice_parts import slice_of, slice_part
from modeldesk.store import EvaluationRecords, SliceRecords, VersionRecord

_THRESHOLDS = 100
"""Thresholds that are told of a class at most."""


class Performance:
    """Reads how good versions are.

    Parameters
    ----------
    registry
        Models and versions.
    records
        What was kept of their days.
    labels
        How many predictions of each day are labelled.
    slices
        Which slices models have.
    """

    def __init__(
        self,
        registry: Registry,
        records: EvaluationRecords,
        labels: LabelBook,
        slices: SliceRecords,
    ) -> None:
        self._registry = registry
        self._records = records
        self._labels = labels
        self._slices = slices

    def report(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
    ) -> PerformanceReport:
        """Return how good a version is, over a range and on each of its days.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        segment
            Only the rows of this segment.
        slice
            Only the rows of this slice, instead of a segment.
        start, end
            Days that begin at or after ``start`` and before ``end``.
        measures
            Which measures; unless told, all that apply to the range, and a few that fit the task
            for each day.
        confidence
            How often an interval should hold the true value.

        Raises
        ------
        NotFound
            When there is no such model, version, segment, slice or measure.
        InvalidArgument
            When the confidence does not lie between 0 and 1, or both a segment and a slice are
            named.
        Incompatible
            When a measure does not apply to what the version does.
        """
        record = self._registry.record(name, version)
        _check(measures, confidence)
        days = self._days(record, _part(segment, slice), start, end)
        whole = _together([state for _, state in days])
        chosen = measures if measures is not None else headline_measures(whole)
        every = bool(days) and not (segment or slice)
        maturity = self._maturity(record, start, end) if every else {}
        return PerformanceReport(
            model=record.model,
            version=record.number,
            segment=segment,
            task=None if whole is None else task_of(whole).value,
            confidence=confidence,
            labelled=0 if whole is None else whole.labelled,
            figures=() if whole is None else figures(whole, measures, confidence),
            windows=tuple(
                window_view(day, state, maturity.get(day), figures(state, chosen, confidence))
                for day, state in days
            ),
            because=_nothing(record, start, end) if whole is None else None,
            slice=slice,
        )

    def parts_table(
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        daily: Sequence[str] = (),
        confidence: float = 0.95,
    ) -> PartsTable:
        """Return how good a version is in each segment and each slice, beside all rows.

        A part's rows are among all rows, and states cannot be subtracted: there is no rest to
        compare it with. So each figure says whether its interval lies wholly outside that of all
        rows. That is no test at the confidence: it is cautious for one part, more so for a large
        one, and of many parts some lie outside by chance.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Days that begin at or after ``start`` and before ``end``.
        measures
            Which measures to give; a few that fit the task unless told.
        daily
            Measures to give of each day of each part.
        confidence
            How often an interval should hold the true value.

        Raises
        ------
        NotFound
            When there is no such model, version or measure.
        InvalidArgument
            When the confidence does not lie between 0 and 1.
        """
        record = self._registry.record(name, version)
        _check((*(measures or ()), *daily), confidence)
        whole = self._state(record, "", start, end)
        chosen = measures if measures is not None else headline_measures(whole)
        overall = () if whole is None else figures(whole, chosen, confidence)
        labelled = 0 if whole is None else whole.labelled
        names = self._records.parts(record.version_id, start=start, end=end) if labelled else ()
        parts = []
        for part in filter(None, names):
            days = self._days(record, part, start, end)
            state = _together([state for _, state in days])
            if state is not None and state.labelled:
                told = daily_views(days, daily, confidence)
                found = figures(state, chosen, confidence)
                parts.append(part_view(part, state, labelled, found, overall, told))
        return PartsTable(
            model=record.model,
            version=record.number,
            confidence=confidence,
            labelled=labelled,
            overall=overall,
            parts=tuple(sorted(parts, key=lambda part: (part.slice, part.segment))),
        )

    def segments(self, name: str, *, version: int | None = None) -> tuple[str, ...]:
        """Return the names of the segments that a version was evaluated in."""
        record = self._registry.record(name, version)
        return self._segments(record)

    def confusion(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ConfusionView:
        """Return how often each class was predicted for each; empty where nothing is labelled.

        Raises
        ------
        NotFound
            When there is no such model, version or segment.
        Incompatible
            When the model does not predict one class per row.
        """
        record = self._registry.record(name, version)
        state = self._state(record, segment, start, end)
        classes: tuple[str, ...] = ()
        counts: tuple[tuple[int, ...], ...] = ()
        if state is not None:
            confusion = _classification(record, state).confusion
            classes = confusion.classes
            counts = tuple(tuple(int(count) for count in row) for row in confusion.table)
        return ConfusionView(
            model=record.model,
            version=record.number,
            segment=segment,
            classes=classes,
            counts=counts,
        )

    def curves(
        self,
        name: str,
        *,
        version: int | None = None,
        of: str | None = None,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> CurvesView:
        """Return the curves of a class: ROC, precision over recall, and calibration.

        Parameters
        ----------
        name, version, segment, start, end
            As for `report`.
        of
            The class; ``None``: the positive one of two.

        Raises
        ------
        NotFound
            When there is no such model, version or segment, or the class has no probabilities.
        Incompatible
            When the model does not predict one class per row.
        """
        record = self._registry.record(name, version)
        state = self._state(record, segment, start, end)
        about = (record.model, record.number, segment)
        if state is None:
            return no_curves(*about, _nothing(record, start, end))
        known = _classification(record, state)
        if of is not None and known.scored and of not in known.scored:
            message = f"Version {record.number} of {record.model!r} has no curves of {of!r}."
            raise NotFound(message, hint=f"It has them of {', '.join(known.scored[:10])}.")
        roc, pr = roc_curve(known, of=of), pr_curve(known, of=of)
        if isinstance(roc, Undefined):
            return no_curves(*about, roc.because, known.scored)
        if isinstance(pr, Undefined):
            return no_curves(*about, pr.because, known.scored)
        points, swept = calibration_curve(known), sweep(known, of=of, steps=_THRESHOLDS)
        told = () if isinstance(swept, Undefined) else swept.thresholds
        return CurvesView(
            model=record.model,
            version=record.number,
            segment=segment,
            of=roc.of,
            classes=known.scored,
            curves=(curve_view("roc", roc), curve_view("pr", pr)),
            calibration=()
            if isinstance(points, Undefined)
            else tuple(map(calibration_view, points)),
            because=None,
            thresholds=tuple(
                threshold_view(each) for each in reversed(told) if isfinite(each.threshold)
            ),
            best=None if isinstance(swept, Undefined) else threshold_view(swept.highest_f1),
        )

    def errors(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ErrorsView:
        """Return how the errors of a regression are distributed.

        Parameters
        ----------
        name, version, segment, start, end
            As for `report`.

        Raises
        ------
        NotFound
            When there is no such model, version or segment.
        Incompatible
            When the model does not predict one number per row.
        """
        record = self._registry.record(name, version)
        state = self._state(record, segment, start, end)
        if state is not None and not isinstance(state, Regression):
            message = f"Version {record.number} of {record.model!r} does not predict numbers."
            raise Incompatible(message, hint="Its mistakes are in the confusion table.")
        return ErrorsView(
            model=record.model,
            version=record.number,
            segment=segment,
            labelled=0 if state is None else state.labelled,
            bins=() if state is None else error_bins(state.error_quantiles),
        )

    def compare(
        self,
        name: str,
        one: int | None = None,
        other: int | None = None,
        *,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
    ) -> ComparedVersions:
        """Compare two versions, each on the labelled rows that it answered or shadowed.

        The intervals hold for rows that are independent. Of rows that both predicted, one of them
        as a shadow, they are as a rule too wide: such a comparison misses differences.

        Parameters
        ----------
        name, segment, start, end
            As for `report`.
        one, other
            The version that is judged, and the one that it is compared with; ``None``: the
            champion.
        measures
            Which measures; a few that fit the task unless told.
        confidence
            The chance that no difference at all is called where there is none.

        Raises
        ------
        NotFound
            When there is no such model, version, segment or measure.
        InvalidArgument
            When the confidence does not lie between 0 and 1.
        Incompatible
            When the versions do different things, such as classes and numbers, or a measure does
            not apply to what they do.
        """
        _check(measures, confidence)
        records = [self._registry.record(name, number) for number in (one, other)]
        states = [self._state(record, segment, start, end) for record in records]
        first, second = states
        numbers = records[0].number, records[1].number
        found: tuple[DifferenceView, ...] = ()
        if first is not None and second is not None:
            chosen = measures if measures is not None else headline_measures(first)
            told = differences(first, second, chosen, confidence=confidence)
            found = tuple(map(difference_view, told))
        return ComparedVersions(
            model=name,
            one=numbers[0],
            other=numbers[1],
            segment=segment,
            one_labelled=0 if first is None else first.labelled,
            other_labelled=0 if second is None else second.labelled,
            differences=found,
            verdict=verdict(*numbers, found),
        )

    def _segments(self, record: VersionRecord) -> tuple[str, ...]:
        parts = self._records.parts(record.version_id)
        return tuple(part for part in parts if part and slice_of(part) is None)

    def _days(
        self, record: VersionRecord, part: str, start: datetime | None, end: datetime | None
    ) -> list[tuple[datetime, State]]:
        days = self._records.days(record.version_id, part=part, start=start, end=end)
        if part and not days:
            self._check_part(record, part)
        return _alike([(found.day, decode(found.state)) for found in days])

    def _check_part(self, record: VersionRecord, part: str) -> None:
        """Raise `NotFound` for a part that there never was; a known one may have no rows."""
        name = slice_of(part)
        if name is None:
            known = self._segments(record)
            message = f"No labelled row of {record.model!r} is in a segment {part!r}."
            kind = "segments"
        else:
            known = tuple(slice_part(each.name) for each in self._slices.of(record.model_id))
            message = f"The model {record.model!r} has no slice {name!r}."
            kind = "slices"
        if part not in known:
            names = ", ".join(slice_of(each) or each for each in known[:10])
            hint = f"Known {kind}: {names}." if names else "There is none yet."
            raise NotFound(message, hint=hint)

    def _state(
        self, record: VersionRecord, segment: str, start: datetime | None, end: datetime | None
    ) -> State | None:
        return _together([state for _, state in self._days(record, segment, start, end)])

    def _maturity(
        self, record: VersionRecord, start: datetime | None, end: datetime | None
    ) -> dict[datetime, WindowMaturity]:
        told = self._labels.maturity(
            record.model,
            version=record.number,
            granularity=Granularity.DAY,
            start=start,
            end=end,
        )
        return {found.window.start: found for found in told.windows}


def _check(measures: Sequence[str] | None, confidence: float) -> None:
    """Refuse what would only be noticed once a row is labelled."""
    for name in measures or ():
        known_measure(name)
    if not 0 < confidence < 1:
        message = f"A confidence lies between 0 and 1; {confidence} does not."
        raise InvalidArgument(message, hint="Usual are 0.9, 0.95 and 0.99.")


def _nothing(record: VersionRecord, start: datetime | None, end: datetime | None) -> str:
    """Say why a version has no figures."""
    if not is_measured(record.signature):
        column = record.signature.prediction
        return f"it predicts a {column.kind.value}, for which there are no measures"
    if start is not None or end is not None:
        return "no row of this range is labelled, or its labels are not evaluated yet"
    return "no row is labelled, or its labels are not evaluated yet"


def _part(segment: str, slice_name: str) -> str:
    if segment and slice_name:
        message = f"Both a segment, {segment!r}, and a slice, {slice_name!r}, are named."
        raise InvalidArgument(message, hint="Name one of them.")
    return slice_part(slice_name) if slice_name else segment


def _together(states: Sequence[State]) -> State | None:
    return reduce(merge, states) if states else None


def _alike(days: Sequence[tuple[datetime, State]]) -> list[tuple[datetime, State]]:
    """Return the days that can be merged: those of the task of the latest one.

    A version whose predictions are text has days of lists of classes and of single ones if what
    it answers changed from one to the other.
    """
    return [(day, state) for day, state in days if task_of(state) is task_of(days[-1][1])]


def _classification(record: VersionRecord, state: State) -> Classification:
    if isinstance(state, Classification):
        return state
    message = f"Version {record.number} of {record.model!r} does not predict one class per row."
    raise Incompatible(message, hint="Its figures are in the report.")
