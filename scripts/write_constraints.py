"""Write the version of every package in this environment, one `name==version` a line.

modeldesk itself is left out, and so are the installer and the packages that have one build per
accelerator: which of those is right depends on the machine.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

LEFT_OUT = re.compile(
    r"(modeldesk|pip|setuptools|wheel|torch|torchvision|triton|nvidia-.*|cuda-.*)"
)
HEADER = """\
# The versions that modeldesk is developed and tested with.
# Written by `make constraints`; used by `make setup`.
"""


def normalized(name: str) -> str:
    """Return the name in the one spelling that all spellings of it share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned_versions() -> str:
    """Return the sorted lines for what is installed here."""
    versions = {normalized(found.name): found.version for found in metadata.distributions()}
    lines = (
        f"{name}=={version}\n"
        for name, version in sorted(versions.items())
        if not LEFT_OUT.fullmatch(name)
    )
    return HEADER + "".join(lines)


def main() -> None:
    """Write the file named by the only argument, if that changes it."""
    target = Path(sys.argv[1])
    text = pinned_versions()
    if target.exists() and target.read_text(encoding="utf-8") == text:
        print(f"{target} is up to date")
        return
    target.write_text(text, encoding="utf-8")
    print(f"{target} written: {text.count('==')} packages")


if __name__ == "__main__":
    main()
