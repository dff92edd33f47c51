"""The table of a model's versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from nicegui import events, ui

from modeldesk.charts.version_line import figure_of
from modeldesk.services.performance_views import FigureView
from modeldesk.services.serving import ServedVersion
from modeldesk.services.version_list import ListedVersion
from modeldesk.store import CHAMPION
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.moments import since_fields
from modeldesk.ui.plain_table import cut
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.version_facts import size_words
from modeldesk.ui.versions_data import VersionsData
from modeldesk.ui.wording import NOTHING, count, plural, utc

_WORDS = 160
"""Characters of a description in the table; the drawer has more of it."""

# Templates are constants; what users wrote arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" :data-testid="'version-' + props.row.number"
      :class="'md-row' + (props.row.open ? ' md-row--open' : '')"
      @click="$parent.$emit('open', props.row.number)">
  <q-td key="version" :props="props">
    <div class="md-version-name"><button class="md-link md-name" type="button"
      :aria-label="'Details of version ' + props.row.number">v{{ props.row.number }}</button>
      <span v-for="alias in props.row.aliases" :key="alias"
        :class="'md-alias' + (alias === 'champion' ? ' md-alias--champion' : '')">{{ alias }}</span>
      <span v-if="props.row.part" class="md-alias md-alias--part">{{ props.row.part }}</span></div>
    <div v-if="props.row.words" class="md-version-note">{{ props.row.words }}</div>
    <div v-if="props.row.problem" class="md-low md-small">{{ props.row.problem }}</div></q-td>
  <q-td key="published" :props="props"><time :datetime="props.row.iso"
      data-md-time="ago" :title="props.row.utc">{{ props.row.when }}</time>
    <div class="md-measure-note">{{ props.row.flavor }}</div></q-td>
  <q-td v-for="side in ['test', 'live']" :key="side" :props="props">
    <div :title="props.row[side].title">
      <span :class="props.row[side].value ? 'md-measure-value' : 'md-faint'">
        {{ props.row[side].value || '—' }}</span>
      <div class="md-measure-note">{{ props.row[side].interval }}</div></div></q-td>
  <q-td key="predictions" :props="props"><span :title="props.row.last">
    {{ props.row.predictions }}</span>
    <div v-if="props.row.shadowed" class="md-measure-note">{{ props.row.shadowed }}</div></q-td>
  <q-td key="size" :props="props">{{ props.row.size }}</q-td>
  <q-td key="act" :props="props"><a v-if="props.row.compare" class="md-job-link"
    :href="props.row.compare" :aria-label="'Compare version ' + props.row.number +
    ' with the champion'" @click.stop>Compare</a></q-td>
</q-tr>
"""


class VersionTable:
    """The card with the versions, a page at a time.

    Parameters
    ----------
    show
        Called with a version whose details a person wants to see.
    turn
        Called with a version: those older than it are wanted; ``None``: the newest.
    """

    def __init__(
        self,
        *,
        show: Callable[[int], Awaitable[None]],
        turn: Callable[[int | None], Awaitable[None]],
    ) -> None:
        self._show = show
        self._turn = turn
        self._sizes: Mapping[int, int | None] = {}

    def build(
        self, data: VersionsData, measure: str | None, opened: int | None, now: datetime
    ) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Versions")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    self._newest = self._button("Newest", lambda: self._turn(None), "newest")
                    self._older = self._button("Older", self._turn_older, "older")
            self._table = SlotTable(
                rows=[], columns=version_columns(data, measure), row_key="number"
            )
            self._table.classes("md-table md-table--versions").props("flat")
            self._table.template("body", _ROW)
            self._table.on("open", self._open)
            testable(self._table, "versions")
        self.fill(data, measure, opened, now)

    def fill(
        self, data: VersionsData, measure: str | None, opened: int | None, now: datetime
    ) -> None:
        """Show these instead of what is shown; what is the same stays as it is."""
        self._shown = data, measure, opened, now
        self._note.set_text(plural(len(data.page.numbers), "version"))
        self._newest.set_visibility(data.page.newer)
        self._older.set_visibility(data.page.older)
        columns = version_columns(data, measure)
        if columns != self._table.columns:
            self._table.columns = columns
        rows = version_rows(data, measure, opened, now, self._sizes)
        if rows != self._table.rows:
            self._table.rows = rows

    def weigh(self, sizes: Mapping[int, int | None]) -> None:
        """Show how large the versions' files are."""
        self._sizes = sizes
        self.fill(*self._shown)

    def _button(self, words: str, act: Callable[[], object], name: str) -> ui.button:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
        testable(button, f"{name}-versions")
        return button

    async def _turn_older(self) -> None:
        data = self._shown[0]
        await self._turn(data.page.listed[-1].version.number if data.page.listed else None)

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._show(int(event.args))


