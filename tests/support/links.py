"""The relative links of Markdown documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from pathlib import Path

FENCED = re.compile(r"^( *)(```+|~~~+).*?^ *\2[`~]*\s*?$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
INLINE = re.compile(
    r"\[[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)"
)
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.MULTILINE)
ATTRIBUTE = re.compile(r"<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
EXTERNAL = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def links(text: str) -> list[str]:
    """Return the targets of all links and images outside code."""
    prose = CODE.sub("", FENCED.sub("", text))
    return [target for kind in (INLINE, DEFINITION, ATTRIBUTE) for target in kind.findall(prose)]


def anchors(text: str) -> set[str]:
    """Return the names that the document's headings can be linked by."""
    names: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        plain = INLINE.sub(lambda match: match.group(0)[1:].partition("]")[0], heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        name, number = slug, 0
        while name in names:
            number += 1
            name = f"{slug}-{number}"
        names.add(name)
    return names


def broken_links(path: Path) -> list[str]:
    """Return the relative links of a document that lead nowhere."""
    text = path.read_text(encoding="utf-8")
    broken = []
    for link in links(text):
        if EXTERNAL.match(link):
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / unquote(file) if file else path
        if not target.exists() or (
            anchor
            and target.suffix == ".md"
            and anchor not in anchors(target.read_text(encoding="utf-8"))
        ):
            broken.append(link)
    return broken
