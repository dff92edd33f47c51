"""A profile or a comparison in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modeldesk.drift import Comparison, Status
from modeldesk.profiles import Profile
from modeldesk.reports.numbers import count, share

_NAMED = 5


def profile_sentence(profile: Profile) -> str:
    """Say how large a table is, what its columns are, and where values are missing.

    >>> from modeldesk import profile
    >>> profile_sentence(profile({"age": [31, None], "city": ["Bonn", "Ulm"]}))
    '2 rows, 2 columns (1 integer, 1 categorical). Values are missing in 1 column: age 50.0 %.'
    """
    kinds = Counter(column.kind.value for column in profile.columns)
    told = ", ".join(f"{many} {kind}" for kind, many in kinds.most_common())
    size = f"{plural(profile.rows, 'row')}, {plural(len(profile.columns), 'column')}"
    sentence = f"{size} ({told})." if told else f"{size}."
    gaps = sorted(
        (column for column in profile.columns if column.missing),
        key=lambda column: -column.missing_share,
    )
    if not gaps:
        return f"{sentence} No value is missing."
    worst = [f"{column.name} {share(column.missing_share)}" for column in gaps]
    return f"{sentence} Values are missing in {plural(len(gaps), 'column')}: {listed(worst)}."


def comparison_sentence(comparison: Comparison) -> str:
    """Say what changed, and how many columns could not be judged.

    >>> from modeldesk import compare, profile
    >>> old = profile({"age": list(range(200))})
    >>> comparison_sentence(compare(profile({"age": list(range(300, 500))}), old))
    "1 of 1 column changed: 'age'."
    """
    statuses = [column.verdict.status for column in comparison.columns]
    unjudged = statuses.count(Status.NOT_ENOUGH_DATA)
    more = f" {count(unjudged)} could not be judged for lack of data." if unjudged else ""
    return f"{comparison.verdict.sentence}{more}"


def pair_sentences(comparison: Comparison) -> tuple[str, ...]:
    """Say which columns vary together otherwise than in the reference, largest change first."""
    pairs = () if comparison.dependence is None else comparison.dependence.pairs
    return tuple(
        f"{pair.columns[0]} and {pair.columns[1]}: correlation {pair.correlation:.2f}, "
        f"was {pair.reference_correlation:.2f}"
        for pair in pairs
    )


def plural(many: int, word: str) -> str:
    """Write a count with its noun.

    >>> plural(1, "row"), plural(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count(many)} {word}{'' if many == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Write the first names of a list, and how many more there are.

    >>> listed(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e and 2 more'
    """
    shown, rest = names[:_NAMED], len(names) - _NAMED
    return ", ".join(shown) + (f" and {count(rest)} more" if rest > 0 else "")


def unbroken(sentence: str) -> str:
    """Return a sentence that does not break between a number and what belongs to it.

    >>> unbroken("5 % of values; p < 0.001") == "5\N{NO-BREAK SPACE}% of values; " + (
    ...     "p\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}0.001"
    ... )
    True
    """
    for part in (" %", " < ", " = "):
        sentence = sentence.replace(part, part.replace(" ", "\N{NO-BREAK SPACE}"))
    return sentence
