"""Files with pages of one's own: what they mark, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modeldesk.errors import InvalidArgument
from modeldesk.ui.own import page, read_files

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from modeldesk.ui.own import page, panel\n"


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    """Write a file of pages."""
    file = folder / name
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def test_marked_functions_become_pages_and_panels(tmp_path: Path) -> None:
    """In the order of the file; places are made of titles unless told."""
    text = """
@page("Net Margins, daily")
def one(look): ...

@page("Rows", place="raw", model=True)
async def two(look): ...

@panel("Owner")
def three(look): ...

def four(look): ...
"""
    found = read_files([written(tmp_path, text)])
    assert [(each.title, each.place) for each in found.of_desk] == [
        ("Net Margins, daily", "net-margins-daily")
    ]
    assert [(each.title, each.place) for each in found.of_model] == [("Rows", "raw")]
    assert [each.title for each in found.panels] == ["Owner"]
    assert read_files([]).pages == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "marks no function"),
        ("1 / 0", "ZeroDivisionError"),
        ("def broken(", "SyntaxError"),
        ('@page("!")\ndef one(look): ...', "is no place"),
        (
            '@page("A")\ndef one(look): ...\n@page("a")\ndef two(look): ...',
            "Two pages want the place 'a'",
        ),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, words: str) -> None:
    """Before the server starts."""
    with pytest.raises(InvalidArgument, match=words):
        read_files([written(tmp_path, text)])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """So is one that is no Python."""
    with pytest.raises(InvalidArgument, match=r"nowhere\.py"):
        read_files([tmp_path / "nowhere.py"])
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidArgument, match=r"notes\.txt"):
        read_files([tmp_path / "notes.txt"])


def test_a_place_has_no_other_signs() -> None:
    """As it is part of an address."""
    with pytest.raises(InvalidArgument, match="no place"):
        page("Fine", place="../x")
