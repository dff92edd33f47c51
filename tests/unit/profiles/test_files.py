"""Files and folders are profiled part by part."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modeldesk.errors import InvalidData
from modeldesk.profiles import Profile, profile, profile_file
from modeldesk.profiles.records import BLOCK
from modeldesk.schema import Kind

ROWS = 300_000


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Return a table of some columns, large enough to be read in several parts."""
    random = np.random.default_rng(5)
    return pl.DataFrame(
        {
            "number": pl.Series(random.normal(size=ROWS)).set(
                pl.Series(random.random(ROWS) < 0.1), None
            ),
            "whole": random.integers(0, 50, ROWS),
            "level": pl.Series(["red", "blue, or so", 'a "quoted" one', "two\nlines"]).gather(
                random.integers(0, 4, ROWS)
            ),
            "flag": random.random(ROWS) < 0.5,
            "day": pl.Series([date(2026, 1, 1), date(2026, 1, 2)]).gather(
                random.integers(0, 2, ROWS)
            ),
            "time": pl.Series([datetime(2026, 1, 1, 1, tzinfo=UTC)]).gather([0] * ROWS),
            "key": [f"k{number:09}" for number in range(ROWS)],
        },
        schema_overrides={"time": pl.Datetime("us", "UTC")},
    )


def told(done: Profile) -> list[tuple[object, ...]]:
    """Return what must be the same however a table was read."""
    return [
        (c.name, c.kind, c.counts, c.frequent, c.moments and c.moments.maximum)
        for c in done.columns
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".CSV"])
def test_a_file_is_profiled_like_the_table(
    table: pl.DataFrame, tmp_path: Path, suffix: str
) -> None:
    """Whatever the format, the profile is that of the table."""
    path = tmp_path / f"table{suffix}"
    write = table.write_parquet if suffix == ".parquet" else table.write_csv
    write(path)
    kinds = {"key": Kind.IDENTIFIER}
    done, whole = profile_file(path, kinds=kinds), profile(table, kinds=kinds)
    assert told(done) == told(whole)
    assert done.rows == ROWS
    assert done.correlations is not None
    assert whole.correlations is not None
    matrices = done.correlations.matrix(), whole.correlations.matrix()
    np.testing.assert_allclose(*matrices, atol=1e-9)


def test_a_folder_is_one_table(table: pl.DataFrame, tmp_path: Path) -> None:
    """CSV and Parquet files of a folder are profiled together; other files are passed over."""
    table[:1000].write_csv(tmp_path / "a.csv")
    table[1000:2500].write_parquet(tmp_path / "b.parquet")
    (tmp_path / "notes.txt").write_text("nothing of interest")
    (tmp_path / "inner.csv").mkdir()
    (tmp_path / "inner.csv").rmdir()
    assert told(profile_file(str(tmp_path))) == told(profile(table[:2500]))


def csv(folder: Path, text: str | bytes) -> Path:
    """Write a CSV file."""
    path = folder / "some.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_late_values_widen_a_column_and_none_is_lost(tmp_path: Path) -> None:
    """Fractions after a million whole numbers, and words among numbers, are all counted."""
    early = "".join(f"{n},{n},true,2026-01-01,{n},\n" for n in range(1_000_000))
    late = "x,1.5,maybe,2026-01-02,word,7\n,inf,false,someday,9,8\n"
    done = profile_file(csv(tmp_path, "a,b,c,d,e,f\n" + early + late * 2))
    assert done.rows == 1_000_004
    assert done.column("a").types == {"integer": 1_000_000, "string": 2}
    assert (done.column("a").kind, done.column("a").missing) == (Kind.INTEGER, 2)
    assert done.column("b").types == {"integer": 1_000_000, "fractional": 4}
    assert (done.column("b").kind, done.column("b").positive_infinite) == (Kind.FLOAT, 2)
    assert done.column("c").types == {"boolean": 1_000_002, "string": 2}
    assert done.column("d").types == {"date": 1_000_002, "string": 2}
    assert done.column("e").types == {"integer": 1_000_002, "string": 2}
    assert done.column("f").missing == 1_000_000
    assert done.column("f").types == {"integer": 4}


def test_numbers_that_were_none_are_read_as_strings(tmp_path: Path) -> None:
    """Where more than a tenth of the values is no number, the column was never of numbers."""
    early = "".join(f"{n % 7},{n}\n" for n in range(700_000))
    late = "".join(f"A{n % 7},{n}\n" for n in range(700_000))
    path = csv(tmp_path, "code,n\n" + early + late)
    code = profile_file(path).column("code")
    assert (code.kind, code.types) == (Kind.CATEGORICAL, {"string": 1_400_000})
    assert code.frequent is not None
    assert {item.count for item in code.frequent.items()} == {100_000}
    given = profile_file(path, kinds={"code": Kind.INTEGER}).column("code")
    assert (given.kind, given.types) == (Kind.INTEGER, {"integer": 700_000, "string": 700_000})


