"""Finding the slices in which a model is worst."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument, InvalidData
from modeldesk.performance.slices.atoms import Atom, atoms_of, groups_of, term_atom
from modeldesk.performance.slices.evaluation import answers
from modeldesk.performance.slices.fields import Field, SliceSchema
from modeldesk.performance.slices.found import FoundSlice, FoundSlices
from modeldesk.performance.slices.functions import ValueType
from modeldesk.performance.slices.nodes import And, Column, Node, Special, SpecialName
from modeldesk.performance.slices.search import Candidate, search
from modeldesk.performance.slices.significance import chance_of_higher, higher_by, holm
from modeldesk.performance.slices.terms import frequent_terms
from modeldesk.schema import Kind

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]

MOST_SEARCHED = 50_000
"""So many rows are searched at most; all others judge what was found."""
LARGEST_LOSS = 1e100
"""Beyond, squares of losses leave the floats."""
_FEWEST_JUDGED = 5
"""With fewer rows inside, apart from other slices, a slice is not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What counts as a slice worth telling."""

    min_rows: int = 20
    """A slice has at least so many rows ..."""
    min_share: float = 0.01
    """... and at least this share of them."""
    false_alarm_rate: float = 0.05
    """In so many searches of 1 where no slice is worse, one is told all the same."""
    min_difference: float = 0.0
    """By how much, at least, the mean loss is higher."""
    most: int = 10
    """How many slices are told at most."""

    def __post_init__(self) -> None:
        wrong = [
            name
            for name, fine in (
                ("min_rows", self.min_rows >= _FEWEST_JUDGED),
                ("min_share", 0 <= self.min_share < 1),
                ("false_alarm_rate", 0 < self.false_alarm_rate < 1),
                ("min_difference", self.min_difference >= 0),
                ("most", self.most >= 1),
            )
            if not fine
        ]
        if wrong:
            message = f"{wrong[0]} cannot be {getattr(self, wrong[0])!r}."
            hint = f"min_rows is {_FEWEST_JUDGED} or more, shares are from 0 to 1."
            raise InvalidArgument(message, hint=hint)


def find_slices(
    frame: pl.DataFrame,
    loss: pl.Series | Floats,
    *,
    schema: SliceSchema | None = None,
    columns: Sequence[str] | None = None,
    reference: pl.DataFrame | None = None,
    settings: Search | None = None,
    seed: int = 0,
) -> FoundSlices:
    """Find the slices, of one condition or two, in which losses are higher than elsewhere.

    Half of the rows, at most 50,000, are searched: conditions are made of the columns' values
    (quantiles of numbers, categories, truth, missing values, numbers of words and single words
    of texts, hours, weekdays and months, clusters of vectors), and of all of them and their
    pairs the clearest are taken, one after the other, each judged without the rows of those
    before. The other rows, which took no part in that, judge each: by Fisher's exact test
    where losses are 0 and 1, by its counterpart for other losses elsewhere, corrected after
    Holm. So, where no slice is worse, hardly more than 5 in 100 searches tell one.

    Parameters
    ----------
    frame
        The rows, with features, and prediction and text where there are any.
    loss
        For each row how wrong the model was: 1 for wrong and 0 for right, the absolute error,
        the logarithmic loss ... Rows without a loss (null or NaN) are left out.
    schema
        What conditions may speak of; without it, `SliceSchema.of_frame` says.
    columns
        Which columns to look at; without it all but identifiers, and of what is not a feature
        only the prediction.
    reference
        The rows from which bounds and categories are taken; without it the searched ones.
    settings
        What counts as a slice worth telling.
    seed
        Decides which rows are searched: the same seed finds the same slices.

    Raises
    ------
    InvalidArgument
        When a column does not exist, or a loss is infinite or beyond 1e100.
    InvalidData
        When there are not as many losses as rows, or a column is not what the schema says.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pl.DataFrame({"age": rng.integers(18, 90, 4000), "x": rng.normal(size=4000)})
    >>> wrong = rng.random(4000) < np.where(frame["age"] >= 75, 0.5, 0.1)
    >>> found = find_slices(frame, wrong.astype(float))
    >>> [one.expression for one in found.slices]
    ['age >= 75']
    """
    wanted = Search() if settings is None else settings
    losses = _losses(loss, frame.height)
    known = np.flatnonzero(~np.isnan(losses))
    random = np.random.default_rng(seed)
    order = random.permutation(known)
    size = min(len(order) // 2, MOST_SEARCHED)
    searched, judging = np.sort(order[:size]), np.sort(order[size:])
    if size < wanted.min_rows or not losses[searched].std() > 0:
        return _nothing(losses[known], passed_over=())
    rows = frame[searched]
    speaks = SliceSchema.of_frame(rows) if schema is None else schema
    looked_at = _looked_at(speaks, columns)
    source = rows if reference is None else reference
    gathered = _gathered(looked_at, speaks, rows, source, wanted, random)
    least = max(wanted.min_rows // 2, round(wanted.min_share * size), 2)
    candidates = search(gathered.masks, groups_of(gathered.atoms), losses[searched], least=least)
    nodes = [_node(candidate, gathered.atoms) for candidate in candidates]
    masks = _masks(nodes, speaks, frame)
    judged = _judged(nodes, masks, losses, judging, known, wanted)
    number = len(gathered.atoms)
    return FoundSlices(
        slices=judged,
        rows=len(known),
        searched_rows=size,
        mean_loss=float(losses[known].mean()),
        conditions=number * (number + 1) // 2,
        tested=len(nodes),
        passed_over=gathered.passed_over,
    )


def _nothing(losses: Floats, *, passed_over: tuple[str, ...]) -> FoundSlices:
    return FoundSlices(
        slices=(),
        rows=len(losses),
        searched_rows=0,
        mean_loss=float(losses.mean()) if len(losses) else None,
        conditions=0,
        tested=0,
        passed_over=passed_over,
    )


def _losses(loss: pl.Series | Floats, rows: int) -> Floats:
    series = loss if isinstance(loss, pl.Series) else pl.Series(np.asarray(loss))
    if len(series) != rows:
        message = f"There are {len(series):,} losses for {rows:,} rows."
        raise InvalidData(message, hint="Give one loss for each row.")
    if not (series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null)):
        message = f"Losses are {series.dtype}."
        raise InvalidData(message, hint="Give numbers: 1 for wrong, 0 for right.")
    values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    vast = np.abs(values) > LARGEST_LOSS
    if vast.any():
        message = f"The loss of row {int(vast.argmax())} is {values[vast.argmax()]:g}."
        raise InvalidArgument(message, hint="Clip scores away from 0 and 1 before the logarithm.")
    return np.asarray(values, dtype=np.float64)


def _looked_at(
    schema: SliceSchema, columns: Sequence[str] | None
) -> list[tuple[Column | Special, Field]]:
    """Return how conditions name each column that is looked at."""
    held = {field.column: field.name for field in (*schema.specials, *schema.scores)}
    if columns is not None:
        found = []
        for name in columns:
            field = schema.column(name)
            if field is None:
                message = f"There is no column {name!r}."
                hint = f"There are {', '.join(each.name for each in schema.columns)}."
                raise InvalidArgument(message, hint=hint)
            found.append((_operand(field, held), field))
        return found
    chosen: list[tuple[Column | Special, Field]] = [
        (Column(name=field.name), field)
        for field in schema.columns
        if field.column not in held and field.kind is not Kind.IDENTIFIER
    ]
    prediction = schema.special(SpecialName.PREDICTION)
    if prediction is not None:
        chosen.append((Special(name=SpecialName.PREDICTION), prediction))
    return chosen


def _operand(field: Field, held: dict[str, str]) -> Column | Special:
    special = held.get(field.column)
    names = {name.value: name for name in SpecialName}
    return Special(name=names[special]) if special in names else Column(name=field.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    atoms: tuple[Atom, ...]
    masks: Masks
    """Which of the searched rows each is true of, shape ``(rows, atoms)``."""
    passed_over: tuple[str, ...]


def _gathered(
    looked_at: Iterable[tuple[Column | Special, Field]],
    schema: SliceSchema,
    rows: pl.DataFrame,
    source: pl.DataFrame,
    wanted: Search,
    random: np.random.Generator,
) -> _Gathered:
    """Make conditions of columns, and tell which rows they are true of."""
    atoms: list[Atom] = []
    terms: list[Atom] = []
    has: list[Masks] = []
    passed_over: list[str] = []
    least = max(wanted.min_rows // 2, round(wanted.min_share * rows.height))
    for operand, field in looked_at:
        before = len(atoms)
        (values,) = answers([operand], schema, source)
        atoms += atoms_of(operand, field, values, random=random)
        if field.type is ValueType.TEXT and field.kind is Kind.TEXT:
            (texts,) = answers([operand], schema, rows)
            words, which = frequent_terms(texts, least=least)
            terms += [term_atom(operand, field.name, word) for word in words]
            has.append(which)
        if len(atoms) == before:
            passed_over.append(field.name)
    masks = _masks([atom.node for atom in atoms], schema, rows)
    together = np.concatenate([masks, *has], axis=1)
    kept = _different(together, least)
    everything = [*atoms, *terms]
    return _Gathered(
        atoms=tuple(everything[place] for place in kept),
        masks=together[:, kept],
        passed_over=tuple(passed_over),
    )


def _different(masks: Masks, least: int) -> list[int]:
    """Return the places of conditions with enough rows, each set of rows once."""
    seen: set[bytes] = set()
    kept = []
    counts = masks.sum(axis=0)
    for place in np.flatnonzero((counts >= least) & (counts < len(masks))):
        bits = np.packbits(masks[:, place]).tobytes()
        if bits not in seen:
            seen.add(bits)
            kept.append(int(place))
    return kept


def _masks(nodes: Sequence[Node], schema: SliceSchema, frame: pl.DataFrame) -> Masks:
    """Tell which rows conditions are true of, shape ``(rows, conditions)``."""
    found = np.empty((frame.height, len(nodes)), dtype=np.bool_)
    for place, series in enumerate(answers(nodes, schema, frame)):
        found[:, place] = series.fill_null(value=False).to_numpy()
    return found


def _node(candidate: Candidate, atoms: Sequence[Atom]) -> Node:
    nodes = tuple(atoms[place].node for place in candidate.atoms)
    return nodes[0] if len(nodes) == 1 else And(operands=nodes)


def _judged(
    nodes: Sequence[Node],
    masks: Masks,
    losses: Floats,
    judging: NDArray[np.intp],
    known: NDArray[np.intp],
    wanted: Search,
) -> tuple[FoundSlice, ...]:
    """Judge candidates by rows that were not searched, the slice with most impact first."""
    inside, values = masks[judging], losses[judging]
    least = max(wanted.min_rows, wanted.min_share * len(known))
    found = []
    for place, p_value in enumerate(holm(_chances(inside, values))):
        rows = int(masks[known, place].sum())
        if p_value > wanted.false_alarm_rate or rows < least:
            continue
        one, other = values[inside[:, place]], values[~inside[:, place]]
        higher = higher_by(one, other, confidence=1 - wanted.false_alarm_rate)
        shown = higher.interval is not None and not higher.interval.holds(0)
        if not shown or higher.value <= wanted.min_difference:
            continue
        found.append(
            FoundSlice(
                condition=nodes[place],
                rows=rows,
                share=rows / len(known),
                mean_loss=float(one.mean()),
                rest_mean_loss=float(other.mean()),
                difference=higher,
                p_value=p_value,
                judged_rows=len(one),
            )
        )
    found.sort(key=lambda one: (-one.impact, one.expression))
    return tuple(found[: wanted.most])


def _chances(inside: Masks, losses: Floats) -> list[float]:
    """Return the p-value of each candidate, apart from the rows of those before it."""
    left = np.ones(len(losses), dtype=np.bool_)
    chances = []
    for mask in inside.T:
        own, rest = losses[mask & left], losses[~mask & left]
        enough = own.size >= _FEWEST_JUDGED
        chances.append(chance_of_higher(own, rest) if enough else 1.0)
        left &= ~mask
    return chances
