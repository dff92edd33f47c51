"""The playground of one model: a form from its signature, and its prediction beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from nicegui import background_tasks, ui

from modeldesk.desk import Desk
from modeldesk.errors import InvalidRows, ModeldeskError
from modeldesk.schema import Value
from modeldesk.services.acting import PREDICTS, TAKES, caller
from modeldesk.services.exploring import ReferenceExample
from modeldesk.services.views import FlagView, PredictionView, VersionView
from modeldesk.ui.answer_panel import AnswerPanel
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.example_list import ExampleList
from modeldesk.ui.feature_form import FeatureForm
from modeldesk.ui.feature_values import read, start_values, written
from modeldesk.ui.flag_dialog import FlagDialog
from modeldesk.ui.flag_list import MOST_FLAGS, FlagList
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.places import PLAYGROUND
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.views import Visit

QUIET_SECONDS = 0.18
"""A prediction is made when the inputs have been left alone for so long: every one is logged,
and a slider under way would log dozens."""

_LONGEST_ADDRESS = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What the page reads before it can be built."""

    version: VersionView
    flags: tuple[FlagView, ...]
    examples: tuple[ReferenceExample, ...]

    @staticmethod
    def load(desk: Desk, model: str) -> _Loaded:
        return _Loaded(
            version=desk.registry.version(model),
            flags=desk.feedback.flags(model, limit=MOST_FLAGS),
            examples=desk.exploring.examples(model),
        )


class PlaygroundPage:
    """One open playground; the inputs go into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose playground it is.
    query
        The inputs that the address carries.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, query: Mapping[str, str]
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._query = query
        self._asked = 0
        self._shown: PredictionView | None = None

    async def build(self) -> None:
        """Build the page and, once a browser is there, make the first prediction."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            loaded = await first(_Loaded.load, self._site.desk, self._model)
            if loaded is None:
                return
            self._prepare(loaded.version)
            self._content(loaded)
        # What only fetches the page, such as a link's preview, must not log a prediction.
        await ui.context.client.connected()
        await self._predict()

    def _prepare(self, version: VersionView) -> None:
        self._version = version
        self._answer = AnswerPanel(
            version.signature,
            flag=self._flag if caller().may(TAKES) else None,
            retry=self._predict,
        )
        self._dialog = FlagDialog(
            self._site, version.signature.prediction, stored=self._flags_changed
        )
        self._flags = FlagList(now=self._site.clock.now, load=self._load)

    def _content(self, loaded: _Loaded) -> None:
        head(self._model, loaded.version.description, tag=f"v{loaded.version.number}")
        tabs(self._site, self._model, PLAYGROUND)
        with block("md-grid-play"):
            self._form()
            self._answer.build()
        ExampleList(self._version.signature, use=self._put).build(loaded.examples)
        self._flags.build(loaded.flags)
        self._dialog.build()
        follow(self._flags_changed)

    def _form(self) -> None:
        values = start_values(self._version.signature, self._query)
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Inputs")
                text("span", "every prediction shown is logged like any other", "md-card-note")
                with block("md-card-end"):
                    reset = ui.button("Typical values", on_click=self._reset, color=None)
                    reset.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
                    testable(reset, "reset")
            self._fields = FeatureForm(self._version.signature.inputs, values, self._changed)
            self._fields.build()

    def _changed(self) -> None:
        """Take note of a new input; predict when no further one follows soon."""
        self._remember()
        self._answer.wait()
        background_tasks.create(self._predict_when_quiet(self._next()), name="playground")

    async def _predict_when_quiet(self, asked: int) -> None:
        await asyncio.sleep(QUIET_SECONDS)
        if asked == self._asked:
            await self._answer_for(asked)

    async def _predict(self) -> None:
        self._answer.wait()
        await self._answer_for(self._next())

    def _next(self) -> int:
        self._asked += 1
        return self._asked

    async def _answer_for(self, asked: int) -> None:
        """Predict for the form's values; drop the answer if they have changed meanwhile."""
        values = self._fields.values
        try:
            caller().check(PREDICTS)
            batch = await aside(self._site.desk.predictor.predict, self._model, [values])
        except ModeldeskError as error:
            if asked == self._asked:
                self._refuse(error)
            return
        if asked == self._asked:
            self._fields.complain({})
            self._shown = batch.predictions[0]
            self._answer.show(self._shown)

    def _refuse(self, error: ModeldeskError) -> None:
        problems = error.problems if isinstance(error, InvalidRows) else ()
        self._fields.complain(
            {each.field: f"{each.problem}; expected {each.expected}" for each in problems}
        )
        self._answer.fail(error)

    def _remember(self) -> None:
        values = {name: written(value) for name, value in self._fields.values.items()}
        query = "?" + urlencode(values)
        ui.navigate.history.replace(query if len(query) <= _LONGEST_ADDRESS else "?")

    async def _put(self, values: Mapping[str, Value]) -> None:
        self._fields.put(values)
        self._remember()
        await self._predict()

    async def _reset(self) -> None:
        await self._put(start_values(self._version.signature, {}))

    async def _load(self, prediction_id: str) -> None:
        try:
            found = await aside(self._site.desk.reader.prediction, prediction_id)
        except ModeldeskError as error:
            say(str(error), icon="error")
            return
        columns = self._version.signature.inputs
        await self._put({c.name: read(c, written(found.inputs.get(c.name)), None) for c in columns})

    def _flag(self) -> None:
        if self._shown is not None:
            self._dialog.open(self._shown)

    async def _flags_changed(self) -> None:
        flags = await aside(self._site.desk.feedback.flags, self._model, limit=MOST_FLAGS)
        self._flags.fill(flags)


def opened(visit: Visit) -> PlaygroundPage:
    """Open the page."""
    return PlaygroundPage(visit.site, visit.appearance, model=visit.model, query=visit.query)
