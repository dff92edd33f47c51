"""The slices of models: defined, listed, deleted, tried, and found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, InvalidExpression, NotFound
from modeldesk.performance.slices import (
    LONGEST_NAME,
    Completions,
    Node,
    Search,
    Slice,
    SliceSchema,
    Warned,
    check,
    completions,
    parse,
    unparse,
)
from modeldesk.services.acting import change
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.services.registry import Registry
from modeldesk.services.slice_parts import check_slice_name, slice_part
from modeldesk.services.slice_rows import RowCondition, masks, needs_labels, schema_of, why_not
from modeldesk.services.slice_views import (
    CheckedExpression,
    SkippedVersion,
    SliceView,
    WorstSlices,
    WrongExpression,
)
from modeldesk.services.worst_slices import MOST_ROWS, NewestRows, worst_slices
from modeldesk.store import SliceRecord, SliceRecords, VersionRecord

MOST_SLICES = 200
"""Slices of a model: each is evaluated on every day of every version."""

TRIED_ROWS = 10_000
"""So many of the newest rows are tried when a condition is checked."""


class SliceBook:
    """Keeps the slices of models.

    Parameters
    ----------
    registry
        Models and their signatures.
    records
        The slices in the database.
    newest
        Reads the newest rows of versions.
    clock
        Tells when a slice was defined.
    """

    def __init__(
        self, registry: Registry, records: SliceRecords, newest: NewestRows, clock: Clock
    ) -> None:
        self._registry = registry
        self._records = records
        self._newest = newest
        self._clock = clock

    def of(self, name: str) -> tuple[SliceView, ...]:
        """Return a model's slices in the order of their names; `NotFound` without the model."""
        records = self._registry.records(name)
        return tuple(_view(each, records) for each in self._records.of(records[0].model_id))

    def define(self, name: str, slice_name: str, expression: str) -> SliceView:
        """Keep a slice, instead of one of the same name if there is one.

        Every labelled day of the model is then evaluated again in the background. Where nothing
        changes, nothing is done.

        Parameters
        ----------
        name
            The model.
        slice_name
            What people call it: up to 100 printable characters, without ``=`` and ``/``.
        expression
            The condition, in the language of slices.

        Raises
        ------
        NotFound
            When there is no such model.
        InvalidExpression
            When the condition cannot be read, or does not fit the champion's rows; with the place.
        InvalidArgument
            When the name is not usable, or the model has too many slices.
        Conflict
            When somebody else defined it at the same time.
        """
        champion = self._registry.record(name)
        check_slice_name(slice_name)
        node = parse(expression)
        if "\0" in expression:  # no database keeps it
            raise _with_nul(expression)
        named = Slice.of(slice_name, node)
        check(node, schema_of(champion), text=expression)
        new = SliceRecord(name=named.name, expression=unparse(node), created_at=self._clock.now())
        known = {each.name: each for each in self._records.of(champion.model_id)}
        before = known.get(new.name)
        records = self._registry.records(name)
        if before is not None and before.expression == new.expression:
            return _view(before, records)
        if before is None and len(known) >= MOST_SLICES:
            message = f"The model {name!r} has {len(known)} slices, as many as one may have."
            raise InvalidArgument(message, hint="Delete one that nobody needs any more.")
        told = change(
            new.created_at,
            "slice.defined",
            f"model {name} slice {new.name}",
            before=None if before is None else before.expression,
            after=new.expression,
        )
        self._records.put(champion.model_id, new, part=slice_part(new.name), change=told)
        return _view(new, records)

    def delete(self, name: str, slice_name: str) -> SliceView:
        """Delete a slice, with what was evaluated of it, and return what it was.

        Raises
        ------
        NotFound
            When there is no such model or slice.
        """
        records = self._registry.records(name)
        model_id = records[0].model_id
        known = self._known(name, slice_name, model_id)
        told = change(
            self._clock.now(),
            "slice.deleted",
            f"model {name} slice {slice_name}",
            before=known.expression,
        )
        part = slice_part(slice_name)
        if not self._records.remove(model_id, slice_name, part=part, change=told):
            raise _unknown(name, slice_name, ())
        return _view(known, records)

    def rows(
        self,
        name: str,
        *,
        slice_name: str | None = None,
        condition: str | None = None,
        version: int | None = None,
    ) -> RowCondition | None:
        """Return which rows of the log belong to a slice, meet a condition, or both.

        A row of a version that the condition does not fit belongs to none.

        Parameters
        ----------
        name
            The model.
        slice_name
            A slice of it; ``None``: of all rows.
        condition
            In the language of slices; ``None``: all rows.
        version
            Whose columns it may speak of; ``None``: the champion.

        Returns
        -------
        RowCondition or None
            For `Reader.page`; ``None`` where all rows are meant.

        Raises
        ------
        NotFound
            When there is no such model, version or slice.
        InvalidExpression
            When the condition cannot be read, or does not fit the version's rows.
        """
        record = self._registry.record(name, version)
        nodes: list[Node] = []
        if slice_name is not None:
            nodes.append(parse(self._known(name, slice_name, record.model_id).expression))
        if condition is not None:
            node = parse(condition)
            check(node, schema_of(record), text=condition)
            nodes.append(node)
        return RowCondition(nodes, self._newest.labels) if nodes else None

    def named(self, name: str, asked: Sequence[str]) -> dict[str, str]:
        """Return conditions by name, each asked for as a slice of the model or as a condition.

        Parameters
        ----------
        name
            The model.
        asked
            Names of its slices, and conditions in the language of slices; a condition is called
            as it is always written, or as the beginning of that.

        Raises
        ------
        NotFound
            When there is no such model.
        InvalidExpression
            When one is neither a slice of the model nor a condition.
        """
        model_id = self._registry.record(name).model_id
        known = {each.name: each.expression for each in self._records.of(model_id)}
        found: dict[str, str] = {}
        for text in asked:
            if text in known:
                found[text] = known[text]
                continue
            expression = unparse(_condition(name, text, known))
            if expression not in found.values():
                found[_title(expression, {*known, *found})] = expression
        return found

    def check(
        self, name: str, expression: str, *, version: int | None = None, cursor: int | None = None
    ) -> CheckedExpression:
        """Say what a condition means and how many of the newest rows it is true of.

        Parameters
        ----------
        name, version
            The model, and the version whose rows are tried; ``None``: the champion.
        expression
            The condition, maybe unfinished.
        cursor
            How many characters stand before the cursor, to say what may come there.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        record = self._registry.record(name, version)
        schema = schema_of(record)
        error, node, warned, rows, matching = None, None, tuple[Warned, ...](), 0, 0
        try:
            node = parse(expression)
            warned = check(node, schema, text=expression)
        except InvalidExpression as wrong:
            error, node = WrongExpression.of(wrong), None
        if node is not None:
            rows, matching = self._matching(node, record)
        return CheckedExpression(
            model=record.model,
            version=record.number,
            expression=None if node is None else unparse(node),
            error=error,
            warnings=warned,
            rows=rows,
            matching=matching,
            completions=_completions(expression, cursor, schema),
        )

    def find(  # noqa: PLR0913  # one keyword for each thing that can be asked
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        squared: bool = False,
        search: Search | None = None,
        most_rows: int = MOST_ROWS,
        seed: int = 0,
        progress: Progress = UNSEEN,
    ) -> WorstSlices:
        """Look for the slices in which a version is worst, over its newest labelled rows.

        What is counted is whether the prediction is wrong, or of numbers how wrong: see
        `modeldesk.performance.slices.find_slices`.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start, end
            Only rows whose time is in the range.
        squared
            Of numbers, count the square of the error instead of its size.
        search
            What counts as a slice worth telling.
        most_rows
            How many of the newest labelled rows are looked at at most.
        seed
            Decides which half of the rows is searched and which one judges.
        progress
            Is told of the rows that are read, and can end the search.

        Raises
        ------
        NotFound
            When there is no such model or version.
        InvalidArgument
            When fewer than one row or more than a million are to be looked at.
        Incompatible
            When the version predicts what cannot be wrong by a number, such as times or vectors.
        """
        record = self._registry.record(name, version)
        with progress.step("Reading labelled rows", most_rows) as step:
            rows = self._newest.labelled(record, most=most_rows, start=start, end=end, step=step)
        with progress.step(f"Searching {rows.height:,} rows"):
            return worst_slices(
                rows, record, squared=squared, search=search, most_rows=most_rows, seed=seed
            )

    def _known(self, name: str, slice_name: str, model_id: int) -> SliceRecord:
        known = self._records.of(model_id)
        for each in known:
            if each.name == slice_name:
                return each
        raise _unknown(name, slice_name, known)

    def _matching(self, node: Node, record: VersionRecord) -> tuple[int, int]:
        labels = needs_labels(node, record)
        rows = self._newest.any(record, most=TRIED_ROWS, labels=labels)
        if not rows.height:
            return 0, 0
        (mask,) = masks({"": node}, rows, record).values()
        return rows.height, int(mask.sum())


def _view(kept: SliceRecord, records: tuple[VersionRecord, ...]) -> SliceView:
    try:
        node: Node | None = parse(kept.expression)
    except InvalidExpression as error:  # kept by a program whose language had more words
        node, unreadable = None, str(error)
    reasons = {
        record.number: unreadable if node is None else why_not(node, record) for record in records
    }
    return SliceView(
        model=records[0].model,
        name=kept.name,
        expression=kept.expression,
        created_at=kept.created_at,
        skipped=tuple(
            SkippedVersion(version=number, because=because)
            for number, because in reasons.items()
            if because is not None
        ),
    )


def _condition(name: str, text: str, known: Mapping[str, str]) -> Node:
    """Read a condition; where it is none, say also which slices there are."""
    try:
        return parse(text)
    except InvalidExpression as error:
        names = ", ".join(list(known)[:10])
        told = f"The slices of {name!r} are: {names}." if names else f"{name!r} has no slices."
        raise InvalidExpression.at(
            error.start, error.end, error.problem, hint=f"{error.hint} {told}".lstrip(), text=text
        ) from error


def _title(expression: str, taken: Collection[str]) -> str:
    """Return what a condition is called: itself, as far as a name may say it."""
    plain = "".join(sign if sign.isprintable() else " " for sign in expression).strip()
    if len(plain) <= LONGEST_NAME and plain not in taken:
        return plain
    short = plain[: LONGEST_NAME - 10].rstrip()
    return next(title for number in count(1) if (title := f"{short}... {number}") not in taken)


def _completions(expression: str, cursor: int | None, schema: SliceSchema) -> Completions | None:
    return None if cursor is None else completions(expression, cursor, schema)


def _with_nul(expression: str) -> InvalidExpression:
    place = expression.index("\0")
    return InvalidExpression.at(
        place,
        place + 1,
        "there is a NUL character in it",
        hint="Leave it out.",
        text=expression,
    )


def _unknown(name: str, slice_name: str, known: tuple[SliceRecord, ...]) -> NotFound:
    message = f"The model {name!r} has no slice {slice_name!r}."
    names = ", ".join(each.name for each in known[:10])
    return NotFound(message, hint=f"Known slices: {names}." if names else "It has no slices yet.")
