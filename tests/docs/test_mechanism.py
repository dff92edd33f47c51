"""An example or a link that is wrong does not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.examples import ExampleFailedError, run_docstrings, run_markdown
from tests.support.links import broken_links

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in an empty folder."""
    monkeypatch.chdir(tmp_path)


def document(folder: Path, text: str) -> Path:
    """Write a Markdown document."""
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_python_blocks_share_the_namespace_of_their_document(tmp_path: Path) -> None:
    """A block uses what the blocks above it defined."""
    page = document(tmp_path, "```python\na = 1\n```\ntext\n```python\nassert a == 1\n```\n")
    assert run_markdown(page) == 2


def test_a_failing_python_block_fails(tmp_path: Path) -> None:
    """A Python block that raises fails its document."""
    page = document(tmp_path, "```python\n1 / 0\n```\n")
    with pytest.raises(ZeroDivisionError):
        run_markdown(page)


def test_an_interactive_block_is_compared_with_what_it_shows(tmp_path: Path) -> None:
    """A block with prompts fails when it prints something else than it shows."""
    assert run_markdown(document(tmp_path, "```python\n>>> 1 + 1\n2\n```\n")) == 1
    with pytest.raises(AssertionError, match="Expected"):
        run_markdown(document(tmp_path, "```python\n>>> 1 + 1\n3\n```\n"))


def test_a_shell_block_runs_only_when_marked(tmp_path: Path) -> None:
    """A bash block without the mark is shown, not run; with it, it must succeed."""
    assert run_markdown(document(tmp_path, "```bash\nexit 1\n```\n")) == 0
    with pytest.raises(ExampleFailedError, match="exit code 1"):
        run_markdown(document(tmp_path, "<!-- run -->\n```bash\nexit 1\n```\n"))


def test_a_shell_block_finds_the_programs_of_this_environment(tmp_path: Path) -> None:
    """A marked block runs in the document's folder with this Python first."""
    page = document(tmp_path, "<!-- run -->\n```bash\npython -c 'import sybil' > out\n```\n")
    assert run_markdown(page) == 1
    assert (tmp_path / "out").exists()


def test_a_console_block_is_compared_with_what_it_shows(tmp_path: Path) -> None:
    """A marked console block fails when a command prints something else than shown."""
    assert run_markdown(document(tmp_path, console("$ echo one two\none ...\n"))) == 1
    with pytest.raises(ExampleFailedError, match="expected:\nthree"):
        run_markdown(document(tmp_path, console("$ echo one two\nthree\n")))


def test_a_command_of_a_console_block_may_span_lines(tmp_path: Path) -> None:
    """A backslash at the end continues a command on the next line."""
    assert run_markdown(document(tmp_path, console("$ echo one \\\n    two\none two\n"))) == 1


def console(text: str) -> str:
    """Return a console block that is marked to run."""
    return f"<!-- run -->\n```console\n{text}```\n"


def test_a_block_may_be_skipped_with_a_reason(tmp_path: Path) -> None:
    """A skipped block does not run; the blocks after it do."""
    skipped = '<!-- skip: next "needs a cluster" -->\n```python\n1 / 0\n```\n'
    assert run_markdown(document(tmp_path, skipped + "```python\n1\n```\n")) == 1


def test_a_block_may_not_be_skipped_without_a_reason(tmp_path: Path) -> None:
    """Skipping a block without saying why fails its document."""
    page = document(tmp_path, "<!-- skip: next -->\n```python\n1\n```\n")
    with pytest.raises(ExampleFailedError, match="says why"):
        run_markdown(page)


def test_docstring_examples_are_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docstring's example counts, and fails its module when it shows something wrong."""
    monkeypatch.syspath_prepend(tmp_path)
    text = (
        'def double(x):\n    """Double.\n\n    >>> double(2)\n    {}\n    """\n    return 2 * x\n'
    )
    (tmp_path / "right_example.py").write_text(text.format(4), encoding="utf-8")
    (tmp_path / "wrong_example.py").write_text(text.format(5), encoding="utf-8")
    assert run_docstrings("right_example") == 1
    with pytest.raises(ExampleFailedError, match="Expected:\n    5"):
        run_docstrings("wrong_example")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](other.md)", []),
        ("[a](other.md#one-two)", []),
        ("[a](#here)\n\n# Here\n", []),
        ("[a](https://example.org/missing.md)", []),
        ("`[a](missing.md)`\n\n```text\n[a](missing.md)\n```\n", []),
        ("[a](missing.md)", ["missing.md"]),
        ("![a](missing.png)", ["missing.png"]),
        ('<img src="missing.png">', ["missing.png"]),
        ("[a](other.md#three)", ["other.md#three"]),
        ("[a][b]\n\n[b]: missing.md\n", ["missing.md"]),
    ],
)
def test_a_broken_relative_link_is_found(tmp_path: Path, text: str, broken: list[str]) -> None:
    """Exactly the relative links that lead nowhere are reported."""
    (tmp_path / "other.md").write_text("# One `two`\n", encoding="utf-8")
    assert broken_links(document(tmp_path, text)) == broken
