"""The rows of the monitor's table of columns, with their small charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from modeldesk.charts.small_bars import small_bars
from modeldesk.charts.spans import place_of
from modeldesk.charts.telling import most_telling
from modeldesk.drift import ColumnComparison, Status
from modeldesk.schema import Column, Role
from modeldesk.services.views import WindowComparison
from modeldesk.ui.monitor_state import MonitorData, MonitorState
from modeldesk.ui.verdict_chip import chip_fields
from modeldesk.ui.wording import NOTHING, count, share, verdict_words

ROWS_A_PAGE = 40

_FULL = 100

Distinct = Mapping[str, Sequence[float | None]]
"""Of each column, about how many different values it has at each place of the axis of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumns:
    """One page of a model's columns, as they were asked for."""

    columns: tuple[Column, ...]
    found: int
    """How many fit the filters."""
    page: int
    pages: int

    @staticmethod
    def of(data: MonitorData, entry: WindowComparison | None, state: MonitorState) -> ShownColumns:
        """Return the columns that fit a state's filters, sorted, and cut to its page.

        Parameters
        ----------
        data
            What the page shows.
        entry
            The chosen window.
        state
            What is asked for.
        """
        compared = _of_window(entry)
        wanted = state.q.strip().casefold()
        found = [
            column
            for column in data.report.signature.columns
            if wanted in column.name.casefold()
            and state.role in {"", column.role}
            and (not state.verdict or _status(compared.get(column.name)) == state.verdict)
        ]
        key = _KEYS[state.sort.removeprefix("-")]
        found.sort(key=lambda column: key(column, compared.get(column.name)))
        if state.sort.startswith("-"):
            found.reverse()
        pages = max(1, -(-len(found) // ROWS_A_PAGE))
        page = min(state.page, pages)
        first = (page - 1) * ROWS_A_PAGE
        return ShownColumns(
            columns=tuple(found[first : first + ROWS_A_PAGE]),
            found=len(found),
            page=page,
            pages=pages,
        )


def column_rows(
    trends: ColumnTrends,
    entry: WindowComparison | None,
    shown: ShownColumns,
    *,
    opened: str | None,
    distinct: Distinct,
) -> list[dict[str, object]]:
    """Return the table's rows, without their small charts.

    Parameters
    ----------
    trends
        The small charts of what the page shows.
    entry
        The chosen window.
    shown
        The columns.
    opened
        The column whose panel is open.
    distinct
        What is known of different values; may come later than the rest.
    """
    compared, data = _of_window(entry), trends.data
    at = None if entry is None else place_of(data.spans, entry.window.start)
    return [
        _row(column, compared.get(column.name), _at(distinct.get(column.name), at))
        | {"open": column.name == opened, "muted": data.rule.muted.get(column.name, "")}
        for column in shown.columns
    ]


def column_strips(
    trends: ColumnTrends, shown: ShownColumns, *, distinct: Distinct
) -> dict[str, object]:
    """Return the small charts of the table's rows, by the rows' keys.

    They are about the whole range: the chosen window changes nothing of them.
    """
    places = len(trends.data.spans)
    return {
        _key(column): {
            "places": places,
            **trends.of(column.name),
            "distinct": _distinct(distinct.get(column.name, ())),
        }
        for column in shown.columns
    }


def _of_window(entry: WindowComparison | None) -> dict[str, ColumnComparison]:
    return {each.name: each for each in entry.comparison.columns} if entry else {}


def _status(compared: ColumnComparison | None) -> str:
    return "" if compared is None else compared.verdict.status


class ColumnTrends:
    """The columns of a report at each place of the axis of time; drawn once, when asked for.

    Parameters
    ----------
    data
        What the page shows.
    """

    def __init__(self, data: MonitorData) -> None:
        self.data = data
        self._places = data.by_place()
        self._drawn: dict[str, Mapping[str, object]] = {}

    def of(self, name: str) -> Mapping[str, object]:
        """Return the small charts of a column, and what they say of each place."""
        if name not in self._drawn:
            found = [[each[name] for each in place if name in each] for place in self._places]
            self._drawn[name] = _drawn(found)
        return self._drawn[name]


def _drawn(found: Sequence[Sequence[ColumnComparison]]) -> Mapping[str, object]:
    rows = [sum(each.rows for each in place) if place else None for place in found]
    reference = next((each.reference_missing_share for place in found for each in place), None)
    return {
        "rows": _strip(rows, lambda value: f"{value:,.0f} rows"),
        "missing": _strip(
            [_missing(place) for place in found],
            lambda value: f"{_FULL * value:.1f} % missing",
            line=reference,
            least=0.05,
        ),
        "distance": _distances([each[most_telling(each)] if each else None for each in found]),
    }


def _missing(found: Sequence[ColumnComparison]) -> float | None:
    rows = sum(each.rows for each in found)
    return sum(each.rows * each.missing_share for each in found) / rows if rows else None


def _key(column: Column) -> str:
    return f"column {column.name}"


def _row(
    column: Column, compared: ColumnComparison | None, distinct: float | None
) -> dict[str, object]:
    distance = compared.distance if compared else None
    return {
        "key": _key(column),
        "name": column.name,
        "kind": column.kind.value,
        "role": column.role.value,
        "sentence": compared.verdict.sentence if compared else "",
        "before": share(compared.reference_missing_share) if compared else "",
        "rows": count(compared.rows) if compared else NOTHING,
        "missing": share(compared.missing_share) if compared else NOTHING,
        "distinct": NOTHING if distinct is None else f"≈ {count(round(distinct))}",
        "distance": NOTHING if distance is None else f"{distance:.3f}",
        **chip_fields(compared.verdict.status if compared else None),
    }


def _at(values: Sequence[float | None] | None, at: int | None) -> float | None:
    return values[at] if values is not None and at is not None and at < len(values) else None


def _distinct(values: Sequence[float | None]) -> dict[str, object]:
    return _strip(values, lambda value: f"≈ {value:,.0f} different values")


def _distances(telling: Sequence[ColumnComparison | None]) -> dict[str, object]:
    judged = [
        each if each is not None and each.verdict.status is not Status.NOT_ENOUGH_DATA else None
        for each in telling
    ]
    values = [None if each is None else each.distance for each in judged]
    changed = [each is not None and each.verdict.status is Status.CHANGED for each in judged]
    words = [
        "" if value is None else f"distance {value:.3f}{', changed' if marked else ''}"
        for value, marked in zip(values, changed, strict=True)
    ]
    return {"svg": small_bars(values, marked=changed, least=0.2), "words": "|".join(words)}


def _strip(
    values: Sequence[float | None],
    tell: Callable[[float], str],
    *,
    line: float | None = None,
    least: float = 0.0,
) -> dict[str, object]:
    words = ["" if value is None else tell(value) for value in values]
    return {"svg": small_bars(values, line=line, least=least), "words": "|".join(words)}


_ROLES = {Role.FEATURE: 0, Role.PREDICTION: 1, Role.SCORE: 2}

_Key = Callable[[Column, ColumnComparison | None], tuple[float, float, str]]


def _distance(compared: ColumnComparison | None) -> float:
    return -1.0 if compared is None or compared.distance is None else compared.distance


def _attention(column: Column, compared: ColumnComparison | None) -> tuple[float, float, str]:
    """Put changed columns first; a feature before the prediction that it may have changed."""
    changed = _status(compared) == Status.CHANGED
    return _ROLES[column.role] + (0 if changed else len(_ROLES)), -_distance(compared), ""


def _verdict(_column: Column, compared: ColumnComparison | None) -> tuple[float, float, str]:
    status = None if compared is None else compared.verdict.status
    return verdict_words(status).urgency, -_distance(compared), ""


_KEYS: dict[str, _Key] = {
    "": _attention,
    "name": lambda column, _: (0, 0, column.name.casefold()),
    "kind": lambda column, _: (0, 0, f"{column.kind.value} {column.name.casefold()}"),
    "role": lambda column, _: (_ROLES[column.role], 0, column.name.casefold()),
    "rows": lambda column, it: (it.rows if it else -1, 0, column.name.casefold()),
    "missing": lambda column, it: (it.missing_share if it else -1, 0, column.name.casefold()),
    "distance": lambda column, it: (_distance(it), 0, column.name.casefold()),
    "verdict": _verdict,
}
