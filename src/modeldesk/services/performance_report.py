"""How good versions are, from what was kept of their days: nothing is counted row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from modeldesk.errors import Incompatible
from modeldesk.performance import (
    Classification,
    Costs,
    State,
    differences,
    task_of,
)
from modeldesk.schema import Granularity
from modeldesk.services.change_attribution import USUAL_ROWS, ChangeAsked, ChangeAttribution
from modeldesk.services.change_ranges import RangesAsked
from modeldesk.services.change_views import AttributionReport
from modeldesk.services.chosen_measures import check_asked, why_nothing
from modeldesk.services.error_bins import errors_of
from modeldesk.services.evaluated_states import EvaluatedStates, part_of
from modeldesk.services.fairness_report import GroupComparison, GroupsAsked
from modeldesk.services.fairness_views import FairnessReport
from modeldesk.services.maturity import LabelBook, WindowMaturity
from modeldesk.services.merged_days import headlines, together
from modeldesk.services.performance_curves import curves_of
from modeldesk.services.performance_parts import PartsTable, daily_views, part_view
from modeldesk.services.performance_views import (
    ComparedVersions,
    ConfusionView,
    CurvesView,
    DifferenceView,
    ErrorsView,
    PerformanceReport,
    RowsOf,
    difference_view,
    figures,
    no_curves,
    verdict,
    window_view,
)
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.services.registry import Registry
from modeldesk.store import VersionRecord


class Performance:
    """Reads how good versions are.

    Parameters
    ----------
    registry
        Models and versions.
    states
        What was kept of their days.
    labels
        How many predictions of each day are labelled.
    groups
        Compares groups of rows.
    changes
        Tells what changes come from.
    """

    def __init__(
        self,
        registry: Registry,
        states: EvaluatedStates,
        labels: LabelBook,
        groups: GroupComparison,
        changes: ChangeAttribution,
    ) -> None:
        self._registry = registry
        self._states = states
        self._labels = labels
        self._groups = groups
        self._changes = changes

    def report(  # noqa: PLR0913  # one keyword for each thing that can be asked
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        brief: bool = False,
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
        brief
            Whether the few that fit the task are enough for the range as well.
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
        check_asked(measures, confidence)
        days = self._states.days(record, part_of(segment, slice), start, end)
        whole = together([state for _, state in days])
        chosen = measures if measures is not None else headlines(whole)
        asked = chosen if brief else measures
        every = bool(days) and not (segment or slice)
        maturity = self._maturity(record, start, end) if every else {}
        return PerformanceReport(
            model=record.model,
            version=record.number,
            segment=segment,
            task=None if whole is None else task_of(whole).value,
            confidence=confidence,
            labelled=0 if whole is None else whole.labelled,
            figures=() if whole is None else figures(whole, asked, confidence),
            windows=tuple(
                window_view(day, state, maturity.get(day), figures(state, chosen, confidence))
                for day, state in days
            ),
            because=why_nothing(record, start, end) if whole is None else None,
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
        check_asked((*(measures or ()), *daily), confidence)
        whole = self._states.of(record, "", start, end)
        chosen = measures if measures is not None else headlines(whole)
        overall = () if whole is None else figures(whole, chosen, confidence)
        labelled = 0 if whole is None else whole.labelled
        names = self._states.parts(record, start, end) if labelled else ()
        parts = []
        for part in filter(None, names):
            days = self._states.days(record, part, start, end)
            state = together([state for _, state in days])
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
        return self._states.segments(record)

    def confusion(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # likewise
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ConfusionView:
        """Return how often each class was predicted for each; empty where nothing is labelled.

        Raises
        ------
        NotFound
            When there is no such model, version, segment or slice.
        Incompatible
            When the model does not predict one class per row.
        """
        record = self._registry.record(name, version)
        state = self._states.of(record, part_of(segment, slice), start, end)
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
            slice=slice,
            classes=classes,
            counts=counts,
        )

    def curves(
        self,
        name: str,
        *,
        version: int | None = None,
        of: str | None = None,
        costs: Costs | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # likewise
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> CurvesView:
        """Return the curves of a class: ROC, precision over recall, and calibration.

        Parameters
        ----------
        name, version, segment, slice, start, end
            As for `report`.
        of
            The class; ``None``: the positive one of two.
        costs
            What each outcome costs, by which thresholds are told apart; one per mistake unless
            told.

        Raises
        ------
        NotFound
            When there is no such model, version, segment or slice, or the class has no
            probabilities.
        InvalidArgument
            When a cost is not a finite number.
        Incompatible
            When the model does not predict one class per row.
        """
        record = self._registry.record(name, version)
        state = self._states.of(record, part_of(segment, slice), start, end)
        rows = _rows(record, segment, slice)
        if state is None:
            return no_curves(rows, why_nothing(record, start, end))
        return curves_of(rows, _classification(record, state), of, costs or Costs())

    def errors(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # likewise
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ErrorsView:
        """Return how the errors of a regression are distributed.

        Parameters
        ----------
        name, version, segment, slice, start, end
            As for `report`.

        Raises
        ------
        NotFound
            When there is no such model, version, segment or slice.
        Incompatible
            When the model does not predict one number per row.
        """
        record = self._registry.record(name, version)
        state = self._states.of(record, part_of(segment, slice), start, end)
        rows = _rows(record, segment, slice)
        return errors_of(rows, state)

    def compare(  # noqa: PLR0913  # one keyword for each thing that can be asked
        self,
        name: str,
        one: int | None = None,
        other: int | None = None,
        *,
        segment: str = "",
        slice: str = "",  # noqa: A002  # likewise
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
        name, segment, slice, start, end
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
            When there is no such model, version, segment, slice or measure.
        InvalidArgument
            When the confidence does not lie between 0 and 1.
        Incompatible
            When the versions do different things, such as classes and numbers, or a measure does
            not apply to what they do.
        """
        check_asked(measures, confidence)
        records = [self._registry.record(name, number) for number in (one, other)]
        states = [
            self._states.of(record, part_of(segment, slice), start, end) for record in records
        ]
        first, second = states
        numbers = records[0].number, records[1].number
        found: tuple[DifferenceView, ...] = ()
        if first is not None and second is not None:
            chosen = measures if measures is not None else headlines(first)
            told = differences(first, second, chosen, confidence=confidence)
            found = tuple(map(difference_view, told))
        return ComparedVersions(
            model=name,
            one=numbers[0],
            other=numbers[1],
            segment=segment,
            slice=slice,
            one_labelled=0 if first is None else first.labelled,
            other_labelled=0 if second is None else second.labelled,
            differences=found,
            verdict=verdict(*numbers, found),
        )

    def fairness(  # noqa: PLR0913  # likewise
        self,
        name: str,
        *,
        by: str | None = None,
        groups: Sequence[str] | None = None,
        against: str | None = None,
        of: str | None = None,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
    ) -> FairnessReport:
        """Put groups of a version's labelled rows side by side, with their differences.

        Parameters
        ----------
        name, version, start, end
            As for `report`.
        by
            The column whose segments are the groups, one of the log policy's ``segment_by``.
        groups
            Instead of it, the names of segments, such as ``country=DE``, and slices.
        against
            The group that the others are compared with; of ``by`` its value is enough. Unless
            told, each group is compared with all others together. Segments of several columns and
            slices may have rows in common, so of more than two of them one must be told.
        of
            Of which class; unless told, of the positive one where there are two, else of all.
        measures
            Which measures; a few that fit the task unless told, for classes ``predicted_share``,
            ``recall``, ``false_positive_rate`` and ``accuracy``.
        confidence
            The chance that no difference at all is called where there is none.

        Raises
        ------
        NotFound
            When there is no such model, version, segment, slice, class or measure, or rows are
            not split by the column.
        InvalidArgument
            When it is not clear which groups are meant, they are known to have rows in common,
            or the confidence does not lie between 0 and 1.
        Incompatible
            When a measure does not apply to what the version does.
        """
        record = self._registry.record(name, version)
        check_asked(measures, confidence)
        asked = GroupsAsked(
            by=by, groups=groups, against=against, measures=measures, of=of, confidence=confidence
        )
        return self._groups.of(record, asked, start, end)

    def attribution(  # noqa: PLR0913  # likewise
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        base_start: datetime | None = None,
        base_end: datetime | None = None,
        estimated: bool = False,
        squared: bool = False,
        most_rows: int = USUAL_ROWS,
        confidence: float = 0.95,
        progress: Progress = UNSEEN,
    ) -> AttributionReport:
        """Tell which columns, segments and slices a change of performance comes from.

        The change of the mean loss, an error for each wrong class or the size of a number's
        error, is divided for each of them into what the shift of the mix explains (covariate) and
        what is due to other losses of rows that are alike in it (concept). Rows of both ranges
        are read for it.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Rows whose time is in this range; unless told, the last week with labelled rows, or of
            less than two weeks the later half.
        base_start, base_end
            The rows that they are compared with; unless told, those of the same time before, or
            of estimates those that were learned from.
        estimated
            Whether losses are those that `PerformanceEstimates` expects without labels, instead
            of those that labels tell. Then all of the change comes from the inputs.
        squared
            Of numbers, count the square of the error instead of its size.
        most_rows
            Rows of either range that are read at most, of each day its share; up to a million.
        confidence
            The chance that nothing at all is said to be more than chance where nothing changed.
        progress
            Is told of the rows that are read, and can end that.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidArgument
            When the ranges have times in common or none, or a number is out of its range.
        Incompatible
            When the version predicts what cannot be wrong by a number, such as times or vectors.
        """
        ranges = RangesAsked(start=start, end=end, base_start=base_start, base_end=base_end)
        asked = ChangeAsked(
            ranges=ranges,
            estimated=estimated,
            squared=squared,
            most_rows=most_rows,
            confidence=confidence,
        )
        return self._changes.of(self._registry.record(name, version), asked, progress=progress)

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


def _rows(record: VersionRecord, segment: str, slice_name: str) -> RowsOf:
    return RowsOf(model=record.model, version=record.number, segment=segment, slice=slice_name)


def _classification(record: VersionRecord, state: State) -> Classification:
    if isinstance(state, Classification):
        return state
    message = f"Version {record.number} of {record.model!r} does not predict one class per row."
    raise Incompatible(message, hint="Its figures are in the report.")
