"""List the benchmarks of a folder, each with the first line of its docstring."""

from __future__ import annotations

import ast
import sys
from pathlib import Path


def summary(path: Path) -> str:
    """Return the first line of the module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return docstring.splitlines()[0] if docstring else "(says nothing about itself)"


def main() -> None:
    """Print one line per benchmark in the folder named by the only argument."""
    folder = Path(sys.argv[1])
    benchmarks = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    if not benchmarks:
        print(f"There are no benchmarks in {folder}/ yet.")
        return
    width = max(len(path.stem) for path in benchmarks)
    for path in benchmarks:
        print(f"make bench-{path.stem:<{width}}  {summary(path)}")


if __name__ == "__main__":
    main()
