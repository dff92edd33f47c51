"""What the documents show is true: their examples run and their links lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.examples import (
    markdown_files,
    modules_with_examples,
    run_docstrings,
    run_markdown,
)
from tests.support.links import broken_links
from tests.support.requirements import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EVERY_DOCUMENT = pytest.mark.parametrize(
    "document", markdown_files(), ids=lambda path: str(path.relative_to(ROOT))
)


@EVERY_DOCUMENT
def test_examples_of_a_document_run(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples of every document run, in an empty folder and a namespace of its own."""
    monkeypatch.chdir(tmp_path)
    run_markdown(document)


@EVERY_DOCUMENT
def test_relative_links_of_a_document_resolve(document: Path) -> None:
    """Every relative link leads to a file that exists and to a heading in it."""
    assert broken_links(document) == []


@pytest.mark.parametrize("module", modules_with_examples())
def test_examples_in_docstrings_run(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples in the docstrings of every module do what they show."""
    monkeypatch.chdir(tmp_path)
    run_docstrings(module)
