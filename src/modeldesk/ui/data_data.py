"""What the data page shows, read and computed away from the event loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidData, ModeldeskError, NotFound
from modeldesk.explore import (
    Association,
    AssociationMatrix,
    Boxes,
    ColumnFacts,
    CrossCounts,
    Distribution,
    ExploredTable,
    Overview,
    Points,
    TargetAssociations,
    association,
    association_matrix,
    boxes,
    column_facts,
    cross_counts,
    distribution,
    missing_count,
    overview,
    points,
    value_words,
    with_target,
)
from modeldesk.explore.matrix import MOST_ROWS as ASSOCIATED_ROWS
from modeldesk.schema import Kind
from modeldesk.services.explored_rows import ColumnRole, ExploredRows
from modeldesk.services.exploring import DataChoice, DataSource
from modeldesk.services.views import VersionView
from modeldesk.ui.data_state import DataOrder, DataState, DataView

COLUMNS_A_PAGE = 25
ROWS_A_PAGE = 25
CELLS_ACROSS = 30
"""Columns that rows are shown with at once."""

_ORDERED_BY_TARGET = 500
_CATEGORIES = frozenset({Kind.CATEGORICAL, Kind.BOOLEAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """One column in the list of columns."""

    facts: ColumnFacts
    role: ColumnRole
    distribution: Distribution
    association: Association | None
    """With the target; ``None`` of the target itself, or where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsShown:
    """A page of the columns."""

    columns: tuple[ShownColumn, ...]
    found: int
    """How many columns have the name that is looked for."""
    page: int
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsShown:
    """A page of the rows, some columns of them."""

    names: tuple[str, ...]
    numeric: frozenset[str]
    """Those of them that hold numbers."""
    cells: tuple[tuple[str, ...], ...]
    """As text, by row; cut where it is long."""
    identifiers: tuple[str, ...]
    """Of the predictions, by row; none where the rows are no logged ones."""
    first: int
    """The place of the first row, from 1."""
    rows: int
    page: int
    across: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationsShown:
    """What columns say of the target and of each other."""

    with_target: TargetAssociations | None
    matrix: AssociationMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class PairShown:
    """One column by itself, or two together."""

    x: str
    y: str
    """Empty where there is one."""
    association: Association | None
    picture: Points | Boxes | CrossCounts | Distribution
    facts: tuple[ColumnFacts, ...]
    upright: bool = True
    """Of boxes: whether ``x`` holds the groups, and not ``y``."""


