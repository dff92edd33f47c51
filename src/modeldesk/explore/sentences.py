"""Associations in words."""

from __future__ import annotations

from modeldesk.explore.association import Association, Figure, Measure

MEASURE_WORDS = {
    Measure.PEARSON: "Pearson's r",
    Measure.SPEARMAN: "Spearman's rho",
    Measure.ETA: "correlation ratio",
    Measure.CRAMERS_V: "Cramér's V",
}
"""What people call the measures."""

_SMALL = 0.001


def figure_words(figure: Figure) -> str:
    """Return a measure with its interval and how likely chance alone is.

    >>> from modeldesk.explore.association import Figure, Measure
    >>> figure_words(Figure(measure=Measure.PEARSON, value=0.5, p_value=0.02, low=0.1, high=0.8))
    "Pearson's r 0.50 (95 % interval 0.10 to 0.80), p = 0.020"
    """
    between = ""
    if figure.low is not None and figure.high is not None:
        between = f" (95 % interval {figure.low:.2f} to {figure.high:.2f})"
    chance = f"p < {_SMALL}" if figure.p_value < _SMALL else f"p = {figure.p_value:.3f}"
    return f"{MEASURE_WORDS[figure.measure]} {figure.value:.2f}{between}, {chance}"


def association_words(found: Association) -> str:
    """Return all that is known of an association, or why nothing is.

    >>> from modeldesk.explore.association import Association
    >>> association_words(Association(first="a", second="b", rows=9, why_not="a is constant"))
    'not defined, because a is constant'
    """
    if not found.figures:
        return f"not defined, because {found.why_not}"
    told = "; ".join(map(figure_words, found.figures))
    return f"{told}; {found.rows:,} rows"