def version_columns(data: VersionsData, measure: str | None) -> list[dict[str, object]]:
    """Return the table's columns; those of figures are called by the measure."""
    title = data.measured.get(measure or "", "Figure")
    heads = (
        ("version", "Version", "left"),
        ("published", "Published", "left"),
        ("test", f"{title}, test set", "right"),
        ("live", f"{title}, live labels", "right"),
        ("predictions", "Predictions", "right"),
        ("size", "Size", "right"),
        ("act", "Champion", "right"),
    )
    return [
        {"name": name, "label": label, "field": name, "align": align}
        for name, label, align in heads
    ]


def version_rows(
    data: VersionsData,
    measure: str | None,
    opened: int | None,
    now: datetime,
    sizes: Mapping[int, int | None],
) -> list[dict[str, object]]:
    """Return the table's rows, the newest version first.

    Parameters
    ----------
    data
        What the page shows.
    measure
        Which figure of each version.
    opened
        The version whose details are open.
    now
        The present moment.
    sizes
        Of the versions' files, as far as they are known.
    """
    return [_row(data, each, measure, opened, now, sizes) for each in data.page.listed]


def _row(
    data: VersionsData,
    listed: ListedVersion,
    measure: str | None,
    opened: int | None,
    now: datetime,
    sizes: Mapping[int, int | None],
) -> dict[str, object]:
    version, standing = listed.version, data.standing
    figures = data.figures_of(version.number)
    test = live = None
    if figures is not None and measure is not None:
        test, live = figure_of(figures.test, measure), figure_of(figures.live, measure)
    champion = standing.champion
    compared = f"compare?one={version.number}&other={champion}"
    return {
        "number": version.number,
        "open": version.number == opened,
        "aliases": sorted(version.aliases, key=lambda name: (name != CHAMPION, name))[:8],
        "part": _part(data, version.number),
        "words": cut(version.description, _WORDS),
        "problem": _problem(standing.of(version.number)),
        **since_fields(version.created_at, now),
        "flavor": version.flavor,
        "test": _figure(test, None if figures is None else figures.test.because),
        "live": _figure(live, None if figures is None else figures.live.because),
        "predictions": count(listed.predictions),
        "last": f"the last {utc(listed.last_prediction_at)}"
        if listed.last_prediction_at
        else "none yet",
        "shadowed": f"{count(listed.shadowed)} as shadow" if listed.shadowed else "",
        "size": size_words(sizes.get(version.number)),
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        "compare": "" if version.number == champion else compared,
    }


def _part(data: VersionsData, number: int) -> str:
    """Say which part of the champion's traffic a version has."""
    routing = data.standing.routing
    if routing.canary is not None and routing.canary.version == number:
        return f"canary {routing.canary.percent:g} %"
    return "shadow" if routing.shadow is not None and routing.shadow.version == number else ""


def _problem(served: ServedVersion | None) -> str:
    if served is None or not served.problem:
        return ""
    return f"Cannot be loaded: {cut(served.problem)}"


def _figure(figure: FigureView | None, because: str | None) -> dict[str, str]:
    if figure is None:
        return {"value": "", "interval": "", "title": because or f"no figure: {NOTHING}"}
    return {
        "value": value_words(figure),
        "interval": interval_words(figure),
        "title": f"{figure.title} on {plural(figure.rows, 'row')}. {figure.note}".strip(),
    }
