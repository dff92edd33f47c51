"""Running the examples of Markdown files and docstrings.

In Markdown, every ```python block runs, one after the other in one namespace. A ```bash or
```console block runs when the line before it is `<!-- run -->`; in a console block, lines that
start with `$ ` are commands, the others are what they print (`...` stands for anything). A block
that cannot run says why: `<!-- skip: next "needs a Spark cluster" -->`. What a reader need not
see is set up in `<!-- invisible-code-block: python` ... `-->`.
"""

from __future__ import annotations

import doctest
import importlib
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import SkipTest

from sybil.document import Document
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.support.requirements import ROOT

if TYPE_CHECKING:
    from sybil import Example

RUN_MARK = "<!-- run -->"
SHELL_SECONDS = 100.0
DOCTEST_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class ExampleFailedError(AssertionError):
    """An example did not do what its document shows."""


def markdown_files() -> list[Path]:
    """Return the project's Markdown documents."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def run_markdown(path: Path) -> int:
    """Run the examples of a document in the current folder; return how many ran.

    Raises
    ------
    ExampleFailedError
        A shell example failed.
    Exception
        Whatever a Python example raised.
    """
    document = Document.parse(
        str(path),
        PythonCodeBlockParser(doctest_optionflags=DOCTEST_OPTIONS),
        CodeBlockParser("bash", run_shell_block),
        CodeBlockParser("console", run_console_block),
        SkipParser(),
    )
    count = 0
    for example in document:
        refuse_silent_skip(example)
        with suppress(SkipTest):
            example.evaluate()
            count += is_runnable(example)
    return count


def is_runnable(example: Example) -> bool:
    """Tell whether the example is one that runs, rather than a directive or a mere display."""
    block = example.document.text[example.start : example.end].lstrip()
    if block.startswith(("```bash", "```console")):
        return example.document.text[: example.start].rstrip().endswith(RUN_MARK)
    return "skip:" not in block.partition("\n")[0]


def refuse_silent_skip(example: Example) -> None:
    """Fail for a skip directive that gives no reason."""
    match example.parsed:
        case ("next" | "start", None):
            message = f"{example.path}:{example.line}: a skipped example says why"
            raise ExampleFailedError(message)


def shell(script: str, place: str) -> str:
    """Run a script with this environment's programs first; return what it printed.

    Whatever it leaves running in the background is ended with it.
    """
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    process = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - the bash of whoever runs it
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PATH": search, "HOME": str(Path.cwd()), "NO_COLOR": "1"},
        start_new_session=True,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=SHELL_SECONDS)
    except subprocess.TimeoutExpired:
        message = f"{place}: not done after {SHELL_SECONDS} s:\n{script}"
        raise ExampleFailedError(message) from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate()
    if process.returncode != 0:
        message = f"{place}: exit code {process.returncode}:\n{script}\n{output}"
        raise ExampleFailedError(message)
    return output


def run_shell_block(example: Example) -> None:
    """Run a bash block that is marked to run."""
    if is_runnable(example):
        shell(str(example.parsed), f"{example.path}:{example.line}")


def run_console_block(example: Example) -> None:
    """Run the commands of a console block that is marked to run, and compare what they print."""
    if not is_runnable(example):
        return
    place = f"{example.path}:{example.line}"
    steps: list[tuple[str, list[str]]] = []
    for line in str(example.parsed).splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif steps and steps[-1][0].endswith("\\"):
            steps[-1] = (f"{steps[-1][0]}\n{line}", [])
        elif steps:
            steps[-1][1].append(line)
    for command, lines in steps:
        expected = "".join(f"{line}\n" for line in lines)
        output = shell(command, place)
        if lines and not doctest.OutputChecker().check_output(expected, output, DOCTEST_OPTIONS):
            message = f"{place}: {command}\nexpected:\n{expected}\ngot:\n{output}"
            raise ExampleFailedError(message)


def modules_with_examples() -> list[str]:
    """Return the names of the package's modules whose text holds a doctest."""
    source = ROOT / "src"
    names = []
    for path in sorted(source.glob("modeldesk/**/*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            parts = path.relative_to(source).with_suffix("").parts
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


def run_docstrings(name: str) -> int:
    """Run the examples of a module's docstrings in the current folder; return how many ran.

    Raises
    ------
    ExampleFailedError
        An example failed; the message tells all that did.
    """
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=DOCTEST_OPTIONS, verbose=False)
    report: list[str] = []
    for found in finder.find(module):
        runner.run(found, out=report.append)
    if runner.failures:
        raise ExampleFailedError("".join(report))
    return runner.tries
