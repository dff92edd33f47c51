"""Columns of several profiles as cards: distributions over each other, facts, distances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.charts.overlaid import overlaid
from modeldesk.drift import ColumnComparison, SharedBins
from modeldesk.services.profile_choices import PairComparison, ProfilesReport
from modeldesk.ui.column_facts import summary
from modeldesk.ui.profile_slots import LETTERS
from modeldesk.ui.verdict_chip import chip_fields
from modeldesk.ui.wording import NOTHING, share

CARDS_A_PAGE = 12
_LONGEST_LABEL = 28
_MOST_NAMED = 4
_MOST_VALUES = 8

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# picture is markup, and it holds nothing but numbers.
CARD = """
<article class="md-over" :data-testid="'compared-' + props.row.name">
  <header class="md-over-head">
    <a class="md-name" :href="props.row.address">{{ props.row.name }}</a>
    <span class="md-tag">{{ props.row.kind }}</span>
  </header>
  <div class="md-over-picture">
    <span v-html="props.row.svg"></span>
    <div class="md-over-hits"><i v-for="(bin, place) in props.row.bins"
      :key="place" :title="bin"></i></div>
  </div>
  <div :class="'md-over-axis md-over-axis--' + props.row.labelled"
    ><span v-for="(label, place) in props.row.axis" :key="place">{{ label }}</span></div>
  <table class="md-stats">
    <thead><tr><th><span class="md-hidden">Fact</span></th>
      <th v-for="place in props.row.places" :key="place"><i :class="'md-dot md-dot--' + place"></i>
        {{ "ABC"[place] }}</th></tr></thead>
    <tbody><tr v-for="fact in props.row.facts" :key="fact.name"><td>{{ fact.name }}</td>
      <td v-for="(value, place) in fact.values" :key="place">{{ value }}</td></tr></tbody>
  </table>
  <div v-for="pair in props.row.pairs" :key="pair.words" class="md-over-pair"
      :data-testid="'pair-' + pair.words">
    <div class="md-over-pair-head"><b>{{ pair.words }}</b>
      <span class="md-num">distance {{ pair.distance }}</span>
      <span :class="'md-chip md-chip--' + pair.tone"><q-icon :name="pair.icon"></q-icon
        >{{ pair.verdict }}</span></div>
    <p class="md-sentence" :title="pair.sentence">{{ pair.sentence }}</p>
  </div>
</article>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCards:
    """One page of the columns that fit a search."""

    names: tuple[str, ...]
    found: int
    page: int
    pages: int

    @staticmethod
    def of(names: Sequence[str], q: str, page: int) -> ShownCards:
        """Return the names that have the searched text in them, cut to a page.

        >>> ShownCards.of(("age", "Income", "wage"), "AGE", 7)
        ShownCards(names=('age', 'wage'), found=2, page=1, pages=1)
        """
        wanted = q.strip().casefold()
        found = [name for name in names if wanted in name.casefold()]
        pages = max(1, -(-len(found) // CARDS_A_PAGE))
        page = min(page, pages)
        first = (page - 1) * CARDS_A_PAGE
        return ShownCards(
            names=tuple(found[first : first + CARDS_A_PAGE]),
            found=len(found),
            page=page,
            pages=pages,
        )


def cards(
    report: ProfilesReport, places: Sequence[int], names: Sequence[str]
) -> list[dict[str, object]]:
    """Return what the cards show.

    Parameters
    ----------
    report
        The profiles.
    places
        Which of the page's places each of them has, from 0.
    names
        The columns.
    """
    return [_card(report, places, name) for name in names]


def _card(report: ProfilesReport, places: Sequence[int], name: str) -> dict[str, object]:
    columns = report.columns(name)
    bins = report.bins(name)
    # Each profile keeps the colour of its place.
    sides: list[tuple[float, ...] | None] = [None] * len(LETTERS)
    for place, side in zip(places, bins.shares, strict=True):
        sides[place] = side
    drawn = SharedBins(labels=bins.labels, listed=bins.listed, shares=tuple(sides))
    told = [{} if each is None else summary(each) for each in columns]
    facts = list(dict.fromkeys(fact for each in told for fact in each))
    return {
        "key": name,
        "name": name,
        "kind": report.kind(name).value,
        "svg": overlaid(drawn),
        "bins": _hints(drawn),
        "axis": _axis(drawn),
        "labelled": "each" if drawn.listed and len(drawn.labels) <= _MOST_NAMED else "ends",
        "places": list(places),
        "facts": [
            {"name": fact, "values": [each.get(fact, NOTHING) for each in told]} for fact in facts
        ]
        + _values(bins),
        "pairs": [_pair(pair, found, places) for pair, found in report.compared(name)],
    }


def _values(bins: SharedBins) -> list[dict[str, object]]:
    """Tell the largest values' shares of categories, for which there are no other figures."""
    if not bins.listed:
        return []
    return [
        {
            "name": f"“{_cut(label)}”",
            "values": [NOTHING if side is None else share(side[place]) for side in bins.shares],
        }
        for place, label in enumerate(bins.labels[:_MOST_VALUES])
    ]


def _hints(bins: SharedBins) -> list[str]:
    """Say the shares of each bin."""
    hints = []
    for place, label in enumerate(bins.labels):
        shares = [
            f"{LETTERS[side]} {100 * found[place]:.1f} %"
            for side, found in enumerate(bins.shares)
            if found is not None
        ]
        hints.append(f"{_cut(label)}: {', '.join(shares)}")
    return hints


def _axis(bins: SharedBins) -> list[str]:
    """Name the ends of an axis of numbers, or the categories while they are few."""
    labels = [_cut(label) for label in bins.labels]
    if bins.listed and len(labels) > _MOST_NAMED:
        return [labels[0], f"{len(labels) - 1} more"]
    return labels if bins.listed else labels[:1] + labels[-1:]


def _pair(
    pair: PairComparison, found: ColumnComparison, places: Sequence[int]
) -> dict[str, object]:
    return {
        "words": f"{LETTERS[places[pair.one]]} to {LETTERS[places[pair.other]]}",
        "distance": NOTHING if found.distance is None else f"{found.distance:.3f}",
        "sentence": found.verdict.sentence,
        **chip_fields(found.verdict.status),
    }


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"
