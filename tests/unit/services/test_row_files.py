"""Files of rows are read piece by piece, from any place, and wrong rows cost no others."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pytest

from modeldesk.errors import InvalidData
from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.arrow_stream import ArrowStream
from modeldesk.services.pieces import Place
from modeldesk.services.row_files import RowFormat, ScannedFile, open_rows, pieces_of

if TYPE_CHECKING:
    from pathlib import Path

SIGNATURE = Signature(
    inputs=(Column(name="age", kind=Kind.FLOAT), Column(name="name", kind=Kind.TEXT))
)
WRITTEN = {
    RowFormat.CSV: lambda frame, path: frame.write_csv(path),
    RowFormat.NDJSON: lambda frame, path: frame.write_ndjson(path),
    RowFormat.PARQUET: lambda frame, path: frame.write_parquet(path),
    RowFormat.ARROW_FILE: lambda frame, path: frame.write_ipc(path),
}


@pytest.mark.parametrize("kind", list(WRITTEN))
def test_reading_goes_on_from_wherever_a_piece_ended(tmp_path: Path, kind: RowFormat) -> None:
    """The rest is the same as if all had been read at once, quotes and line ends included."""
    names = ['a "quoted", name', "two\nlines", "plain", ""] * 50_000
    frame = pl.DataFrame({"age": [float(n) for n in range(len(names))], "name": names})
    path = tmp_path / "rows"
    WRITTEN[kind](frame, path)
    file = open_rows(path, kind, SIGNATURE)
    pieces = list(file.pieces(Place()))
    assert len(pieces) > 3
    assert sum(piece.rows for piece in pieces) == frame.height
    ages = pl.concat([piece.frame["age"].cast(pl.Float64) for piece in pieces])
    assert ages.to_list() == frame["age"].to_list()
    rows = 0
    for piece in pieces[:-1]:
        rows += piece.rows
        rest = next(file.pieces(Place(rows=rows, bytes=piece.end)))
        assert float(rest.frame["age"][0]) == rows
    assert pieces[-1].end == path.stat().st_size


@pytest.mark.parametrize("kind", [RowFormat.PARQUET, RowFormat.ARROW_FILE])
@pytest.mark.parametrize("query_bytes", [1, 100_000, 1 << 26])
def test_columns_that_are_read_apart_stay_together(
    tmp_path: Path, kind: RowFormat, query_bytes: int
) -> None:
    """However few bytes a query may read, and though all rows lie in one row group."""
    numbers = pl.int_range(120_000, eager=True)
    columns = {f"x{n}": numbers * n for n in range(5)} | {"text": numbers.cast(pl.String)}
    frame = pl.DataFrame(columns)
    path = tmp_path / "rows"
    if kind is RowFormat.PARQUET:
        frame.write_parquet(path, row_group_size=frame.height)
        table = pl.scan_parquet(path)
    else:
        frame.write_ipc(path)
        table = pl.scan_ipc(path)
    file = ScannedFile(table, path, "table", query_bytes=query_bytes)
    pieces = list(file.pieces(Place(rows=7)))
    assert len(pieces) > 2
    assert pl.concat([piece.frame for piece in pieces]).equals(frame[7:])


def test_a_wrong_record_is_told_and_left_out(tmp_path: Path) -> None:
    """Whether it has too many cells, a broken quote or is no text; blank lines are empty rows."""
    path = tmp_path / "rows.csv"
    path.write_bytes(
        b'\xef\xbb\xbfage,name\r\n1,a\r\n2,b,c\r\n3,"d\r\ne"\r\n4,\xff\r\n\r\n5,f\r\n6,"g"h\r\n7,i'
    )
    (piece,) = pieces_of(open_rows(path, RowFormat.CSV, SIGNATURE), Place())
    assert piece.rows == 8
    assert [(problem.row, problem.problem) for problem in piece.unreadable] == [
        (1, "too many cells, or a quote in the wrong place"),
        (3, "not in UTF-8"),
        (6, "too many cells, or a quote in the wrong place"),
    ]
    assert list(piece.positions) == [0, 2, 4, 5, 7]
    assert piece.frame["age"].to_list() == ["1", "3", None, "5", "7"]
    assert piece.frame["name"].to_list() == ["a", "d\r\ne", None, "f", "i"]


def test_a_wrong_line_is_told_and_left_out(tmp_path: Path) -> None:
    """JSON that breaks off, other types and unknown names; own keys and times are text."""
    path = tmp_path / "rows.ndjson"
    lines = [
        '{"age": 1, "name": "a", "row_id": 7, "timestamp": "2026-03-01T00:00:00Z"}',
        '{"age": 2, "name": ',
        "",
        '{"age": "three", "name": "c"}',
        '{"age": 4, "name": "d", "row_id": "x"}',
        '{"age": 5, "name": "e", "colour": "red"}',
        "[6]",
    ]
    path.write_text("\n".join(lines))
    (piece,) = pieces_of(open_rows(path, RowFormat.NDJSON, SIGNATURE), Place())
    assert piece.rows == 6
    assert [problem.row for problem in piece.unreadable] == [1, 2, 4, 5]
    assert list(piece.positions) == [0, 3]
    assert piece.frame["age"].to_list() == [1.0, 4.0]
    assert piece.frame["row_id"].to_list() == ["7", "x"]
    assert piece.frame["timestamp"].to_list() == ["2026-03-01T00:00:00Z", None]


def _stream(batches: int, rows: int) -> bytes:
    """Return a stream of batches with a dictionary, as PyArrow writes it."""
    sink = io.BytesIO()
    whole = pa.table(
        {
            "age": pa.array(range(batches * rows), pa.float64()),
            "name": pa.array([f"n{n % 3}" for n in range(batches * rows)]).dictionary_encode(),
        }
    )
    with pyarrow.ipc.new_stream(sink, whole.schema) as writer:
        writer.write_table(whole, max_chunksize=rows)
    return sink.getvalue()


@pytest.mark.parametrize("skip", [0, 1, 9, 10, 11, 25, 49])
def test_batches_of_an_arrow_stream_are_read_one_by_one(skip: int) -> None:
    """With their dictionaries, and without reading what is passed over."""
    stream = ArrowStream(io.BytesIO(_stream(5, 10)))
    assert stream.columns.names() == ["age", "name"]
    frames = list(stream.frames(skip=skip))
    assert len(frames) == 5 - skip // 10
    found = pl.concat([frame.with_columns(pl.col("name").cast(pl.String)) for frame in frames])
    assert found["age"].to_list() == [float(n) for n in range(skip, 50)]
    assert found["name"].to_list() == [f"n{n % 3}" for n in range(skip, 50)]


def test_a_broken_arrow_stream_is_refused() -> None:
    """Wherever it is cut, or whichever byte of its frame is wrong, it is one sentence."""
    data = _stream(3, 10)
    whole = sum(frame.height for frame in ArrowStream(io.BytesIO(data)).frames())
    assert whole == 30
    for end in range(1, len(data) - 8, 5):
        # A stream may end without its mark, but only between two messages: nothing is half read.
        heights: list[int] = []
        with suppress(InvalidData):
            heights += [frame.height for frame in ArrowStream(io.BytesIO(data[:end])).frames()]
        assert set(heights) <= {10}
    with pytest.raises(InvalidData, match="begins with other bytes"):
        ArrowStream(io.BytesIO(b"ARROW1\0\0" + data))
    with pytest.raises(InvalidData, match="does not begin with a schema"):
        ArrowStream(io.BytesIO(b""))
