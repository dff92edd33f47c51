"""The rows of an explored table, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from modeldesk.ui.data_data import CELLS_ACROSS, ROWS_A_PAGE, RowsShown
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.pager import Pager
from modeldesk.ui.places import PREDICTIONS
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import NOTHING, brief, count, plural

_NUMBER = """
<q-td :props="props"><a v-if="props.row.href" :href="props.row.href"
  :aria-label="'Prediction of row ' + props.row.n">{{ props.row.n }}</a>
  <template v-else>{{ props.row.n }}</template></q-td>
"""


class DataRows:
    """A card with some rows, and some of their columns where there are many.

    Parameters
    ----------
    turn
        Called with the number of the page of rows that a person wants.
    turn_across
        Called with the number of the page of columns.
    """

    def __init__(
        self,
        *,
        turn: Callable[[int], Awaitable[None]],
        turn_across: Callable[[int], Awaitable[None]],
    ) -> None:
        self._turn = turn
        self._turn_across = turn_across

    def build(self, shown: RowsShown, columns: int) -> None:
        """Add the card.

        Parameters
        ----------
        shown
            The rows.
        columns
            How many columns the table has.
        """
        card = block("md-card")
        testable(card, "rows-card")
        with card:
            with block("md-card-head"):
                text("h2", "Rows")
                last = shown.first + len(shown.cells) - 1
                words = f"{count(shown.first)} to {count(last)} of {plural(shown.rows, 'row')}"
                testable(text("span", words, "md-card-note"), "rows-note")
                if columns > CELLS_ACROSS:
                    with block("md-card-end"):
                        text("span", "Columns", "md-faint md-small")
                        across = Pager(CELLS_ACROSS, self._turn_across)
                        across.build()
                        across.show(page=shown.across, total=columns)
            with scrollable("md-data-scroll") as room:
                room.props["role"] = "region"
                room.props["aria-label"] = "Rows"
                self._table(shown)
            if shown.rows > ROWS_A_PAGE:
                pager = Pager(ROWS_A_PAGE, self._turn)
                pager.build()
                pager.show(page=shown.page, total=shown.rows)

    def _table(self, shown: RowsShown) -> None:
        columns: list[dict[str, object]] = [
            {"name": "n", "label": "#", "field": "n", "align": "right"}
        ]
        columns += [
            {
                "name": f"c{place}",
                "label": brief(name, 60),
                "field": f"c{place}",
                "align": "right" if name in shown.numeric else "left",
            }
            for place, name in enumerate(shown.names)
        ]
        rows = [
            {
                "n": count(shown.first + line),
                "href": self._href(shown, line),
                **{f"c{place}": words or NOTHING for place, words in enumerate(cells)},
            }
            for line, cells in enumerate(shown.cells)
        ]
        table = SlotTable(rows=rows, columns=columns, row_key="n")
        table.props("flat hide-pagination :rows-per-page-options=[0]")
        table.classes("md-table md-table--rows md-table--data-rows")
        testable(table, "rows")
        table.template("body-cell-n", _NUMBER)

    @staticmethod
    def _href(shown: RowsShown, line: int) -> str:
        if not shown.identifiers:
            return ""
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        return f"{PREDICTIONS.place}?row={quote(shown.identifiers[line], safe='')}"
