"""The demo's folder: fresh every time, and never one that is somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modeldesk.demo.home import MARKER, demo_home
from modeldesk.errors import Conflict, InvalidArgument

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    """The folder and those above it are made, and stay when the demo ends."""
    with demo_home(tmp_path / "a" / "b") as folder:
        assert folder == tmp_path / "a" / "b"
    assert (folder / MARKER).read_text().startswith("modeldesk made this folder")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """A folder with nothing in it can be the demo's."""
    with demo_home(tmp_path) as folder:
        assert [path.name for path in folder.iterdir()] == [MARKER]


def test_what_an_earlier_demo_left_is_deleted(tmp_path: Path) -> None:
    """Files, folders and links of an earlier demo go; what links point at stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("mine")
    with demo_home(tmp_path / "demo") as folder:
        (folder / "modeldesk.db").write_text("old")
        (folder / "artefacts").mkdir()
        (folder / "artefacts" / "model").write_text("old")
        (folder / "link").symlink_to(outside)
    with demo_home(folder):
        assert [path.name for path in folder.iterdir()] == [MARKER]
    assert (outside / "kept.txt").read_text() == "mine"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A folder with files but without the marker is refused, and so is a file."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Conflict, match="was not made by the demo"), demo_home(tmp_path):
        pass
    with pytest.raises(Conflict), demo_home(tmp_path / "thesis.txt"):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    """A folder in which a demo runs is refused until that demo has ended."""
    second = pytest.raises(Conflict, match="A demo is running")
    with demo_home(tmp_path), second, demo_home(tmp_path):
        pass
    with demo_home(tmp_path) as folder:
        assert folder == tmp_path


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Where no folder can be, the error says which folder and why."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidArgument, match="cannot be used"), demo_home(tmp_path / "file" / "x"):
        pass