Shown: TypeAlias = ColumnsShown | RowsShown | AssociationsShown | PairShown


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPageData:
    """Everything that the page shows."""

    version: VersionView
    versions: tuple[VersionView, ...]
    sources: tuple[DataSource, ...]
    """Those that have rows."""
    newest: str
    """Up to here the log was read."""
    body: DataBody | ModeldeskError
    """The rows, or why there are none."""

    @staticmethod
    def load(desk: Desk, model: str, state: DataState, choice: DataChoice) -> DataPageData:
        """Read what a state asks for, of the rows of a choice.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        version = desk.registry.version(model, state.version)
        newest = desk.reader.newest_key(model, version=version.number)
        body: DataBody | ModeldeskError
        try:
            body = DataBody.of(desk.exploring.rows(model, choice), state)
        except (InvalidArgument, InvalidData, NotFound) as error:
            body = error
        return DataPageData(
            version=version,
            versions=desk.registry.versions(model),
            sources=desk.exploring.sources(model, version.number),
            newest=newest,
            body=body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DataBody:
    """What there is to say of some rows."""

    overview: Overview
    features: int
    """How many of the columns are features; rows are the same where these are."""
    looked_at: int
    """Rows that the condition was tried on."""
    total: int
    exact: bool
    labelled: int | None
    """Rows with a label; ``None`` where there is no such column."""
    names: tuple[str, ...]
    kinds: Mapping[str, Kind]
    roles: Mapping[str, ColumnRole]
    target: str | None
    shown: Shown | None
    """``None`` where there are no rows."""

    @staticmethod
    def of(rows: ExploredRows, state: DataState) -> DataBody:
        """Compute what a state asks for.

        Raises
        ------
        InvalidExpression
            When the condition cannot be read, or does not fit.
        """
        some = rows.filtered(state.condition)
        table = some.table
        features = some.named(ColumnRole.FEATURE) or table.names
        label = next(iter(some.named(ColumnRole.LABEL)), None)
        target = state.target if state.target in table.names else some.target
        whole = overview(table)
        twice = overview(table.only(table.frame.select(features))).duplicates
        return DataBody(
            overview=_with_duplicates(whole, twice),
            features=len(features),
            looked_at=rows.table.rows,
            total=rows.total,
            exact=rows.exact,
            labelled=None if label is None else table.rows - missing_count(table.frame[label]),
            names=table.names,
            kinds=table.kinds,
            roles=some.roles,
            target=target,
            shown=_shown(some, state, target) if table.rows else None,
        )


def _with_duplicates(found: Overview, duplicates: int) -> Overview:
    return Overview(
        rows=found.rows,
        columns=found.columns,
        missing=found.missing,
        duplicates=duplicates,
        bytes=found.bytes,
    )


def _shown(rows: ExploredRows, state: DataState, target: str | None) -> Shown:
    match state.view:
        case DataView.COLUMNS:
            return _columns(rows, state, target)
        case DataView.ROWS:
            return _rows(rows, state)
        case DataView.ASSOCIATIONS:
            return _associations(rows, target)
        case DataView.PAIR:
            return _pair(rows, state, target)


def _columns(rows: ExploredRows, state: DataState, target: str | None) -> ColumnsShown:
    table, wanted = rows.table, state.q.casefold()
    names = [name for name in table.names if wanted in name.casefold()]
    ordered = _ordered(table, names, state.order, target)
    page = min(state.page, max(1, -(-len(ordered) // COLUMNS_A_PAGE)))
    part = ordered[(page - 1) * COLUMNS_A_PAGE : page * COLUMNS_A_PAGE]
    told = {} if target is None else _with_target(table, target, part)
    columns = tuple(
        ShownColumn(
            facts=column_facts(table, name),
            role=rows.roles[name],
            distribution=distribution(table, name),
            association=told.get(name),
        )
        for name in part
    )
    return ColumnsShown(columns=columns, found=len(names), page=page, target=target)


def _with_target(table: ExploredTable, target: str, names: list[str]) -> dict[str, Association]:
    found = with_target(table, target, names=names, most=len(names))
    return {each.first: each for each in found.associations}


def _ordered(
    table: ExploredTable, names: list[str], order: DataOrder, target: str | None
) -> list[str]:
    match order:
        case DataOrder.NAME:
            return sorted(names, key=str.casefold)
        case DataOrder.MISSING:
            return sorted(names, key=lambda name: -missing_count(table.frame[name]))
        case DataOrder.DISTINCT:
            return sorted(names, key=lambda name: -_distinct(table, name))
        case DataOrder.ASSOCIATION if target is not None:
            told = _with_target(table, target, names[:_ORDERED_BY_TARGET])
            strength = {name: each.strength for name, each in told.items()}
            return sorted(names, key=lambda name: -strength.get(name, -2.0))
    return names


def _distinct(table: ExploredTable, name: str) -> int:
    vector = table.kinds[name] is Kind.VECTOR
    return 0 if vector else table.frame[name].n_unique()


def _rows(rows: ExploredRows, state: DataState) -> RowsShown:
    table = rows.table
    pages = max(1, -(-table.rows // ROWS_A_PAGE))
    parts = max(1, -(-len(table.names) // CELLS_ACROSS))
    page, across = min(state.page, pages), min(state.across, parts)
    first = (page - 1) * ROWS_A_PAGE
    names = table.names[(across - 1) * CELLS_ACROSS : across * CELLS_ACROSS]
    frame = table.frame.select(names)
    identifiers = () if rows.identifiers is None else rows.identifiers[first : first + ROWS_A_PAGE]
    return RowsShown(
        names=names,
        numeric=frozenset(name for name in names if frame.schema[name].is_numeric()),
        cells=tuple(
            tuple("" if value is None else value_words(value) for value in row)
            for row in frame.slice(first, ROWS_A_PAGE).iter_rows()
        ),
        identifiers=tuple(identifiers),
        first=first + 1,
        rows=table.rows,
        page=page,
        across=across,
    )


def _associations(rows: ExploredRows, target: str | None) -> AssociationsShown:
    table = rows.table
    features = list(rows.named(ColumnRole.FEATURE)) or list(table.names)
    if target is None:
        usable = [name for name in features if _usable(table, name)]
        return AssociationsShown(with_target=None, matrix=association_matrix(table, usable))
    found = with_target(table, target, names=features)
    # The most telling ones first, the target before them: of many columns only these are shown.
    telling = [each.first for each in found.associations if _usable(table, each.first)]
    others = [target] if _usable(table, target) else []
    return AssociationsShown(
        with_target=found, matrix=association_matrix(table, [*others, *telling])
    )


def _usable(table: ExploredTable, name: str) -> bool:
    return table.kinds[name] not in {Kind.TEXT, Kind.IDENTIFIER, Kind.VECTOR}


def _pair(rows: ExploredRows, state: DataState, target: str | None) -> PairShown:
    table = rows.table
    x = state.x if state.x in table.names else _telling(rows, target)
    y = state.y if state.y in table.names else ""
    if state.x not in table.names and not y and target is not None and target != x:
        y = target
    facts = tuple(column_facts(table, name) for name in dict.fromkeys((x, y)) if name)
    if not y:
        return PairShown(
            x=x, y="", association=None, picture=distribution(table, x, bins=40), facts=facts
        )
    sample = table.sample(ASSOCIATED_ROWS, names=tuple(dict.fromkeys((x, y))))
    told = association(sample, x, y) if x != y else None
    x_counts, y_counts = (table.kinds[name] in _CATEGORIES for name in (x, y))
    if x_counts and y_counts:
        picture: Points | Boxes | CrossCounts = cross_counts(table, x, y)
    elif x_counts or y_counts:
        numbers, groups = (y, x) if x_counts else (x, y)
        picture = boxes(table, numbers, groups)
    else:
        by = state.by if state.by in table.names else None
        picture = points(table, x, y, groups=by)
    return PairShown(x=x, y=y, association=told, picture=picture, facts=facts, upright=x_counts)


def _telling(rows: ExploredRows, target: str | None) -> str:
    """Return the feature that says most of the target, or the first column."""
    features = rows.named(ColumnRole.FEATURE) or rows.table.names
    if target is None:
        return features[0]
    found = with_target(rows.table, target, names=features, most=40, most_rows=2_000)
    return found.associations[0].first if found.associations else features[0]
