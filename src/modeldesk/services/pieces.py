"""A file of rows is read in pieces, from wherever reading was left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import polars as pl

from modeldesk.errors import Problem

PIECE_ROWS = 50_000
"""From this many rows on a piece is large enough for the log."""

PIECE_BYTES = 1 << 25
"""From this many bytes in memory on, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a file was read."""

    rows: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of a file, in order."""

    frame: pl.DataFrame
    """The rows that could be read as such."""
    positions: Sequence[int]
    """Where each of them lies among the rows of the piece, from 0."""
    unreadable: tuple[Problem, ...]
    """The others; their ``row`` is the position in the piece."""
    rows: int
    end: int
    """Where in the file the piece ends, in bytes."""


class RowFile(Protocol):
    """A file that can be read piece by piece."""

    @property
    def head(self) -> pl.DataFrame | None:
        """A table with its columns and no rows; ``None`` where each row has its own columns."""

    @property
    def rows(self) -> int | None:
        """How many rows it has; ``None`` where counting is like reading."""

    def pieces(self, after: Place) -> Iterator[Piece]:
        """Yield what comes after a place where a piece ended."""


def gathered(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Join small pieces, so that the log gets large chunks."""
    some: list[Piece] = []
    rows = size = 0
    for piece in pieces:
        some.append(piece)
        rows += piece.rows
        size += int(piece.frame.estimated_size())
        if rows >= PIECE_ROWS or size >= PIECE_BYTES:
            yield _joined(some)
            some, rows, size = [], 0, 0
    if some:
        yield _joined(some)


def _joined(some: Sequence[Piece]) -> Piece:
    if len(some) == 1:
        return some[0]
    positions: list[int] = []
    problems: list[Problem] = []
    rows = 0
    for piece in some:
        positions += [rows + position for position in piece.positions]
        problems += [replace(problem, row=rows + problem.row) for problem in piece.unreadable]
        rows += piece.rows
    return Piece(
        frame=pl.concat([piece.frame for piece in some]),
        positions=positions,
        unreadable=tuple(problems),
        rows=rows,
        end=some[-1].end,
    )
