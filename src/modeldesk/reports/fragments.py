"""What a notebook shows of a profile or a comparison."""

from __future__ import annotations

from modeldesk.drift import Comparison, Status
from modeldesk.profiles import Profile
from modeldesk.reports.lists import comparison_list, pair_list, profile_list
from modeldesk.reports.markup import Html, element, text
from modeldesk.reports.numbers import count
from modeldesk.reports.ranking import ranked
from modeldesk.reports.sentences import comparison_sentence, plural, profile_sentence
from modeldesk.reports.stylesheet import stylesheet

MOST_COLUMNS = 40
"""More columns than this would make a notebook heavy; the rest is counted."""


def profile_fragment(profile: Profile) -> str:
    """Return a profile as a piece of HTML with its own style, for a notebook.

    >>> from modeldesk import profile
    >>> "<bdi>age</bdi>" in profile_fragment(profile({"age": [31, 47]}))
    True
    """
    shown = profile.columns[:MOST_COLUMNS]
    parts = [_head("Profile", profile_sentence(profile)), profile_list(shown)]
    left = len(profile.columns) - len(shown)
    if left:
        parts.append(_more(f"{plural(left, 'more column')}: see .columns"))
    return _fragment(*parts)


def comparison_fragment(comparison: Comparison) -> str:
    """Return a comparison as a piece of HTML with its own style, for a notebook.

    Histograms are drawn where the comparison remembers its profiles (`Comparison.sides`).
    """
    columns = ranked(comparison)
    shown = columns[:MOST_COLUMNS]
    sizes = f"{count(comparison.rows)} rows against {count(comparison.reference_rows)}"
    parts = [_head(f"Comparison of {sizes}", comparison_sentence(comparison))]
    parts.append(comparison_list(comparison, shown, opened=False))
    rest = columns[MOST_COLUMNS:]
    if rest:
        changed = sum(column.verdict.status is Status.CHANGED for column in rest)
        words = f", {count(changed)} of them changed" if changed else ""
        parts.append(_more(f"{plural(len(rest), 'more column')}{words}: see .columns"))
    return _fragment(*parts, pair_list(comparison))


def _fragment(*parts: Html) -> str:
    return element("div", stylesheet(), *parts, classes="mdr mdr-fragment")


def _head(title: str, sentence: str) -> Html:
    words = element("p", text(sentence))
    return element("div", element("b", text(title)), words, classes="mdr-head")


def _more(words: str) -> Html:
    return element("div", text(words), classes="mdr-more")
