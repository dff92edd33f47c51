"""Groups of a version's labelled rows side by side, to see whether it treats them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.performance import Outcome
from modeldesk.services.fairness_views import FairnessReport, GroupCell
from modeldesk.ui.alias_dialog import version_name
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside
from modeldesk.ui.compare_data import CompareData
from modeldesk.ui.compare_state import CompareState
from modeldesk.ui.day_ranges import RANGES
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.plain_table import cut
from modeldesk.ui.site import Site
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import bone, empty, trouble
from modeldesk.ui.wording import count, plural, share

_BY, _SLICE = "by", "slice"
_ROWS_A_PAGE = 25

_SPLIT = """from dataclasses import replace
from modeldesk import Desk
from modeldesk.settings import Settings

with Desk.open(Settings.load()) as desk:
    policy = desk.registry.policy({name!r})
    desk.registry.set_policy({name!r}, replace(policy, segment_by=("column",)))"""
"""The lines that split a model's log by a column."""

_MARKS = {
    Outcome.BETTER.value: ("better", "arrow_upward", "md-mark md-mark--better"),
    Outcome.WORSE.value: ("worse", "arrow_downward", "md-mark md-mark--worse"),
    Outcome.DIFFERENT.value: ("different", "swap_vert", "md-mark"),
}

# A template is a constant; what users wrote arrives as data and is shown as text.
_CELL = """
<q-td :props="props"><div v-if="props.value" :title="props.value.title">
  <span v-if="props.value.mark" :class="props.value.style"><i class="q-icon notranslate
  material-icons" aria-hidden="true">{{ props.value.icon }}</i> {{ props.value.mark }}</span>
  <span :class="props.value.value ? 'md-measure-value' : 'md-faint'">
    {{ props.value.value || 'not defined' }}</span>
  <div class="md-measure-note">{{ props.value.interval }}</div></div></q-td>
"""
_NAME_CELL = """
<q-td :props="props"><span class="md-name">{{ props.value }}</span>
  <span v-if="props.row.slice" class="md-tag">slice</span></q-td>
"""


