"""The style sheets of the pages do not get in each other's way."""

from __future__ import annotations

import re
from collections import defaultdict
from importlib.resources import files

SHARED = "desk.css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{")
_ALONE = re.compile(r"^(?:\.md-page )?(?:[a-z0-9]+)?\.(md-[\w-]+)(?:::?[\w-]+(?:\([^)]*\))?)*$")


def test_no_two_pages_style_the_same_class() -> None:
    """A class by itself belongs to one page's file, or to the one that all share."""
    owners: dict[str, set[str]] = defaultdict(set)
    for file in (files("modeldesk.ui") / "styles").iterdir():
        rules = _COMMENT.sub("", file.read_text(encoding="utf-8"))
        for selectors in _RULE.findall(rules):
            for selector in selectors.split(","):
                alone = _ALONE.match(selector.strip())
                if alone:
                    owners[alone[1]].add(file.name)
    twice = {name: sorted(pages - {SHARED}) for name, pages in owners.items()}
    assert {name: pages for name, pages in twice.items() if len(pages) > 1} == {}
    assert len(owners) > 200
