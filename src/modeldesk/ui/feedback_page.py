"""Feedback on one model: rows that are worth a label, flags, and labels from files."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import polars as pl
from nicegui import ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import TAKES, caller
from modeldesk.services.flag_board import FlagEntry
from modeldesk.services.one_prediction import OnePrediction
from modeldesk.services.views import VersionView
from modeldesk.services.worth_labelling import Candidate, LabelQueue, Why
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.feedback_state import FeedbackState
from modeldesk.ui.flag_board_card import MOST_FLAGS, FlagBoardCard
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.label_card import LabelCard
from modeldesk.ui.label_import import LABELS, LabelImport
from modeldesk.ui.label_queue import QueueCard
from modeldesk.ui.label_round import LabelRound
from modeldesk.ui.markup import block
from modeldesk.ui.one_row_drawer import OneRowDrawer
from modeldesk.ui.places import FEEDBACK
from modeldesk.ui.row_labels import give_label
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import brief, count

_MOST_IN_FILE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What the page reads."""

    version: VersionView
    versions: tuple[VersionView, ...]
    queue: LabelQueue
    newest: str
    flags: tuple[FlagEntry, ...]

    @staticmethod
    def load(desk: Desk, model: str, state: FeedbackState) -> _Loaded:
        version = desk.registry.version(model, state.version)
        return _Loaded(
            version=version,
            versions=desk.registry.versions(model),
            newest=desk.reader.newest_key(model, version=version.number),
            queue=desk.worth_labelling.queue(model, version=version.number, why=state.why),
            flags=desk.flag_board.of(model, limit=MOST_FLAGS),
        )


class FeedbackPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose feedback it is.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: FeedbackState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._busy = False
        self._told = False
        self._shown: OnePrediction | None = None
        self._card = LabelCard(
            give=self._give,
            skip=self._skip,
            undo=self._undo,
            before=lambda: self._step(-1),
            after=lambda: self._step(1),
        )
        self._queue = QueueCard(choose=self._choose_why, show=self._show, again=self._again)
        may = caller().may(TAKES)
        self._may = may
        self._flags = FlagBoardCard(
            now=site.clock.now,
            show=self._open,
            accept=self._accept if may else None,
            choose=self._choose_flags,
            download=self._download,
            again=self._refresh_flags,
        )
        self._drawer = OneRowDrawer(
            site, model=model, show=self._open, close=self._close, changed=self._refresh_flags
        )

    async def build(self) -> None:
        """Build the page."""
        LABELS.prepare()
        with (
            frame(self._site, self._appearance, model=self._model),
            block("md-bones") as self._root,
        ):
            loaded = await first(_Loaded.load, self._site.desk, self._model, self._state)
            if loaded is None:
                return
            version = loaded.version
            with head(self._model, version.description, tag=f"v{version.number}"):
                version_choice(loaded.versions, version, self._choose_version)
            tabs(self._site, self._model, FEEDBACK)
            with block("md-grid-feedback"):
                self._card_box = block("md-column")
                with self._card_box:
                    self._card.build(may=self._may)
                self._queue.build()
            self._flags.build()
            if self._may:
                LabelImport(self._model, stored=self._again).build()
            self._drawer.build()
            self._take(loaded)
            follow(self._look)
            # Once the browser is there: what takes longer must not hold up the first answer.
            ui.timer(0, self._read, once=True)

    def _take(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self._told = False
        way = LabelRound(candidates=loaded.queue.candidates)
        self._way = way.to(self._state.row) if self._state.row else way
        self._flags.fill(loaded.flags, everything=self._state.all_flags)
        self._fill_queue()

    def _fill_queue(self) -> None:
        self._queue.fill(self._loaded.queue, self._way, self._state.why)
        self._card_box.set_visibility(bool(self._way.candidates))

    async def _go(self, way: LabelRound) -> None:
        """Show where a person is in the queue now."""
        if way is self._way:
            return
        self._way = way
        current = way.current
        self._move(replace(self._state, row="" if current is None else current.prediction_id))
        self._fill_queue()
        await self._read()

    async def _read(self) -> None:
        """Read the row that is to be labelled."""
        current = self._way.current
        if current is None:
            return
        self._card.wait()
        try:
            found = await aside(
                self._site.desk.one_prediction.of, self._model, current.prediction_id, near=False
            )
        except ModeldeskError as error:
            if current is self._way.current:
                self._card.fail(error)
            return
        if current is self._way.current:
            self._shown = found
            self._tell(current, found)

    def _tell(self, current: Candidate, found: OnePrediction) -> None:
        way = self._way
        done = len(way.labels)
        place = f"{count(way.at + 1)} of {count(len(way.candidates))}; {count(way.left)} left"
        if done:
            place += f", {count(done)} labelled"
        self._card.show(current, found, place, way.labels.get(current.prediction_id, ""))

    async def _give(self, label: str) -> None:
        """Store the shown row's label, and go on to the next."""
        current = self._way.current
        shown = self._shown
        if current is None or self._busy or shown is None:
            return
        if shown.view.prediction_id != current.prediction_id:
            return  # a key that was pressed before the row was seen
        self._busy = True
        try:
            await give_label(self._site, shown.view, label)
        except ModeldeskError as error:
            say(f"Not stored: {error}", icon="error_outline")
            return
        finally:
            self._busy = False
        with self._root:  # the button that was clicked is gone when the next row is shown
            await self._go(self._way.with_label(label))
            await self._finish()
            await self._refresh_flags()

    async def _finish(self) -> None:
        if self._way.finished:
            await self._again()
            say("The queue is done; this is what is worth a label now.", icon="done_all")

    async def _skip(self) -> None:
        if self._way.current is None or self._busy:
            return
        with self._root:
            await self._go(self._way.with_skip())
            if self._way.finished:
                say("Only skipped rows are left.", icon="redo")

    async def _undo(self) -> None:
        before = self._way
        if not before.trail or self._busy:
            return
        name = before.trail[-1]
        with self._root:
            await self._go(before.undone())
            if name in before.labels:
                given = brief(before.labels[name], 60)
                say(f"It was labelled {given}; choose another to correct it.", icon="undo")

    async def _step(self, steps: int) -> None:
        if not self._busy:
            await self._go(self._way.moved(steps))

    async def _show(self, prediction_id: str) -> None:
        if not self._busy:
            await self._go(self._way.to(prediction_id))

    async def _choose_why(self, why: Why | None) -> None:
        self._move(replace(self._state, why=why, row=""))
        await self._again()

    async def _again(self) -> None:
        """Read queue and flags anew."""
        try:
            loaded = await aside(_Loaded.load, self._site.desk, self._model, self._state)
        except ModeldeskError as error:
            say(str(error), icon="error_outline")
            return
        with self._root:
            self._take(loaded)
            current = self._way.current
            self._move(replace(self._state, row="" if current is None else current.prediction_id))
            await self._read()

    async def _look(self) -> None:
        """Tell once that rows are new, and flags; what a person works on does not move."""
        newest_flag = await aside(self._site.desk.feedback.flags, self._model, limit=1)
        known = self._loaded.flags[:1]
        if newest_flag and not known:
            await self._refresh_flags()
        elif newest_flag and newest_flag[0].flag_id > known[0].flag.flag_id:
            self._flags.tell_news()
        if self._told:
            return
        number = self._loaded.version.number
        newest = await aside(self._site.desk.reader.newest_key, self._model, version=number)
        if newest <= self._loaded.newest:
            return
        if self._way.candidates:
            self._told = True
            self._queue.tell_news()
        else:
            await self._again()

    async def _choose_flags(self, everything: bool) -> None:  # noqa: FBT001 - the only choice
        self._move(replace(self._state, all_flags=everything))
        self._flags.fill(self._loaded.flags, everything=everything)

    async def _refresh_flags(self) -> None:
        try:
            flags = await aside(self._site.desk.flag_board.of, self._model, limit=MOST_FLAGS)
        except ModeldeskError as error:
            say(str(error), icon="error_outline")
            return
        if flags == self._loaded.flags:
            return
        self._loaded = replace(self._loaded, flags=flags)
        self._flags.fill(flags, everything=self._state.all_flags)

    async def _accept(self, entry: FlagEntry) -> None:
        """Make what a flag proposes the label of its prediction."""
        try:
            view = await aside(self._site.desk.reader.prediction, entry.flag.prediction_id)
            await give_label(self._site, view, entry.flag.proposed_label)
        except ModeldeskError as error:
            say(f"Not stored: {error}", icon="error_outline")
            return
        say("The label is stored.", icon="check_circle")
        await self._go(self._with(entry.flag.prediction_id, entry.flag.proposed_label or ""))
        await self._refresh_flags()

    def _with(self, prediction_id: str, label: str) -> LabelRound:
        """Return the way with a label that was given elsewhere on the page."""
        way, current = self._way, self._way.current
        if current is None or all(each.prediction_id != prediction_id for each in way.candidates):
            return way
        further = way.to(prediction_id).with_label(label)
        return (
            further if current.prediction_id == prediction_id else further.to(current.prediction_id)
        )

    async def _download(self) -> None:
        try:
            made = await aside(_flags_file, self._site.desk, self._model)
        except ModeldeskError as error:
            say(str(error), icon="error_outline")
            return
        ui.download.content(made, f"{self._model}-flags.csv", "text/csv")

    async def _open(self, prediction_id: str) -> None:
        self._card.listening = False
        await self._drawer.show(prediction_id)

    async def _close(self) -> None:
        self._drawer.hide()
        self._card.listening = True

    def _choose_version(self, number: int) -> None:
        state = replace(self._state, version=number, row="")
        ui.navigate.to(FEEDBACK.path(self._model) + state.query())

    def _move(self, state: FeedbackState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())


def _flags_file(desk: Desk, model: str) -> bytes:
    """Return the flags with what became of them as CSV."""
    entries = desk.flag_board.of(model, limit=_MOST_IN_FILE)
    rows = [
        {
            "flag_id": entry.flag.flag_id,
            "created_at": entry.flag.created_at,
            "version": entry.flag.version,
            "prediction_id": entry.flag.prediction_id,
            "reason": entry.flag.reason,
            "comment": entry.flag.comment,
            "proposed_label": entry.flag.proposed_label,
            "label": entry.label,
            "state": entry.state.value,
        }
        for entry in entries
    ]
    stream = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_csv(stream)
    return stream.getvalue()


def opened(visit: Visit) -> FeedbackPage:
    """Open the page."""
    state = FeedbackState.read(visit.query)
    return FeedbackPage(visit.site, visit.appearance, model=visit.model, state=state)
