"""Slices from afar: the named conditions of a server's models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from modeldesk.client.transport import Transport, at, span
from modeldesk.services.slice_views import CheckedExpression, SliceView, WorstSlices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slices:
    slices: tuple[SliceView, ...]


class ClientSlices:
    """Keeps and finds the slices of a server's models.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def of(self, name: str) -> tuple[SliceView, ...]:
        """Return a model's slices in the order of their names."""
        return self._transport.get(at("models", name, "slices"), _Slices).slices

    def define(self, name: str, slice_name: str, expression: str) -> SliceView:
        """Keep a slice, instead of one of the same name if there is one.

        Parameters
        ----------
        name
            The model.
        slice_name
            What people call it.
        expression
            The condition, in the language of slices.

        Raises
        ------
        InvalidExpression
            When the condition is wrong; ``start`` and ``end`` are the place.
        """
        body = msgspec.json.encode({"name": slice_name, "expression": expression})
        return self._transport.post(at("models", name, "slices"), SliceView, body=body)

    def delete(self, name: str, slice_name: str) -> SliceView:
        """Delete a slice, with what was evaluated of it, and return what it was."""
        path = at("models", name, "slices", slice_name)
        return self._transport.delete(path, SliceView, query={})

    def check(
        self, name: str, expression: str, *, version: int | None = None, cursor: int | None = None
    ) -> CheckedExpression:
        """Say what a condition means and how many of the newest rows it is true of.

        Parameters
        ----------
        name, version
            The model, and the version whose rows are tried; ``None``: the champion.
        expression
            The condition, maybe unfinished.
        cursor
            How many characters stand before the cursor, to say what may come there.
        """
        asked = {"expression": expression, "version": version, "cursor": cursor}
        path = at("models", name, "slices", "check")
        return self._transport.post(path, CheckedExpression, body=msgspec.json.encode(asked))

    def find(
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        squared: bool = False,
        min_rows: int = 20,
        limit: int = 10,
        rows: int = 100_000,
    ) -> WorstSlices:
        """Look for the slices in which a version is worst, over its newest labelled rows.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Only rows whose time is in the range.
        squared
            Of numbers, count the square of the error instead of its size.
        min_rows
            A slice has at least so many rows.
        limit
            How many slices are told at most.
        rows
            How many of the newest labelled rows are looked at at most.
        """
        query: dict[str, str | int | None] = {
            "version": version,
            **span(start, end),
            "squared": "true" if squared else "false",
            "min_rows": min_rows,
            "limit": limit,
            "rows": rows,
        }
        return self._transport.get(at("models", name, "slices", "find"), WorstSlices, query=query)
