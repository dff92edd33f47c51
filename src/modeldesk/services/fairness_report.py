"""Groups of a version's rows side by side: on which measures it treats them differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.performance import (
    Classification,
    FairnessView,
    MultiLabel,
    Regression,
    State,
    Task,
    fairness,
    known_measure,
    task_of,
)
from modeldesk.performance.comparison import choices_of
from modeldesk.services.chosen_measures import why_nothing
from modeldesk.services.evaluated_states import EvaluatedStates
from modeldesk.services.fairness_views import (
    FairnessReport,
    GroupCell,
    GroupView,
    fairness_sentence,
)
from modeldesk.services.performance_views import difference_view, figure_view
from modeldesk.services.row_parts import memberships
from modeldesk.services.segments import segment_name
from modeldesk.services.slice_parts import slice_of, slice_part
from modeldesk.services.worst_slices import NewestRows
from modeldesk.store import VersionRecord

USUAL = {
    Task.CLASSIFICATION: ("predicted_share", "recall", "false_positive_rate", "accuracy"),
    Task.MULTI_LABEL: ("exact_match", "hamming_loss"),
    Task.REGRESSION: ("mae", "bias"),
    Task.RANKING: ("mrr", "ndcg_at"),
}
"""Measures that groups are compared on, unless others are asked for."""

TRIED_ROWS = 10_000
"""So many of the newest rows are looked at for rows that are in two groups."""

_EMPTY: Mapping[Task, Callable[[], State]] = {
    Task.CLASSIFICATION: Classification,
    Task.MULTI_LABEL: MultiLabel,
    Task.REGRESSION: Regression,
}
"""Makes a state without rows: an idle server makes none, and loads no sketches for it."""
_SHOWN = 10
_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsAsked:
    """Which groups are compared, and how."""

    by: str | None
    """Column whose segments they are."""
    groups: Sequence[str] | None
    """Or their names: segments, such as ``country=DE``, and slices."""
    against: str | None
    """The group that the others are compared with."""
    measures: Sequence[str] | None
    of: str | None
    confidence: float


class GroupComparison:
    """Compares groups of a version's labelled rows by what was kept of them.

    Parameters
    ----------
    states
        What was kept.
    newest
        Reads the newest rows, to see whether two groups have rows in common.
    """

    def __init__(self, states: EvaluatedStates, newest: NewestRows) -> None:
        self._states = states
        self._newest = newest

    def of(
        self,
        record: VersionRecord,
        asked: GroupsAsked,
        start: datetime | None,
        end: datetime | None,
    ) -> FairnessReport:
        """Return the groups side by side, or why nothing can be compared.

        Raises
        ------
        NotFound
            When rows are not split by the column, or there is no such segment, slice, class or
            measure.
        InvalidArgument
            When it is not clear which groups are meant, or they have rows in common.
        Incompatible
            When a measure does not apply to what the version does.
        """
        names = self._names(record, asked, start, end)
        against = _against(names, asked)
        self._check_rest(names, against)
        whole = self._states.of(record, "", start, end)
        found = {
            name: self._states.of(
                record, _part(name), start, end, task=None if whole is None else task_of(whole)
            )
            for name in names
        }
        if whole is None:
            return _nothing(record, asked, why_nothing(record, start, end))
        groups = {name: state or _EMPTY[task_of(whole)]() for name, state in found.items()}
        if len(groups) < _PAIR:
            return _report(record, asked, against, whole, groups, None)
        self._check_apart(record, groups, against, whole)
        measures = asked.measures if asked.measures is not None else USUAL[task_of(whole)]
        of = asked.of
        if of is None and isinstance(whole, Classification):
            of = whole.positive
        _check_of(asked.of, measures, whole)
        view = fairness(groups, measures, against=against, of=of, confidence=asked.confidence)
        return _report(record, asked, against, whole, groups, view)

    def _names(
        self,
        record: VersionRecord,
        asked: GroupsAsked,
        start: datetime | None,
        end: datetime | None,
    ) -> tuple[str, ...]:
        """Return the names of the groups: as they were given, or the segments of a column."""
        if (asked.by is None) == (asked.groups is None):
            message = "It is not clear which groups are compared."
            hint = "Name the column that splits the rows, or the groups; one of both."
            raise InvalidArgument(message, hint=hint)
        if asked.groups is not None:
            names = tuple(dict.fromkeys(asked.groups))
            if len(names) < _PAIR:
                message = f"Groups are compared with each other; {len(names)} was named."
                raise InvalidArgument(message, hint="Name at least two segments or slices.")
            return names
        begin = segment_name(asked.by or "", "")
        parts = self._states.parts(record, start, end)
        names = tuple(part for part in parts if part.startswith(begin))
        if not names:
            self._check_split(record, asked.by or "")
        return names

    def _check_split(self, record: VersionRecord, column: str) -> None:
        known = dict.fromkeys(name.split("=")[0] for name in self._states.segments(record))
        if column in {*known, *record.policy.segment_by}:
            return
        message = f"Rows of {record.model!r} are not split by {column!r}."
        split = ", ".join([*known][:_SHOWN])
        hint = f"They are split by {split}." if split else "Set segment_by in its log policy."
        raise NotFound(message, hint=hint)

    def _check_rest(self, names: Sequence[str], against: str | None) -> None:
        """Refuse to put groups together of which a row may be in several."""
        if against is None and len(names) > _PAIR and not _of_one_column(names):
            message = "A row may be in several of these groups, so they cannot be put together."
            hint = "Say which group the others are compared with, or compare those of one column."
            raise InvalidArgument(message, hint=hint)

    def _check_apart(
        self,
        record: VersionRecord,
        groups: Mapping[str, State],
        against: str | None,
        whole: State,
    ) -> None:
        """Refuse pairs that are known to have rows in common."""
        filled = [name for name, state in groups.items() if state.labelled]
        pairs = [
            pair
            for pair in combinations(filled, 2)
            if against in {None, *pair} and not _of_one_column(pair)
        ]
        for one, other in pairs:
            if groups[one].labelled + groups[other].labelled > whole.labelled:
                message = f"The groups {one!r} and {other!r} have rows in common."
                raise _overlapping(message)
        if not pairs:
            return
        parts = {name: _part(name) for pair in pairs for name in pair}
        rows = self._newest.any(record, most=TRIED_ROWS, labels=True)
        inside = memberships(rows, record, parts.values(), self._states)
        for one, other in pairs:
            mine, theirs = inside.get(parts[one]), inside.get(parts[other])
            both = 0 if mine is None or theirs is None else int((mine & theirs).sum())
            if both:
                seen = f"Of the newest {rows.height:,} rows {both:,}"
                message = f"{seen} are in both {one!r} and {other!r}."
                raise _overlapping(message)


def _part(name: str) -> str:
    """Return the part of a group: names of segments have an equals sign, those of slices none."""
    return name if "=" in name else slice_part(name)


def _of_one_column(names: Sequence[str]) -> bool:
    """Whether groups are segments of one column, of which each row is in one."""
    columns = {name.split("=")[0] if "=" in name else None for name in names}
    return len(columns) == 1 and None not in columns


def _against(names: Sequence[str], asked: GroupsAsked) -> str | None:
    """Return the group that the others are compared with; of a column its value is enough."""
    if asked.against is None or asked.against in names:
        return asked.against
    value = segment_name(asked.by or "", asked.against)
    if asked.by is not None and value in names:
        return value
    if asked.by is not None and not names:
        return None
    message = f"{asked.against!r} is none of the groups that are compared."
    raise NotFound(message, hint=f"Groups: {', '.join(names[:_SHOWN])}.")


def _check_of(of: str | None, measures: Sequence[str], whole: State) -> None:
    """Refuse a class, quantile or cutoff that no measure knows of."""
    if of is None:
        return
    known = {
        str(name)
        for each in measures
        for name in choices_of(known_measure(each), [whole])
        if name is not None
    }
    if of not in known:
        message = f"None of the measures has a figure of {of!r}."
        hint = f"They have figures of {', '.join(sorted(known)[:_SHOWN])}." if known else ""
        raise NotFound(message, hint=hint or "Leave it out: each measure has one figure.")


def _overlapping(message: str) -> InvalidArgument:
    hint = "Compare groups without rows in common, such as a slice and one of its contrary."
    return InvalidArgument(message, hint=hint)


def _report(
    record: VersionRecord,
    asked: GroupsAsked,
    against: str | None,
    whole: State,
    groups: Mapping[str, State],
    view: FairnessView | None,
) -> FairnessReport:
    cells = () if view is None else _cells(view)
    few = "fewer than two groups have a labelled row"
    return FairnessReport(
        model=record.model,
        version=record.number,
        task=task_of(whole).value,
        by=asked.by,
        against=against or "the rest",
        confidence=asked.confidence,
        labelled=whole.labelled,
        groups=tuple(
            GroupView(
                name=name,
                slice=slice_of(_part(name)) is not None,
                labelled=state.labelled,
                share=state.labelled / whole.labelled if whole.labelled else 0.0,
            )
            for name, state in groups.items()
        ),
        cells=cells,
        sentence=f"Nothing can be compared, because {few}."
        if view is None
        else fairness_sentence(cells),
        because=few if view is None else None,
    )


def _cells(view: FairnessView) -> tuple[GroupCell, ...]:
    return tuple(
        GroupCell(
            group=each.group,
            figure=figure_view(each.measure, each.of, each.result),
            difference=None if each.difference is None else difference_view(each.difference),
        )
        for each in view.cells
    )


def _nothing(record: VersionRecord, asked: GroupsAsked, because: str) -> FairnessReport:
    """Say why there is nothing to compare."""
    return FairnessReport(
        model=record.model,
        version=record.number,
        task=None,
        by=asked.by,
        against=asked.against or "the rest",
        confidence=asked.confidence,
        labelled=0,
        groups=(),
        cells=(),
        sentence=f"Nothing can be compared, because {because}.",
        because=because,
    )
