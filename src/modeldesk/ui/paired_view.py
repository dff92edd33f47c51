"""Two versions on the same rows: the verdict, what differs, for whom, and on which rows."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from modeldesk.charts.measure_gaps import drawn_gaps, measure_gaps, measure_gaps_height
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.services.comparison_sources import Source
from modeldesk.services.paired_views import PairedReport
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.compare_state import Change
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.paired_rows import (
    changed_parts,
    difference_rows,
    disagreement_rows,
    input_names,
    mcnemar_words,
    note_rows,
    part_table_rows,
)
from modeldesk.ui.plain_table import plain_table
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import empty
from modeldesk.ui.wording import NOTHING, count, number, plural, share

_ROWS_A_PAGE = 20
_CHANGED_COLUMNS, _NOTES = 50, 30

_SOURCES = {
    Source.SHADOW.value: "requests that one answered and the other shadowed",
    Source.REPLAY.value: "logged requests, predicted once more",
    Source.TEST.value: "the test set that it was published with",
}

# Templates are constants; what users wrote arrives as data and is shown as text.
_MARK = """<span v-if="props.row.mark" :class="props.row.style" :title="props.row.sentence">
  <i class="q-icon notranslate material-icons" aria-hidden="true">{{ props.row.icon }}</i>
  {{ props.row.mark }}</span>"""
_GAP_CELL = """
<q-td :props="props"><span class="md-measure-value">{{ props.value }}</span>
  <div class="md-measure-note">{{ props.row.interval }}</div></q-td>
"""
_OUTCOME_CELL = f"""
<q-td :props="props">{_MARK}
  <span v-else class="md-measure-note">{{{{ props.row.because }}}}</span></q-td>
"""
_PART_CELL = """
<q-td :props="props"><span class="md-name">{{ props.value }}</span>
  <span v-if="props.row.kind === 'slice'" class="md-tag">slice</span></q-td>
"""
_BARS_CELL = """
<q-td :props="props"><div class="md-updown" role="img"
  :aria-label="props.row.improved + ' improved, ' + props.row.regressed + ' regressed'">
  <span class="md-updown-down"><i :style="{width: props.row.down + '%'}"></i></span>
  <span class="md-updown-up"><i :style="{width: props.row.up + '%'}"></i></span></div></q-td>
"""
_ROW_CELL = """
<q-td :props="props"><a v-if="props.row.href" :href="props.row.href" class="md-mono">
  {{ props.value }}</a><span v-else class="md-mono">{{ props.value }}</span></q-td>
