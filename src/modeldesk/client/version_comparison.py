"""Versions compared in pairs by a running server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from modeldesk.client.transport import Query, Transport, at, span
from modeldesk.services.paired_views import PairedReport


class ClientVersionComparison:
    """Compares versions of a server's models in pairs.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def shadow(
        self,
        name: str,
        one: int,
        other: int,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 10_000,
        show: int = 20,
        slices: Sequence[str] = (),
    ) -> PairedReport:
        """Compare two versions on requests that one answered and the other shadowed.

        Parameters
        ----------
        name
            Name of the model.
        one, other
            The version that is judged, and the one that it is compared with.
        start, end
            Only rows whose time is in the range.
        limit
            Rows that are compared, the latest first.
        show
            Rows that are shown on which they disagree.
        slices
            Slices of the model, or conditions on inputs, whose improvements and regressions are
            counted.
        """
        query: dict[str, Query] = {
            "one": one,
            "other": other,
            **span(start, end),
            "limit": limit,
            "show": show,
            "slice": tuple(slices) or None,
        }
        path = at("models", name, "versions", "compare")
        return self._transport.get(path, PairedReport, query=query)
