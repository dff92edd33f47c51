"""Reports: one file or one fragment, complete, safe, and the changed column first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from modeldesk import compare, profile
from modeldesk.drift import Comparison, Status
from modeldesk.profiles import Profile
from modeldesk.reports import (
    comparison_page,
    comparison_sentence,
    profile_page,
    profile_sentence,
)
from modeldesk.reports.ranking import ranked
from modeldesk.reports.sentences import unbroken

VOID = {"meta", "br"}


class Structure(HTMLParser):
    """Follows the elements of a document, which must close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note words, and those that name a column."""
        self.words.append(data)
        if self.open[-2:] == ["b", "bdi"]:
            self.names.append(data)


def parsed(page: str) -> Structure:
    """Return the structure of a well-formed document."""
    structure = Structure()
    structure.feed(page.removeprefix("<!doctype html>"))
    structure.close()
    assert structure.open == []
    return structure


def test_the_changed_column_comes_first(changed: Comparison) -> None:
    """It is opened, and the sentence on top names it."""
    page = comparison_page(changed, title="new against old")
    found = parsed(page)
    assert found.names[0] == "width"
    assert set(found.names) == {column.name for column in changed.columns}
    assert any("width" in word for word in found.words[:10])
    assert page.count('<details class="mdr-column" open="">') == len(changed.changed)


def test_a_page_needs_nothing_else(changed: Comparison, mixed: Profile) -> None:
    """No script, no handler, no address, and a policy that forbids what is not there."""
    for page in (comparison_page(changed, title="t"), profile_page(mixed, title="t")):
        found = parsed(page)
        assert not found.tags & {"script", "img", "link", "iframe", "object", "a"}
        assert not {name for name in found.attributes if name.startswith("on")}
        assert not re.search(r"https?://|url\(|@import", page)
        assert "default-src &#x27;none&#x27;" in page


def test_what_users_wrote_is_text(changed: Comparison, mixed: Profile) -> None:
    """A column and a category that are markup are shown as they are written."""
    for page in (
        comparison_page(changed, title="<script>"),
        profile_page(mixed, title="<script>"),
        changed._repr_html_(),
        mixed._repr_html_(),
    ):
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_both_sides_stand_next_to_each_other(changed: Comparison) -> None:
    """The figures of a column have the reference left, the current rows right."""
    found = parsed(comparison_page(changed, title="t"))
    place = found.words.index("rows", found.words.index("width"))
    assert found.words[place : place + 3] == ["rows", "400", "300"]
    assert "was 0 %" in found.words


def test_the_page_says_when_it_was_made(mixed: Profile) -> None:
    """With its time zone; and nothing where nobody said."""
    made = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert "on 2026-03-01 at 09:30 UTC." in profile_page(mixed, title="t", made=made)
    assert "Made with modeldesk." in profile_page(mixed, title="t")


def test_thirty_columns_stay_small() -> None:
    """A report of 30 columns has less than 300 kB, so that it can be mailed."""
    rng = np.random.default_rng(3)
    sides = []
    for shift in (0.0, 0.5):
        table: dict[str, object] = {f"n{i}": rng.normal(shift, 1, 2000) for i in range(20)}
        table |= {
            f"c{i}": [f"level {k}" for k in rng.integers(0, 5 * (i + 1), 2000)] for i in range(10)
        }
        sides.append(profile(table))  # type: ignore[arg-type]
    page = comparison_page(compare(sides[1], sides[0]), title="thirty")
    assert len(page.encode()) < 300_000
    assert len(profile_page(sides[0], title="thirty").encode()) < 300_000


def test_an_empty_profile_has_a_report() -> None:
    """No rows and no columns are no error."""
    empty = Profile.empty()
    assert "0 rows, 0 columns." in profile_page(empty, title="empty")
    assert "No column could be judged." in comparison_page(compare(empty, empty), title="empty")


def test_a_column_without_values_says_so(mixed: Profile) -> None:
    """There is nothing to draw, and the line is there all the same."""
    assert "There are no values to draw." in profile_page(mixed, title="t")


def test_a_column_that_only_the_new_data_has_is_drawn(changed: Comparison) -> None:
    """Its figures stand on the current side alone."""
    page = comparison_page(changed, title="t")
    part = page[page.index("<bdi>new</bdi>") :]
    assert "hist-current" in part
    assert "<td>—</td><td>300</td>" in part


def test_many_columns_are_laid_out_as_they_come_into_sight() -> None:
    """A list of more than a hundred columns is marked for it."""
    many = profile({f"c{i}": [1.0, 2.0] for i in range(101)})
    assert 'mdr-list mdr-many"' in profile_page(many, title="t")
    assert 'mdr-list mdr-many"' not in profile_page(profile({"a": [1.0]}), title="t")


def test_a_notebook_shows_a_profile(mixed: Profile) -> None:
    """A fragment with its own style, light and dark, whatever the notebook's theme."""
    found = mixed._repr_html_()
    assert parsed(found).names == list(mixed.names)
    assert "prefers-color-scheme:dark" in found
    assert "[data-jp-theme-light=false] .mdr" in found