def test_strings_stay_as_they_are_written(tmp_path: Path) -> None:
    """Codes with leading zeros keep them, where the kind says that they are strings."""
    path = csv(tmp_path, "code\n007\n012\n")
    assert profile_file(path).column("code").kind is Kind.INTEGER
    done = profile_file(path, kinds={"code": Kind.CATEGORICAL}).column("code")
    assert done.frequent is not None
    assert [item.value for item in done.frequent.items()] == ["007", "012"]


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("a,b\n", ("a", "b"), 0),
        ("a,b", ("a", "b"), 0),
        ("a\n1\n2", ("a",), 2),
        ("a,b\r\n1,2\r\n3,4\r\n", ("a", "b"), 2),
        (b"\xef\xbb\xbfa,b\n1,2\n", ("a", "b"), 1),
        (",b\n1,2\n", ("", "b"), 1),
        ('"a, or\nb",c\n1,2\n', ("a, or\nb", "c"), 1),
        ('a\n"x\ny"\n', ("a",), 1),
    ],
)
def test_unusual_files(tmp_path: Path, text: str | bytes, names: tuple[str], rows: int) -> None:
    """Headers alone, marks, line ends and quotes of every sort are read."""
    done = profile_file(csv(tmp_path, text))
    assert (done.names, done.rows) == (names, rows)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("some.csv", b"", "holds no table"),
        ("some.csv", b"a,a\n1,2\n", "two columns are named 'a'"),
        ("some.csv", b"a,b\n1,2\n1,2,3\n", "cannot be read as csv"),
        ("some.csv", b"a\n\xff\xfe\n", "cannot be read as csv"),
        ("some.parquet", b"no parquet", "cannot be read as parquet"),
        ("some.parquet", b"PAR1\0\0\0\0PAR1", "cannot be read as parquet"),
        ("some.txt", b"a", "neither a CSV nor a Parquet file"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """What cannot be read is refused, with the file's name."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidData, match=words) as caught:
        profile_file(tmp_path / name)
    assert name in str(caught.value)
    assert caught.value.hint


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """A missing file and a folder without tables are named."""
    with pytest.raises(InvalidData, match=r"There is no file .*nowhere\.csv"):
        profile_file(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidData, match=r"has no \.csv or \.parquet files"):
        profile_file(tmp_path)


def test_a_record_that_never_ends_is_refused_in_time(tmp_path: Path) -> None:
    """A quote that is not closed does not fill the memory."""
    path = csv(tmp_path, b'a\n"' + b"x\n" * 45_000_000)
    with pytest.raises(InvalidData, match="longer than 64 MB"):
        profile_file(path)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_large_files_are_read_in_bounded_memory(tmp_path: Path, suffix: str) -> None:
    """A table of 200 MB takes less than 300 MB, all libraries included."""
    random = np.random.default_rng(1)
    path = tmp_path / f"large{suffix}"
    frame = pl.DataFrame({f"c{n}": random.normal(size=500_000) for n in range(50)})
    if suffix == ".csv":
        frame[:200_000].write_csv(path)
    else:
        frame.write_parquet(path, row_group_size=100_000)
    program = """
import pathlib, sys
from modeldesk.profiles import profile_file
done = profile_file(sys.argv[1])
lines = pathlib.Path("/proc/self/status").read_text().splitlines()
(peak,) = (int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
print(done.rows, len(done.columns), peak)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    rows, columns, peak = map(int, done.stdout.split())
    assert (rows, columns) == (frame.height if suffix == ".parquet" else 200_000, 50)
    assert peak < 300


def test_types_of_a_block_that_fits_no_more(tmp_path: Path) -> None:
    """In a block with misfits all columns are read value by value, new ones by what they hold."""
    word, rows = "word" * 12, 220_000
    early = "".join(f"{n},2026-01-01T00:00:00Z,{word},,,,,\n" for n in range(rows))
    assert len(early) > BLOCK
    late = "x,never,word,1.5,true,2026-01-01,2026-01-01 10:00,said\n,,,,,,,\n"
    done = profile_file(csv(tmp_path, "a,b,c,d,e,f,g,h\n" + early + late))
    assert [c.types.get("string", 0) for c in done.columns] == [1, 1, rows + 1, 0, 0, 0, 0, 1]
    assert [c.kind.value for c in done.columns] == [
        "integer", "datetime", "categorical", "float", "boolean", "date", "datetime", "categorical",
    ]  # fmt: skip
    assert {c.missing for c in done.columns[3:]} == {rows + 1}
