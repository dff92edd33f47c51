"""A profile or a comparison as one HTML file that needs nothing else."""

from __future__ import annotations

from datetime import datetime

from modeldesk.drift import Comparison, Status
from modeldesk.profiles import Profile
from modeldesk.reports.lists import comparison_list, pair_list, profile_list
from modeldesk.reports.markup import Html, element, joined, named, text
from modeldesk.reports.numbers import count, share
from modeldesk.reports.parts import figure
from modeldesk.reports.ranking import ranked
from modeldesk.reports.sentences import comparison_sentence, profile_sentence
from modeldesk.reports.stylesheet import stylesheet

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may do with the page: show it. No script, no request, whatever is in it."""

_HOW_TO_READ = (
    "A column changed when the difference is more than chance explains and large enough to "
    "matter. The distance is Hellinger's: 0 where both sides are alike, 1 where they have "
    "nothing in common. Open a column to see its figures."
)


def comparison_page(comparison: Comparison, *, title: str, made: datetime | None = None) -> str:
    """Return a comparison as a self-contained HTML document.

    It has no script and asks for nothing; it is light or dark as the reader's screen is, and
    can be printed. What users wrote (names, categories) is shown as text, whatever it holds.

    Parameters
    ----------
    comparison
        What `modeldesk.compare` returned; histograms and figures are shown where it remembers
        its profiles (`Comparison.sides`).
    title
        What was compared with what.
    made
        When the report was made; ``None`` leaves it out.

    Examples
    --------
    >>> from modeldesk import compare, profile
    >>> old, new = profile({"age": list(range(99))}), profile({"age": list(range(50, 149))})
    >>> page = comparison_page(compare(new, old), title="May against April")
    >>> page[:15], "<h1><bdi>May against April</bdi></h1>" in page, "<script" in page
    ('<!doctype html>', True, False)
    """
    statuses = [column.verdict.status for column in comparison.columns]
    changed = statuses.count(Status.CHANGED)
    unjudged = len(statuses) - changed - statuses.count(Status.STABLE)
    figures = [
        figure("changed", count(changed), warn=changed > 0),
        figure("stable", count(statuses.count(Status.STABLE))),
        *([figure("without a verdict", count(unjudged))] if unjudged else []),
        figure("rows now", count(comparison.rows)),
        figure("rows of the reference", count(comparison.reference_rows)),
    ]
    columns = joined(
        comparison_list(comparison, ranked(comparison), opened=True), pair_list(comparison)
    )
    head = _head("Comparison", title, comparison_sentence(comparison), figures)
    return _document(title, head, columns, _foot(_HOW_TO_READ, made))


def profile_page(profile: Profile, *, title: str, made: datetime | None = None) -> str:
    """Return a profile as a self-contained HTML document.

    Parameters
    ----------
    profile
        What `modeldesk.profile` returned.
    title
        What was summed up.
    made
        When the report was made; ``None`` leaves it out.

    Examples
    --------
    >>> from modeldesk import profile
    >>> page = profile_page(profile({"<script>": [1, 2]}), title="a table")
    >>> "<script" in page, "&lt;script&gt;" in page
    (False, True)
    """
    cells = sum(column.rows for column in profile.columns)
    missing = sum(column.missing for column in profile.columns)
    figures = [
        figure("rows", count(profile.rows)),
        figure("columns", count(len(profile.columns))),
        figure("values missing", share(missing / cells) if cells else share(0)),
    ]
    head = _head("Profile", title, profile_sentence(profile), figures)
    note = "Open a column to see its figures. Quantiles and distinct values are estimates."
    return _document(title, head, profile_list(profile.columns), _foot(note, made))


def _head(sort: str, title: str, sentence: str, figures: list[Html]) -> Html:
    return element(
        "header",
        element("p", text(sort), classes="mdr-eyebrow"),
        element("h1", named(title)),
        element("p", text(sentence), classes="mdr-lead"),
        element("div", *figures, classes="mdr-figures"),
    )


def _foot(words: str, made: datetime | None) -> Html:
    when = "" if made is None else f" on {made:%Y-%m-%d at %H:%M %Z}".rstrip()
    return element("footer", text(f"{words} Made with modeldesk{when}."))


def _document(title: str, *parts: Html) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", text(title)),
        stylesheet(),
    )
    body = element("body", element("main", *parts), classes="mdr")
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"
