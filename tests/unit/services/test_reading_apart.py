"""Files that cannot be trusted are read by children: what ends one is told as a damaged file."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from modeldesk.errors import InvalidData
from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.pieces import PIECE_ROWS, Place
from modeldesk.services.reading_apart import CHILDREN, TableReaders
from modeldesk.services.row_files import RowFormat
from tests.support.tables import written

SIGNATURE = Signature(inputs=(Column(name="a", kind=Kind.FLOAT),))
FRAME = pl.DataFrame(
    {"a": [1.0, None, 3.0], "b": ["x", "yy", None], "c": [[1, 2], None, [3]], "d": ["a" * 27] * 3}
)
MEDIA = {
    RowFormat.PARQUET: "application/vnd.apache.parquet",
    RowFormat.ARROW_STREAM: "application/vnd.apache.arrow.stream",
    RowFormat.ARROW_FILE: "application/vnd.apache.arrow.file",
}


@pytest.fixture(scope="module")
def readers() -> Iterator[TableReaders]:
    """Return readers with their children, which are ended behind the tests."""
    readers = TableReaders()
    yield readers
    readers.close()


def read(readers: TableReaders, data: bytes, kind: RowFormat) -> pl.DataFrame:
    """Return the whole table."""
    with readers.body(data, kind) as file:
        assert file.head is not None
        return pl.concat([file.head, *(piece.frame for piece in file.pieces(Place()))])


@pytest.mark.parametrize("kind", MEDIA)
def test_a_table_is_read_as_it_was_written(
    readers: TableReaders, tmp_path: Path, kind: RowFormat
) -> None:
    """Types and nulls; also without rows, and from the middle of a file."""
    assert read(readers, written(FRAME, MEDIA[kind]), kind).equals(FRAME)
    assert read(readers, written(FRAME.clear(), MEDIA[kind]), kind).equals(FRAME.clear())
    long = pl.DataFrame({"n": range(2 * PIECE_ROWS)})
    path = tmp_path / "long"
    path.write_bytes(written(long, MEDIA[kind]))
    file = readers.open(path, kind, SIGNATURE)
    assert file.rows in {long.height, None}
    first = next(iter(file.pieces(Place())))
    rest = file.pieces(Place(rows=first.rows, bytes=first.end))
    assert pl.concat([first.frame, *(piece.frame for piece in rest)]).equals(long)


def test_text_is_read_here(readers: TableReaders, tmp_path: Path) -> None:
    """Its reader ends no process."""
    path = tmp_path / "rows.csv"
    path.write_text("a\n1\n")
    (piece,) = readers.open(path, RowFormat.CSV, SIGNATURE).pieces(Place())
    assert piece.frame.to_dicts() == [{"a": "1"}]


@pytest.mark.parametrize("kind", [RowFormat.PARQUET, RowFormat.ARROW_STREAM])
def test_what_ends_a_child_is_a_damaged_file(readers: TableReaders, kind: RowFormat) -> None:
    """Wherever a byte was changed, there is a table or a reason; and later files are read."""
    whole = written(FRAME, MEDIA[kind])
    first = 4 if kind is RowFormat.PARQUET else len(whole) // 2 - 120
    reasons = []
    for place in range(first, first + 140):
        try:
            read(readers, whole[:place] + b"\x7f" + whole[place + 1 :], kind)
        except InvalidData as error:
            reasons.append(str(error))
    assert any("untimely end" in reason for reason in reasons)
    assert read(readers, whole, kind).equals(FRAME)


@pytest.mark.parametrize("kind", MEDIA)
def test_a_file_that_is_cut_short_says_so(readers: TableReaders, kind: RowFormat) -> None:
    """And one that is something else."""
    whole = written(pl.DataFrame({"n": range(1000)}), MEDIA[kind])
    for damaged in (whole[: len(whole) // 2], b"nonsense", b""):
        with pytest.raises(InvalidData):
            read(readers, damaged, kind)


def test_children_are_kept_and_shared(readers: TableReaders) -> None:
    """More files than children are read at once; each waits for its turn."""
    data = written(FRAME, MEDIA[RowFormat.PARQUET])
    with ThreadPoolExecutor(2 * CHILDREN) as threads:
        tables = threads.map(lambda _: read(readers, data, RowFormat.PARQUET), range(4 * CHILDREN))
        assert all(table.equals(FRAME) for table in tables)


def test_a_child_that_takes_too_long_is_given_up() -> None:
    """Whatever keeps it busy."""
    readers = TableReaders(patience=0.001)
    with pytest.raises(InvalidData, match=r"no answer within 0\.001 seconds"):
        read(readers, written(FRAME, MEDIA[RowFormat.PARQUET]), RowFormat.PARQUET)
    readers.close()
