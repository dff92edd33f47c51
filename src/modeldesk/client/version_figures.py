"""How good versions are on test sets and one after the other, asked of a running server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from modeldesk.client.transport import Query, Transport, at, span
from modeldesk.services.version_figure_views import VersionLine, VersionTestReport
from modeldesk.services.views import ModelOverview


class ClientVersionFigures:
    """Reads how good versions are, as `Desk.version_figures` does.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

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
            How often an interval should hold the true value, between 0 and 1.
        """
        query: dict[str, Query] = {"measure": measures, "confidence": confidence}
        if version is None:
            version = self._transport.get(at("models", name), ModelOverview).champion
        path = at("models", name, "versions", str(version), "test")
        return self._transport.get(path, VersionTestReport, query=query)

    def line(
        self,
        name: str,
        *,
        slice: str = "",  # noqa: A002  # what it is called everywhere else
        start: datetime | None = None,
        end: datetime | None = None,
        measures: Sequence[str] | None = None,
        confidence: float = 0.95,
        limit: int = 100,
    ) -> VersionLine:
        """Return how good each version is on its test set and on live labels, in their order.

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
            How often an interval should hold the true value, between 0 and 1.
        limit
            How many of the newest versions, up to 1,000.
        """
        query: dict[str, Query] = {
            "slice": slice or None,
            **span(start, end),
            "measure": measures,
            "confidence": confidence,
            "limit": limit,
        }
        path = at("models", name, "versions", "performance")
        return self._transport.get(path, VersionLine, query=query)
