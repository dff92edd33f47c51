"""How programs ask one model: code to copy, in every dialect, for the address of the browser."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from modeldesk.schema import Signature
from modeldesk.services.calls import Dialect, call
from modeldesk.services.snippets import KEY_VARIABLE, Snippet, snippets
from modeldesk.services.views import VersionView
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.browser_address import asked_at, reached_at
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.places import API
from modeldesk.ui.site import Site
from modeldesk.ui.snippet_block import snippet_block
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import plural

DIALECTS = {
    Dialect.MODELDESK: (
        "modeldesk",
        "One row or many, with times and keys of your own; the answer names each prediction.",
    ),
    Dialect.OPEN_INFERENCE: (
        "Open Inference v2",
        "What clients of KServe, Triton and MLServer speak: a tensor for each feature.",
    ),
    Dialect.KSERVE: (
        "KServe v1",
        "What clients of TensorFlow Serving and Vertex AI speak as well: a list of instances.",
    ),
    Dialect.INVOCATIONS: (
        "MLflow, SageMaker",
        "What clients of MLflow's scoring server and SageMaker's endpoints send: a table.",
    ),
}
"""What a dialect is called, and who speaks it."""


_MOST_COLUMNS = 100
"""Features that are listed; the schema has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How one dialect is spoken."""

    snippets: tuple[Snippet, ...]
    path: str

    @staticmethod
    def of(model: str, signature: Signature, dialect: Dialect, *, url: str, secured: bool) -> _Told:
        return _Told(
            snippets=snippets(model, signature, url=url, secured=secured, dialects={dialect}),
            path=call(model, signature, dialect).path,
        )


class ApiPage:
    """One open page of code.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose page it is.
    dialect
        Which dialect the address asks for; an unknown one is modeldesk's own.
    """

    def __init__(self, site: Site, appearance: Appearance, *, model: str, dialect: str) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        known = dialect in set(Dialect)
        self._dialect = Dialect(dialect) if known else Dialect.MODELDESK
        self._url = asked_at()
        self._buttons: dict[Dialect, ui.element] = {}

    async def build(self) -> None:
        """Build the page; once a browser is there, with the address that it knows."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            version = await first(self._site.desk.registry.version, self._model)
            if version is None:
                return
            self._version: VersionView = version
            self._shown = await self._told()
            head(self._model, self._version.description, tag=f"v{self._version.number}")
            tabs(self._site, self._model, API)
            with block("md-grid-play"):
                self._code = block("md-card")
                with block("md-column md-column--stays"):
                    self._facts()
                    self._row()
        self._fill()
        reached = await reached_at()
        if reached not in {None, self._url}:
            self._url = reached
            await self._renew()

    async def _told(self) -> _Told:
        """Write the code; of thousands of features that takes a while."""
        return await aside(
            _Told.of,
            self._model,
            self._version.signature,
            self._dialect,
            url=self._url,
            secured=self._site.secured,
        )

    async def _renew(self) -> None:
        dialect = self._dialect
        told = await self._told()
        if dialect is self._dialect:
            self._shown = told
            self._fill()

    def _fill(self) -> None:
        self._code.clear()
        with self._code:
            self._chooser()
            for snippet in self._shown.snippets:
                snippet_block(snippet)
        self._address.text = self._url + self._shown.path

    def _chooser(self) -> None:
        _, words = DIALECTS[self._dialect]
        with block("md-card-head"):
            text("h2", "Ask for a prediction")
            with block("md-card-end"):
                group = block("md-choices")
                group.props["role"] = "group"
                group.props["aria-label"] = "Dialect"
                with group:
                    for dialect, (label, _) in DIALECTS.items():
                        self._choice(dialect, label)
        testable(text("p", words, "md-dialect"), "dialect")

    def _choice(self, dialect: Dialect, label: str) -> None:
        button = ui.element("button").on("click", lambda: self._choose(dialect))
        with button:
            text("span", label)
        button.props["aria-pressed"] = "true" if dialect is self._dialect else "false"
        testable(button, f"dialect-{dialect}")

    async def _choose(self, dialect: Dialect) -> None:
        self._dialect = dialect
        ui.navigate.history.replace(f"?dialect={dialect}")
        await self._renew()

    def _facts(self) -> None:
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Address")
            with block("md-card-body md-facts"):
                with block("md-address"):
                    text("span", "POST", "md-tag")
                    self._address = text("span", "", "md-mono")
                    testable(self._address, "address")
                if self._site.secured:
                    words = (
                        f"This server asks for a key. Put yours into the variable {KEY_VARIABLE}; "
                        "one with the scope predict is enough."
                    )
                    testable(text("p", words), "key-note")
                text(
                    "p",
                    "Each answered prediction is in the log. The header X-Prediction-ID names "
                    "the first of an answer. A row that does not fit is refused, with the "
                    "feature and what was expected, and not logged.",
                )
                link = ui.link("All routes, to read and to try", "/docs")
                testable(link, "openapi")

    def _row(self) -> None:
        columns = self._version.signature.inputs
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "What a row holds")
                text("span", _several(len(columns)), "md-card-note")
            with scrollable("md-expected"):
                for column in columns[:_MOST_COLUMNS]:
                    with block("md-expected-row"):
                        text("div", column.name, "md-input-name")
                        text("div", column.expected(), "md-input-range")
                if len(columns) > _MOST_COLUMNS:
                    more = plural(len(columns) - _MOST_COLUMNS, "other feature")
                    words = f"And {more}: see GET /api/v1/models/{self._model}/schema"
                    testable(text("p", words, "md-soft md-small"), "more-features")


def _several(features: int) -> str:
    return "1 feature" if features == 1 else f"{features} features"


def opened(visit: Visit) -> ApiPage:
    """Open the page."""
    dialect = visit.query.get("dialect", "")
    return ApiPage(visit.site, visit.appearance, model=visit.model, dialect=dialect)