def test_a_notebook_shows_a_comparison(changed: Comparison) -> None:
    """Folded, the changed column first, with histograms."""
    found = changed._repr_html_()
    assert parsed(found).names[0] == "width"
    assert "Comparison of 300 rows against 400" in found
    assert "<svg" in found
    assert 'open=""' not in found


def test_a_notebook_is_not_flooded() -> None:
    """Forty columns are shown, the others counted."""
    rng = np.random.default_rng(5)
    old = profile({f"c{i}": rng.normal(0, 1, 100) for i in range(50)})
    new = profile({f"c{i}": rng.normal(5, 1, 100) for i in range(50)})
    assert "10 more columns: see .columns" in old._repr_html_()
    found = compare(new, old)._repr_html_()
    assert len(parsed(found).names) == 40
    assert "10 more columns, 10 of them changed: see .columns" in found
    assert "10 more columns: see .columns" in compare(old, old)._repr_html_()


def test_a_comparison_without_its_profiles_has_no_pictures(changed: Comparison) -> None:
    """What was read back from a store is still shown: verdicts and shares, no histograms."""
    bare = replace(changed)
    assert bare.sides is None
    found = bare._repr_html_()
    assert parsed(found).names[0] == "width"
    assert "<svg" not in found


def test_what_could_not_be_judged_comes_before_what_is_stable(changed: Comparison) -> None:
    """Changed, then unjudged, then stable; what was not compared comes last."""
    found = list(dict.fromkeys(column.verdict.status for column in ranked(changed)))
    places = [Status.CHANGED, Status.NOT_ENOUGH_DATA, Status.STABLE, Status.NOT_COMPARED]
    assert found == [status for status in places if status in found]
    assert ranked(changed)[0].name == "width"


def test_columns_that_vary_together_otherwise_are_listed() -> None:
    """No single column changed, but their correlation did: the report says which."""
    rng = np.random.default_rng(2)
    height, other = rng.normal(size=600), rng.normal(size=600)
    old = profile({"height": height, "weight": height + 0.2 * other})
    new = profile({"height": height, "weight": -height + 0.2 * other})
    found = compare(new, old)
    assert found.changed == ()
    for document in (comparison_page(found, title="t"), found._repr_html_()):
        words = parsed(document).words
        assert any(word.startswith("height and weight: correlation -0.9") for word in words)
    assert 'class="mdr-pairs"' not in compare(old, old)._repr_html_()


def test_sentences_name_the_first_columns() -> None:
    """The first names, and how many more there are."""
    old = profile({f"c{i}": list(range(100)) for i in range(8)})
    new = profile({f"c{i}": list(range(500, 600)) for i in range(8)})
    assert comparison_sentence(compare(new, old)).endswith("and 5 more.")
    gaps = profile({f"c{i}": [1, None] for i in range(7)})
    assert profile_sentence(gaps) == (
        "2 rows, 7 columns (7 integer). Values are missing in 7 columns: "
        "c0 50.0 %, c1 50.0 %, c2 50.0 %, c3 50.0 %, c4 50.0 % and 2 more."
    )


@pytest.mark.parametrize("sentence", ["p < 0.001", "p = 0.04", "5 % of"])
def test_numbers_stay_with_what_belongs_to_them(sentence: str) -> None:
    """No line breaks in the middle of a p-value."""
    assert unbroken(sentence).split(" ")[0] == unbroken(sentence).removesuffix(" of")
