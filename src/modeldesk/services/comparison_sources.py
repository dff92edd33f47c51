"""Where the rows may come from on which two versions are compared, and comparing them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.paired_reports import input_slices
from modeldesk.services.paired_views import PairedReport
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.services.registry import Registry
from modeldesk.services.slice_book import SliceBook
from modeldesk.services.version_comparison import MOST_SLICES, ComparisonChoices, VersionComparison
from modeldesk.services.version_figures import VersionFigures
from modeldesk.services.version_list import VersionList
from modeldesk.store import VersionRecord


class Source(StrEnum):
    """Where the rows come from that two versions predicted."""

    TEST = "test"
    """The test set that the first was published with, when the second was the champion."""
    SHADOW = "shadow"
    """Requests that one answered and the other shadowed."""
    REPLAY = "replay"
    """Logged requests of the second, which the first predicts once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source, and whether there is anything in it."""

    source: Source
    because: str
    """Why two versions cannot be compared there; empty where they can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Two versions, and the rows on which they are compared."""

    one: int
    """The version that is judged."""
    other: int
    source: Source
    start: datetime | None = None
    """Only rows from here on; of a test set all are taken."""
    rows: int = 10_000
    """How many at most, the latest first."""
    shown: int = 60
    """How many are shown on which the versions disagree."""


class PairedSources:
    """Finds out where two versions can be compared, and compares them.

    Parameters
    ----------
    registry
        Models and versions.
    comparison
        Compares on logged requests.
    figures
        Knows what was compared when versions were published.
    listed
        Knows which versions have answered, and which shadowed.
    slices
        The slices of models.
    """

    def __init__(
        self,
        registry: Registry,
        comparison: VersionComparison,
        figures: VersionFigures,
        listed: VersionList,
        slices: SliceBook,
    ) -> None:
        self._registry = registry
        self._comparison = comparison
        self._figures = figures
        self._listed = listed
        self._slices = slices

    def of(self, name: str, one: int, other: int) -> tuple[SourceView, ...]:
        """Return every source, and why there is nothing in it, without comparing anything.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        mine, theirs = self._registry.record(name, one), self._registry.record(name, other)
        told = {
            Source.TEST: _no_test(mine, theirs),
            Source.SHADOW: self._no_shadow(mine, theirs),
            Source.REPLAY: self._no_replay(mine, theirs),
        }
        same = "A version is not compared with itself." if one == other else ""
        return tuple(SourceView(source=each, because=same or told[each]) for each in Source)

    def compare(self, name: str, wanted: Wanted, *, progress: Progress = UNSEEN) -> PairedReport:
        """Compare two versions on the rows of a source, with the model's slices of inputs.

        Parameters
        ----------
        name
            The model.
        wanted
            The versions, and the rows.
        progress
            Is told of rows that are predicted once more, and can end that.

        Raises
        ------
        NotFound
            When there is no such model or version, or they were not compared at publish.
        InvalidArgument
            When a version is compared with itself, or so many rows are not acceptable.
        Incompatible
            When the versions predict different things, or the log does not keep an input.
        UnsupportedModel, ModelFailed
            When the first has to predict, and cannot be loaded or fails again and again.
        """
        one, other = wanted.one, wanted.other
        if one == other:
            message = "A version is not compared with itself."
            raise InvalidArgument(message, hint="Choose two versions.")
        if wanted.source is Source.TEST:
            return self._at_publish(name, one, other)
        choices = ComparisonChoices(
            rows=wanted.rows, shown=wanted.shown, slices=self._conditions(name, one, other)
        )
        if wanted.source is Source.SHADOW:
            compare = self._comparison.shadow
            return compare(name, one, other, start=wanted.start, choices=choices)
        return self._comparison.replay(
            name, one, against=other, start=wanted.start, choices=choices, progress=progress
        )

    def _at_publish(self, name: str, one: int, other: int) -> PairedReport:
        mine, theirs = self._registry.record(name, one), self._registry.record(name, other)
        because = _no_test(mine, theirs)
        report = None if because else self._figures.test(name, version=one).comparison
        if report is None or report.other != other:
            hint = "Replay logged requests instead, or compare in the shadow."
            raise NotFound(because or "They were not compared at publish.", hint=hint)
        return report

    def _no_shadow(self, one: VersionRecord, other: VersionRecord) -> str:
        listed = self._listed.of(one.model, (one.number, other.number))
        if any(each.shadowed for each in listed):
            return ""
        return "Neither of them has shadowed the other."

    def _no_replay(self, one: VersionRecord, other: VersionRecord) -> str:
        if one.flavor == EXTERNAL:
            return f"Version {one.number} is served elsewhere and cannot predict here."
        listed = self._listed.of(one.model, (other.number,))
        if any(each.predictions for each in listed):
            return ""
        return f"Version {other.number} has answered no request that could be replayed."

    def _conditions(self, name: str, *numbers: int) -> Mapping[str, str]:
        """Return the slices that can be told of pairs: those that speak of inputs alone."""
        records = [self._registry.record(name, number) for number in numbers]
        found: dict[str, str] = {}
        for each in self._slices.of(name)[:MOST_SLICES]:
            try:
                input_slices({each.name: each.expression}, *records)
            except (InvalidArgument, Incompatible):
                continue
            found[each.name] = each.expression
        return found


def _no_test(one: VersionRecord, other: VersionRecord) -> str:
    if one.test is None:
        return f"Version {one.number} was published without a test set."
    if one.test.against == other.number:
        return ""
    if other.test is not None and other.test.against == one.number:
        return (
            f"Version {other.number} was compared with version {one.number} when it was "
            "published: swap them."
        )
    if one.test.against is None:
        return f"When version {one.number} was published: {one.test.verdict}"
    return (
        f"When version {one.number} was published, it was compared with the champion then, "
        f"version {one.test.against}."
    )
