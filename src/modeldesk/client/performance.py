"""How good versions are, asked of a running server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from modeldesk.client.transport import Query, Transport, at, span
from modeldesk.performance import Costs
from modeldesk.services.change_views import AttributionReport
from modeldesk.services.fairness_views import FairnessReport
from modeldesk.services.performance_parts import PartsTable
from modeldesk.services.performance_views import (
    ComparedVersions,
    ConfusionView,
    CurvesView,
    ErrorsView,
    PerformanceReport,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    segments: tuple[str, ...]


class ClientPerformance:
    """Reads how good versions are, as `Desk.performance` does.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

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
            Only the rows of this segment, such as ``country=DE``.
        slice
            Only the rows of this slice, instead of a segment.
        start, end
            Days that begin at or after ``start`` and before ``end``.
        measures
            Which measures; unless told, all that apply to the range, and a few that fit the task
            for each day.
        confidence
            How often an interval should hold the true value, between 0 and 1.
        """
        query = _rows(segment, slice, start, end) | {
            "version": version,
            "measure": measures,
            "confidence": confidence,
        }
        return self._transport.get(
            at("models", name, "performance"), PerformanceReport, query=query
        )

    def segments(self, name: str, *, version: int | None = None) -> tuple[str, ...]:
        """Return the names of the segments of which a version has labelled rows."""
        path = at("models", name, "performance", "segments")
        return self._transport.get(path, _Segments, query={"version": version}).segments

    def confusion(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ConfusionView:
        """Return how often each class was predicted for each; parameters as for `report`."""
        path = at("models", name, "performance", "confusion")
        query = _rows(segment, slice, start, end) | {"version": version}
        return self._transport.get(path, ConfusionView, query=query)

    def curves(
        self,
        name: str,
        *,
        version: int | None = None,
        of: str | None = None,
        costs: Costs | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> CurvesView:
        """Return ROC, precision over recall, calibration, and what each threshold would give.

        Parameters
        ----------
        name, version, segment, slice, start, end
            As for `report`.
        of
            The class; ``None``: the positive one of two.
        costs
            What each outcome costs, by which thresholds are told apart; one per mistake unless
            told.
        """
        path = at("models", name, "performance", "curves")
        query = _rows(segment, slice, start, end) | {"version": version, "of": of}
        if costs is not None:
            query |= asdict(costs)
        return self._transport.get(path, CurvesView, query=query)

    def errors(
        self,
        name: str,
        *,
        version: int | None = None,
        segment: str = "",
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ErrorsView:
        """Return how the errors of numbers are distributed; parameters as for `report`."""
        path = at("models", name, "performance", "errors")
        query = _rows(segment, slice, start, end) | {"version": version}
        return self._transport.get(path, ErrorsView, query=query)

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

        Parameters
        ----------
        name, version, start, end, confidence
            As for `report`.
        measures
            Which measures; a few that fit the task unless told.
        daily
            Measures to give of each day of each part.
        """
        path = at("models", name, "performance", "parts")
        query: dict[str, Query] = {
            "version": version,
            **span(start, end),
            "measure": measures,
            "daily": daily or None,
            "confidence": confidence,
        }
        return self._transport.get(path, PartsTable, query=query)

    def compare(  # noqa: PLR0913  # one keyword for each thing that can be asked
        self,
        name: str,
        one: int | None = None,
        other: int | None = None,
        *,
        segment: str = "",
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
    ) -> ComparedVersions:
        """Compare two versions, each on its own labelled rows.

        Of rows that both predicted, one of them as a shadow, this misses differences.

        Parameters
        ----------
        name, segment, slice, start, end, measures
            As for `report`.
        one, other
            The version that is judged, and the one that it is compared with; ``None``: the
            champion.
        confidence
            The chance that no difference at all is called where there is none.
        """
        path = at("models", name, "performance", "versions")
        query = _rows(segment, slice, start, end) | {
            "one": one,
            "other": other,
            "measure": measures,
            "confidence": confidence,
        }
        return self._transport.get(path, ComparedVersions, query=query)

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
            The column whose segments are the groups.
        groups
            Instead of it, the names of segments, such as ``country=DE``, and slices.
        against
            The group that the others are compared with; with all others together unless told.
        of
            Of which class; unless told, of the positive one where there are two, else of all.
        measures
            Which measures; a few that fit the task unless told.
        confidence
            The chance that no difference at all is called where there is none.
        """
        path = at("models", name, "performance", "fairness")
        query: dict[str, Query] = {
            "by": by,
            "group": groups,
            "against": against,
            "of": of,
            "version": version,
            **span(start, end),
            "measure": measures,
            "confidence": confidence,
        }
        return self._transport.get(path, FairnessReport, query=query)

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
        most_rows: int = 50_000,
        confidence: float = 0.95,
    ) -> AttributionReport:
        """Tell which columns, segments and slices a change of performance comes from.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Rows whose time is in this range; the last week with labelled rows unless told.
        base_start, base_end
            The rows that they are compared with; unless told, those of the same time before, or
            of estimates those that were learned from.
        estimated
            Whether losses are those that are expected without labels.
        squared
            Of numbers, count the square of the error instead of its size.
        most_rows
            Rows of either range that are read at most; a server reads up to 200,000.
        confidence
            The chance that nothing at all is said to be more than chance where nothing changed.
        """
        path = at("models", name, "performance", "attribution")
        base = span(base_start, base_end)
        query: dict[str, Query] = {
            "version": version,
            **span(start, end),
            "base_from": base["from"],
            "base_to": base["to"],
            "estimated": "true" if estimated else "false",
            "squared": "true" if squared else "false",
            "rows": most_rows,
            "confidence": confidence,
        }
        return self._transport.get(path, AttributionReport, query=query)


def _rows(
    segment: str, slice_name: str, start: datetime | None, end: datetime | None
) -> dict[str, Query]:
    return {"segment": segment or None, "slice": slice_name or None, **span(start, end)}
