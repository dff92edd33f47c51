"""Tables as files: nothing is lost, and no text runs in a program that shows sheets."""

from __future__ import annotations

import io

import polars as pl
import pytest

from modeldesk.services.table_files import FileKind, table_file

FRAME = pl.DataFrame(
    {
        "x": [-1.5, None, 3.0],
        "said": ["=HYPERLINK(1)", "fine, really", None],
        "v": [[1.0, 2.0], [3.0, None], None],
        "@name": ["+1", "-2", "@x"],
    }
)


def test_parquet_holds_the_table_as_it_is() -> None:
    """Types, nulls and texts."""
    assert pl.read_parquet(io.BytesIO(table_file(FRAME, FileKind.PARQUET))).equals(FRAME)


def test_csv_is_harmless() -> None:
    """Formulas have an apostrophe before them, in cells and names; numbers stay numbers."""
    read = pl.read_csv(io.BytesIO(table_file(FRAME, FileKind.CSV)))
    assert read["x"].to_list() == [-1.5, None, 3.0]
    assert read["said"].to_list() == ["'=HYPERLINK(1)", "fine, really", None]
    assert read["v"].to_list() == ["[1.0,2.0]", "[3.0,null]", None]
    assert read["'@name"].to_list() == ["'+1", "'-2", "'@x"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_every_beginning_of_a_formula_is_known(begin: str) -> None:
    """As OWASP lists them."""
    frame = pl.DataFrame({"a": [f"{begin}1"]})
    assert pl.read_csv(io.BytesIO(table_file(frame, FileKind.CSV)))["a"][0] == f"'{begin}1"
