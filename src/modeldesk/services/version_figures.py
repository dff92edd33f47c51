"""How good versions were on their test sets, and one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.performance import (
    State,
    decode,
    differences,
    known_measure,
    measures_for,
    task_of,
)
from modeldesk.services.kept_comparison import decode_comparison
from modeldesk.services.merged_days import alike, headlines, together
from modeldesk.services.paired_views import PairedReport
from modeldesk.services.performance_parts import part_view
from modeldesk.services.performance_views import (
    DifferenceView,
    FigureView,
    difference_view,
    figures,
    verdict,
)
from modeldesk.services.registry import Registry
from modeldesk.services.slice_parts import slice_part
from modeldesk.services.version_figure_views import (
    LinePoint,
    LineVersion,
    SliceTest,
    VersionLine,
    VersionTestReport,
)
from modeldesk.store import (
    EvaluationRecords,
    SliceRecord,
    SliceRecords,
    VersionRecord,
    VersionTestPart,
    VersionTestRecords,
)

MOST_VERSIONS = 1_000
"""Versions in a line."""
USUAL_VERSIONS = 100

_UNTESTED = "it was published without a test set"
_PAIRS_CONFIDENCE = 0.95
"""That of the comparisons that are kept with versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a version on one sort of rows."""

    record: VersionRecord
    state: State | None
    because: str
    """Why there is no state."""
    sha256: str | None = None
    """Of the table, where it is a test set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What a version is against an earlier one."""

    paired: bool
    differences: tuple[DifferenceView, ...]
    verdict: str


class VersionFigures:
    """Reads how good versions were on test sets, and sets a model's versions in a line.

    Parameters
    ----------
    registry
        Models and versions.
    tests
        What versions were on their test sets.
    days
        What labels say of versions' days.
    slices
        Which slices models have.
    """

    def __init__(
        self,
        registry: Registry,
        tests: VersionTestRecords,
        days: EvaluationRecords,
        slices: SliceRecords,
    ) -> None:
        self._registry = registry
        self._tests = tests
        self._days = days
        self._slices = slices

    def test(
        self,
        name: str,
        *,
        version: int | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
    ) -> VersionTestReport:
        """Return how good a version is on the test set that it was published with.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        measures
            Which measures; unless told, all that apply, and of slices a few that fit the task.
        confidence
            How often an interval should hold the true value.

        Raises
        ------
        NotFound
            When there is no such model, version or measure, or the version was published without
            a test set.
        InvalidArgument
            When the confidence does not lie between 0 and 1.
        Incompatible
            When a measure does not apply to what the version does.
        """
        _check(measures, confidence)
        record = self._registry.record(name, version)
        found = self._tests.of(record.version_id)
        if found is None:
            message = f"Version {record.number} of {record.model!r} has no test set."
            raise NotFound(message, hint="Publish a version with one: modeldesk publish --test.")
        whole, *parts = found.parts
        state = decode(whole.state)
        chosen = headlines(state) if measures is None else measures
        overall = figures(state, chosen, confidence)
        return VersionTestReport(
            model=record.model,
            version=record.number,
            tested_at=found.note.tested_at,
            sha256=found.note.sha256,
            rows=found.note.rows,
            labelled=state.labelled,
            task=task_of(state).value,
            confidence=confidence,
            figures=figures(state, measures, confidence),
            slices=tuple(
                _slice(part, figures(decode(part.state), chosen, confidence), whole, overall)
                for part in parts
                if part.labelled and task_of(decode(part.state)) is task_of(state)
            ),
            against=found.note.against,
            comparison=None if found.comparison is None else decode_comparison(found.comparison),
            verdict=found.note.verdict,
        )

    def line(
        self,
        name: str,
        *,
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
        limit: int = USUAL_VERSIONS,
    ) -> VersionLine:
        """Return how good each version is on its test set and on live labels, in their order.

        Each is compared with the last one before it that has figures: in pairs where that was
        the champion when it was published with its test set, elsewhere as if their rows had
        nothing to do with each other. Of the same rows that misses differences.

        Parameters
        ----------
        name
            The model.
        slice
            Only the rows of this slice.
        start, end
            Live labels of days that begin at or after ``start`` and before ``end``.
        measures
            Which measures; a few that fit the task unless told.
        confidence
            How often an interval should hold the true value; and the chance that no difference
            of a version is called where there is none.
        limit
            How many of the newest versions, up to `MOST_VERSIONS`.

        Raises
        ------
        NotFound
            When there is no such model, slice or measure.
        InvalidArgument
            When the confidence or the limit is not acceptable.
        Incompatible
            When a measure applies to no version with figures.
        """
        _check(measures, confidence)
        if not 1 <= limit <= MOST_VERSIONS:
            message = f"From 1 to {MOST_VERSIONS:,} versions are set in a line, not {limit:,}."
            raise InvalidArgument(message)
        every = self._registry.records(name)
        records = every[-limit:]
        kept = self._slice(every[0], slice) if slice else None
        tested = self._tested(records, kept)
        live = [self._live(record, slice, start, end) for record in records]
        chosen = _chosen([*tested, *live], measures)
        pairs = {} if slice or confidence != _PAIRS_CONFIDENCE else self._pairs(records)
        on_tests = _points(tested, chosen, confidence, pairs)
        on_labels = _points(live, chosen, confidence, {})
        return VersionLine(
            model=every[0].model,
            slice=slice,
            confidence=confidence,
            measures=chosen,
            versions=tuple(
                LineVersion(
                    version=record.number,
                    published_at=record.created_at,
                    aliases=record.aliases,
                    test=test,
                    live=labels,
                )
                for record, test, labels in zip(records, on_tests, on_labels, strict=True)
            ),
            more=len(every) > len(records),
        )

    def _slice(self, record: VersionRecord, name: str) -> SliceRecord:
        known = self._slices.of(record.model_id)
        for each in known:
            if each.name == name:
                return each
        message = f"The model {record.model!r} has no slice {name!r}."
        names = ", ".join(each.name for each in known[:10])
        raise NotFound(message, hint=f"Known slices: {names}." if names else "It has none yet.")

    def _tested(self, records: Sequence[VersionRecord], kept: SliceRecord | None) -> list[_Known]:
        """Return the states of test sets, as far as the slice was then what it is now."""
        keys = [record.version_id for record in records]
        found = self._tests.parts(keys, "" if kept is None else kept.name)
        told: list[_Known] = []
        for record in records:
            part = found.get(record.version_id)
            because = _UNTESTED
            if record.test is not None and part is None:
                because = "no row of its test set was in the slice, or the slice is newer"
            elif part is not None and kept is not None and part.expression != kept.expression:
                because = f"when it was tested the slice was: {part.expression}"
                part = None
            state = None if part is None or not part.labelled else decode(part.state)
            sha256 = None if record.test is None else record.test.sha256
            told.append(_Known(record=record, state=state, because=because, sha256=sha256))
        return told

    def _live(
        self, record: VersionRecord, slice_name: str, start: datetime | None, end: datetime | None
    ) -> _Known:
        part = slice_part(slice_name) if slice_name else ""
        days = self._days.days(record.version_id, part=part, start=start, end=end)
        state = together([state for _, state in alike([(d.day, decode(d.state)) for d in days])])
        if state is not None and not state.labelled:
            state = None
        because = "no such row is labelled, or its labels are not evaluated yet"
        return _Known(record=record, state=state, because=because)

    def _pairs(self, records: Sequence[VersionRecord]) -> dict[int, PairedReport]:
        """Return the comparisons that are kept with versions, by their numbers."""
        numbers = {record.version_id: record.number for record in records}
        kept = self._tests.comparisons(list(numbers))
        return {numbers[key]: decode_comparison(text) for key, text in kept.items()}


def _slice(
    part: VersionTestPart,
    found: Sequence[FigureView],
    whole: VersionTestPart,
    overall: Sequence[FigureView],
) -> SliceTest:
    view = part_view(slice_part(part.slice), decode(part.state), whole.labelled, found, overall)
    return SliceTest(
        name=part.slice,
        expression=part.expression,
        labelled=view.labelled,
        share=view.share,
        figures=view.figures,
    )


def _check(measures: Sequence[str] | None, confidence: float) -> None:
    for name in measures or ():
        known_measure(name)
    if not 0 < confidence < 1:
        message = f"A confidence lies between 0 and 1; {confidence} does not."
        raise InvalidArgument(message, hint="Usual are 0.9, 0.95 and 0.99.")


def _chosen(known: Sequence[_Known], measures: Sequence[str] | None) -> tuple[str, ...]:
    """Return the measures of a line: those asked for, or those that fit the newest version."""
    states = [each.state for each in known if each.state is not None]
    if measures is None:
        newest = max(
            (each for each in known if each.state is not None),
            key=lambda each: each.record.number,
            default=None,
        )
        return headlines(None if newest is None else newest.state)
    wanted = tuple(dict.fromkeys(measures))
    for name in wanted:
        if states and not any(name in _applying(state) for state in states):
            message = f"{known_measure(name).title} does not apply to {task_of(states[-1]).value}."
            hint = f"These do: {', '.join(sorted(_applying(states[-1])))}."
            raise Incompatible(message, hint=hint)
    return wanted


def _applying(state: State) -> set[str]:
    return {each.name for each in measures_for(state)}


def _points(
    known: Sequence[_Known],
    measures: tuple[str, ...],
    confidence: float,
    pairs: Mapping[int, PairedReport],
) -> list[LinePoint]:
    """Return each version's point, compared with the last one before it that has figures."""
    points: list[LinePoint] = []
    before: _Known | None = None
    for each in known:
        points.append(_point(each, before, measures, confidence, pairs))
        before = before if each.state is None else each
    return points