"""
_CHANGE_CELL = f"""
<q-td :props="props">{_MARK}<span v-else class="md-faint">—</span></q-td>
"""


class PairedView:
    """Shows what came of a comparison.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with which disagreements a person wants to see.
    """

    def __init__(self, appearance: Appearance, *, choose: Callable[[Change], None]) -> None:
        self._appearance = appearance
        self._choose = choose

    def build(self, report: PairedReport, change: Change) -> None:
        """Add everything, the verdict first."""
        self._report = report
        self._change = change
        self._verdict()
        if report.labelled:
            with block("md-grid-measures"):
                self._gaps()
                self._measures()
            self._parts()
        if report.rows:
            self._disagreements()
        with block("md-grid-measures"):
            self._notes()
            self._reference()

    def _verdict(self) -> None:
        report = self._report
        with block("md-card"):
            with block("md-verdict-line"):
                ui.icon("balance")
                testable(text("p", report.verdict), "verdict")
            if report.rows:
                self._figures()
            if report.mcnemar is not None and report.labelled:
                words = mcnemar_words(report.mcnemar, report.one, report.other)
                line = text("p", words, "md-verdict-note")
                line.props["title"] = f"McNemar's test, {report.mcnemar.method}"
                testable(line, "mcnemar")

    def _figures(self) -> None:
        report = self._report
        cut = ", the latest" if report.cut else ""
        refused = f"{plural(report.refused, 'row')} left out" if report.refused else ""
        where = _SOURCES.get(report.source, report.source)
        with block("md-figures md-figures--performance md-figures--compare"):
            self._figure("Rows", count(report.rows), refused or f"{where}{cut}", "rows")
            known = share(report.labelled / report.rows) if report.rows else NOTHING
            self._figure("Labelled", count(report.labelled), f"{known} of them", "labelled")
            agree = NOTHING if report.agreement is None else share(report.agreement)
            self._figure("Agreement", agree, "same prediction", "agreement")
            if report.labelled:
                better = f"only v{report.one} right, or nearer"
                worse = f"only v{report.other} right, or nearer"
                self._figure("Improved", count(report.improved), better, "improved")
                self._figure("Regressed", count(report.regressed), worse, "regressed")

    def _figure(self, name: str, value: str, note: str, test: str) -> None:
        with block("md-figure") as figure:
            testable(figure, f"figure-{test}")
            text("div", name, "md-figure-name")
            text("div", value, "md-figure-value")
            text("div", note, "md-figure-note")

    def _gaps(self) -> None:
        report = self._report
        shown = drawn_gaps(report.differences)
        with block("md-card"):
            with block("md-card-head"):
                text("h2", f"Version {report.one} less version {report.other}")
                text("span", "lines are intervals; a difference leaves 0 out", "md-card-note")
            if not shown:
                words = "No measure has a value for both versions on these rows."
                empty("straighten", "Nothing to draw", words, small=True)
                return
            with block("md-performance-chart"):
                height = measure_gaps_height(report.differences)
                picture = self._appearance.picture(self._draw, height=height)
                testable(picture.chart, "gaps")
            with block("md-card-body"), block("md-key"):
                for name, words in (
                    ("better", "better"),
                    ("worse", "worse"),
                    ("none", "no difference shown"),
                ):
                    with block("", tag="span"):
                        block(f"md-key-{name}", tag="i")
                        text("span", words)

    def _draw(self, colours: Palette) -> Options:
        report = self._report
        return measure_gaps(report.differences, colours, one=report.one, other=report.other)

    def _measures(self) -> None:
        report = self._report
        heads = (
            ("title", "Measure", "left"),
            ("one", f"v{report.one}", "right"),
            ("other", f"v{report.other}", "right"),
            ("gap", "Difference", "right"),
            ("mark", "Outcome", "left"),
        )
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Measures")
                words = f"{plural(report.labelled, 'labelled row')}, all differences hold together"
                text("span", words, "md-card-note")
            table = self._table(difference_rows(report.differences), heads, "key", "differences")
            table.template("body-cell-gap", _GAP_CELL)
            table.template("body-cell-mark", _OUTCOME_CELL)

    def _parts(self) -> None:
        parts = changed_parts(self._report)
        if not parts:
            return
        heads = (
            ("name", "Class or slice", "left"),
            ("rows", "Rows", "right"),
            ("regressed", "Regressed", "right"),
            ("bars", "Balance", "left"),
            ("improved", "Improved", "left"),
            ("net", "Net", "right"),
        )
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Where it improved and regressed")
                words = "labelled rows that only one of both got right, or came nearer to"
                text("span", words, "md-card-note")
            table = self._table(part_table_rows(parts), heads, "key", "changed-parts")
            table.template("body-cell-name", _PART_CELL)
            table.template("body-cell-bars", _BARS_CELL)

    def _disagreements(self) -> None:
        with block("md-card") as card:
            testable(card, "disagreements")
            with block("md-card-head"):
                text("h2", "Where they disagree")
                self._told = text("span", "", "md-card-note")
                with block("md-card-end"), block("md-choices") as group:
                    group.props["role"] = "group"
                    group.props["aria-label"] = "Which rows"
                    self._buttons = {change: self._choice(change) for change in Change}
            self._rows = block("")
        self._fill_rows()

    def _choice(self, change: Change) -> ui.element:
        button = ui.element("button").on("click", lambda: self._pick(change))
        button.props["type"] = "button"
        with button:
            text("span", change.capitalize())
        testable(button, f"change-{change}")
        return button

    def _pick(self, change: Change) -> None:
        self._change = change
        self._choose(change)
        self._fill_rows()

    def _fill_rows(self) -> None:
        report = self._report
        for change, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if change is self._change else "false"
            button.update()
        rows = disagreement_rows(report, self._change)
        every = report.rows - round((report.agreement or 0.0) * report.rows)
        self._told.set_text(f"{count(len(rows))} shown of {plural(every, 'row')}")
        self._rows.clear()
        with self._rows:
            if not rows:
                words = "Both versions predict the same for all of these rows."
                if report.disagreements:
                    words = "None of the rows that are shown is of this kind."
                testable(empty("done_all", "No such row", words, small=True), "no-disagreements")
                return
            self._row_table(rows)

    def _row_table(self, rows: list[dict[str, object]]) -> None:
        report = self._report
        heads = [
            ("row", "Prediction", "left"),
            ("label", "Truth", "left"),
            ("one", f"v{report.one}", "left"),
            ("other", f"v{report.other}", "left"),
            ("mark", "Change", "left"),
            *((f"c{n}", name, "left") for n, name in enumerate(input_names(report))),
        ]
        table = self._table(rows, heads, "id", "disagreement-rows")
        table.classes("md-table--rows")
        table.template("body-cell-row", _ROW_CELL)
        table.template("body-cell-mark", _CHANGE_CELL)

    def _table(
        self,
        rows: list[dict[str, object]],
        heads: list[tuple[str, str, str]] | tuple[tuple[str, str, str], ...],
        key: str,
        name: str,
    ) -> SlotTable:
        columns = [
            {"name": field, "label": label, "field": field, "align": align}
            for field, label, align in heads
        ]
        many = len(rows) > _ROWS_A_PAGE
        table = SlotTable(
            rows=rows,
            columns=columns,
            row_key=key,
            pagination={"rowsPerPage": _ROWS_A_PAGE} if many else None,
        )
        table.classes("md-table md-table--measures").props("flat")
        testable(table, name)
        return table

    def _notes(self) -> None:
        report = self._report
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "What was told of them")
                text("span", "parameters, metrics, tags and libraries", "md-card-note")
            rows = note_rows(report.notes)
            if not rows:
                text("p", "All of it is the same.", "md-compare-same")
                return
            with block("md-card-body"):
                heads = ["Name", f"v{report.one}", f"v{report.other}"]
                plain_table("About", heads, rows, name="note-changes", texts=2, most=_NOTES)

    def _reference(self) -> None:
        reference = self._report.reference
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Reference data")
                words = f"{count(reference.one_rows)} rows against {count(reference.other_rows)}"
                text("span", words, "md-card-note")
            testable(text("p", reference.sentence, "md-compare-same"), "reference-sentence")
            with block("md-card-body"):
                rows = [
                    (each.name, each.sentence, number(each.distance)) for each in reference.columns
                ]
                plain_table(
                    "Column",
                    ["What changed", "Distance"],
                    rows,
                    name="reference-changes",
                    most=_CHANGED_COLUMNS,
                    texts=2,
                )