class GroupsView:
    """Compares groups.

    Parameters
    ----------
    site
        The services.
    model
        Whose rows.
    data
        What can be chosen from.
    move
        Called with what the address is to say.
    """

    def __init__(
        self,
        site: Site,
        _appearance: Appearance,
        *,
        model: str,
        data: CompareData,
        move: Callable[[CompareState], None],
    ) -> None:
        self._site = site
        self._model = model
        self._data = data
        self._move = move
        self._asked = 0

    def build(self, state: CompareState) -> None:
        """Add the fields; what is compared follows."""
        data = self._data
        if not data.segmented_by and not self._slices:
            self._nothing()
            return
        if state.by not in data.segmented_by and state.slice not in self._slices:
            first = next(iter(data.segmented_by), "")
            state = replace(state, by=first, slice="" if first else self._slices[0])
        self._state = self._sound(state)
        with block("md-card md-compare-choice"), block("md-compare-rows"):
            self._fields()
        self._body = block("md-bones")
        testable(self._body, "groups")
        ui.timer(0, self._run, once=True)

    @property
    def _slices(self) -> tuple[str, ...]:
        """The slices that can be compared: none where there is one, as it needs another."""
        return self._data.slices if len(self._data.slices) > 1 else ()

    def _sound(self, state: CompareState) -> CompareState:
        """Return a state in which a slice is compared with another one."""
        others = [name for name in self._slices if name != state.slice]
        if not state.slice or state.against in others:
            return state
        return replace(state, against=others[0])

    def _nothing(self) -> None:
        words = (
            "Groups are the values of a column by which the log splits rows, or two slices. "
            "Neither is there yet: name a column, or add slices on the page Performance."
        )
        code = _SPLIT.format(name=self._model)
        with block("md-card"):
            box = empty("groups", "No groups to compare yet", words, code=code)
            testable(box, "no-groups")

    def _fields(self) -> None:
        data, state = self._data, self._state
        if len(data.versions) > 1:
            names = {each.number: version_name(each) for each in reversed(data.versions)}
            self._field(names, data.version.number, "Version", "version", self._pick_version)
        options = {f"{_BY} {name}": f"Groups by {name}" for name in data.segmented_by}
        options |= {f"{_SLICE} {name}": f"Slice {cut(name, 60)}" for name in self._slices}
        chosen = f"{_SLICE} {state.slice}" if state.slice else f"{_BY} {state.by}"
        self._field(options, chosen, "Groups", "groups-by", self._pick_groups)
        known = self._known_slices()
        self._against = self._field(
            known,
            state.against if state.against in known else "",
            "Compared with",
            "against",
            self._pick_against,
        )
        self._against.set_visibility(bool(state.slice))
        self._field(RANGES, state.days, "Range", "range", self._pick_days)

    def _field(
        self,
        options: dict[object, str] | dict[str, str] | dict[int, str],
        value: object,
        label: str,
        name: str,
        pick: Callable[..., object],
    ) -> ui.select:
        field = ui.select(options, value=value, on_change=pick)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = label
        testable(field, name)
        return field

    def _known_slices(self) -> dict[str, str]:
        """Return what the chosen slice can be compared with; of segments that is known later."""
        if not self._state.slice:
            return {"": "Against all others"}
        others = [name for name in self._slices if name != self._state.slice]
        return {name: f"Against {cut(name, 60)}" for name in others}

    async def _pick_version(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._choose(replace(self._state, version=event.value))

    async def _pick_groups(self, event: events.ValueChangeEventArguments[str]) -> None:
        kind, _, name = event.value.partition(" ")
        by, part = (name, "") if kind == _BY else ("", name)
        await self._choose(self._sound(replace(self._state, by=by, slice=part, against="")))
        if part:
            self._against.set_options(self._known_slices(), value=self._state.against)

    async def _pick_against(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value != self._state.against:
            await self._choose(replace(self._state, against=event.value or ""))

    async def _pick_days(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._choose(replace(self._state, days=event.value))

    async def _choose(self, state: CompareState) -> None:
        self._state = state
        self._move(state)
        await self._run()

    def _current(self, asked: int) -> bool:
        """Whether nothing else was asked for since, and the page still shows this."""
        return asked == self._asked and not self._body.is_deleted

    async def _run(self) -> None:
        self._asked += 1
        asked = self._asked
        self._body.clear()
        with self._body, block("md-bones") as waiting:
            waiting.props["aria-busy"] = "true"
            bone(height=240)
        try:
            report = await aside(self._load)
        except ModeldeskError as error:
            if self._current(asked):
                self._body.clear()
                with self._body:
                    trouble(error)
            return
        if self._current(asked):
            self._show(report)

    def _load(self) -> FairnessReport:
        state = self._state
        return self._site.desk.performance.fairness(
            self._model,
            version=state.version,
            by=None if state.slice else state.by,
            groups=(state.slice, state.against) if state.slice else None,
            against=state.against or None,
            start=state.since(self._site.clock.now()),
        )

    def _show(self, report: FairnessReport) -> None:
        self._body.clear()
        if report.by is not None:
            names = {"": "Against all others"}
            names |= {each.name: f"Against {cut(each.name, 60)}" for each in report.groups}
            self._against.set_options(names, value=self._state.against)
        self._against.set_visibility(bool(self._state.slice) or bool(report.groups))
        with self._body, block("md-card"):
            if report.because is not None:
                words = f"{report.because[:1].upper()}{report.because[1:]}."
                testable(empty("groups", "Nothing to compare", words), "no-labels")
                return
            with block("md-verdict-line"):
                ui.icon("balance")
                testable(text("p", report.sentence), "verdict")
            with block("md-card-head"):
                text("h2", "Groups side by side")
                words = (
                    f"{plural(report.labelled, 'labelled row')}; marked where a group differs from "
                    f"{report.against} by more than chance"
                )
                text("span", words, "md-card-note")
            self._table(report)

    def _table(self, report: FairnessReport) -> None:
        columns, rows = group_rows(report)
        many = len(rows) > _ROWS_A_PAGE
        table = SlotTable(
            rows=rows,
            columns=columns,
            row_key="name",
            pagination={"rowsPerPage": _ROWS_A_PAGE} if many else None,
        )
        table.classes("md-table md-table--measures md-table--classes").props("flat")
        table.template("body-cell-name", _NAME_CELL)
        for column in columns[2:]:
            table.template(f"body-cell-{column['name']}", _CELL)
        testable(table, "groups-table")


def group_rows(
    report: FairnessReport,
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return a column for each measure, of each class, and a row for each group."""
    kinds = list(dict.fromkeys((each.figure.measure, each.figure.of) for each in report.cells))
    columns: list[dict[str, object]] = [
        {"name": "name", "label": "Group", "field": "name", "align": "left"},
        {"name": "rows", "label": "Labelled rows", "field": "rows", "align": "right"},
    ]
    places = {kind: f"m{place}" for place, kind in enumerate(kinds)}
    for kind, place in places.items():
        title = _title(report.cells, kind)
        columns.append({"name": place, "label": title, "field": place, "align": "right"})
    rows = {
        each.name: {
            "name": each.name,
            "slice": each.slice,
            "rows": f"{count(each.labelled)} ({share(each.share)})",
        }
        for each in report.groups
    }
    found: dict[str, dict[str, object]] = {name: dict(row) for name, row in rows.items()}
    for each in report.cells:
        if each.group in found:
            found[each.group][places[each.figure.measure, each.figure.of]] = _cell(each)
    return columns, list(found.values())


def _title(cells: Sequence[GroupCell], kind: tuple[str, str | None]) -> str:
    figure = next(each.figure for each in cells if (each.figure.measure, each.figure.of) == kind)
    return figure.title if figure.of is None else f"{figure.title} of {cut(figure.of, 40)}"


def _cell(found: GroupCell) -> dict[str, str]:
    figure, gap = found.figure, found.difference
    words, icon, style = _MARKS.get("" if gap is None else gap.outcome or "", ("", "", ""))
    title = figure.because or ("" if gap is None else gap.sentence)
    return {
        "value": "" if figure.value is None else value_words(figure),
        "interval": interval_words(figure),
        "mark": words,
        "icon": icon,
        "style": style,
        "title": title,
    }