def _point(
    one: _Known,
    before: _Known | None,
    measures: tuple[str, ...],
    confidence: float,
    pairs: Mapping[int, PairedReport],
) -> LinePoint:
    if one.state is None:
        return LinePoint(
            labelled=0,
            figures=(),
            because=one.because,
            before=None,
            same_rows=None,
            paired=False,
            differences=(),
            verdict=None,
        )
    told = [name for name in measures if name in _applying(one.state)]
    kept = pairs.get(one.record.number)
    step = None if before is None else _step(one, before, told, confidence, kept)
    return LinePoint(
        labelled=one.state.labelled,
        figures=figures(one.state, told, confidence) if told else (),
        because=None if told else f"none of the measures applies to {task_of(one.state).value}",
        before=None if before is None else before.record.number,
        same_rows=None if before is None or before.sha256 is None else one.sha256 == before.sha256,
        paired=step is not None and step.paired,
        differences=() if step is None else step.differences,
        verdict=None if step is None else step.verdict,
    )


def _step(
    one: _Known,
    before: _Known,
    measures: Sequence[str],
    confidence: float,
    kept: PairedReport | None,
) -> _Step:
    """Compare a version with an earlier one: in pairs where that was computed of all measures."""
    assert one.state is not None  # noqa: S101 - who has none has no steps
    assert before.state is not None  # noqa: S101 - nor is it compared with
    numbers = one.record.number, before.record.number
    if task_of(one.state) is not task_of(before.state):
        words = f"Versions {numbers[0]} and {numbers[1]} do different things."
        return _Step(paired=False, differences=(), verdict=words)
    asked = [name for name in measures if name in _applying(before.state)]
    pairs: dict[str, DifferenceView] = {}
    if kept is not None and kept.other == numbers[1]:
        pairs = {each.measure: each for each in kept.differences if each.of is None}
    paired = bool(asked) and all(name in pairs for name in asked)
    if paired:
        found = tuple(pairs[name] for name in asked)
    else:
        told = differences(one.state, before.state, asked, confidence=confidence)
        found = tuple(map(difference_view, told))
    return _Step(paired=paired, differences=found, verdict=verdict(*numbers, found))
