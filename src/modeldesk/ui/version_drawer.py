"""The drawer with everything about one version."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.snippets import version_snippets
from modeldesk.services.version_figure_views import VersionTestReport
from modeldesk.services.views import VersionView
from modeldesk.store import CHAMPION
from modeldesk.ui.background import aside
from modeldesk.ui.browser_address import asked_at
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.moments import sentence
from modeldesk.ui.places import COMPARE, MONITOR, PERFORMANCE, model_path
from modeldesk.ui.plain_table import cut, plain_table
from modeldesk.ui.site import Site
from modeldesk.ui.snippet_block import snippet_block
from modeldesk.ui.states import bone, trouble
from modeldesk.ui.version_facts import (
    class_rows,
    column_rows,
    fact_rows,
    measured_rows,
    slice_rows,
    told_rows,
)
from modeldesk.ui.versions_data import Standing, VersionDetails
from modeldesk.ui.wording import count

_LONGEST = 4_000
"""Characters of a description."""

_Act = Callable[[], Awaitable[None]]


class VersionDrawer:
    """A drawer at the right edge; the page stays usable beside it.

    Parameters
    ----------
    site
        The services.
    model
        Whose versions.
    promote
        Called with a version that a person wants to make the champion.
    close
        Called when a person closes the drawer.
    """

    def __init__(
        self,
        site: Site,
        model: str,
        *,
        promote: Callable[[int], Awaitable[None]],
        close: _Act,
    ) -> None:
        self._site = site
        self._model = model
        self._promote = promote
        self._close = close
        self._asked = 0
        self._url = asked_at()

    def build(self) -> None:
        """Add the place of the drawer, closed."""
        self._drawer = block("md-drawer md-drawer--version", tag="aside")
        self._drawer.set_visibility(False)
        self._drawer.props["aria-label"] = "Version"
        testable(self._drawer, "version-drawer")
        ignored: list[Literal["input", "select", "button", "textarea"]] = ["input", "textarea"]
        self._keys = ui.keyboard(self._press, active=False, repeating=False, ignore=ignored)

    def reached(self, url: str) -> None:
        """Take the address at which a browser reaches the server, for code that is shown."""
        self._url = url

    async def _press(self, event: events.KeyEventArguments) -> None:
        if event.key.escape and event.action.keydown:
            await self._close()

    async def show(self, number: int | None, standing: Standing) -> None:
        """Open the drawer on a version, or close it.

        Parameters
        ----------
        number
            Which version; ``None``: of none.
        standing
            How versions are served.
        """
        self._asked += 1
        asked = self._asked
        self._drawer.set_visibility(number is not None)
        self._keys.active = number is not None
        self._drawer.clear()
        if number is None:
            return
        with self._drawer:
            self._head(f"Version {number}")
            with block("md-drawer-body") as body:
                body.props["aria-busy"] = "true"
                bone(height=240)
        try:
            found = await aside(VersionDetails.load, self._site.desk, self._model, number)
        except ModeldeskError as error:
            if asked == self._asked:
                self._fail(number, error)
            return
        if asked == self._asked:
            self._fill(found, standing)

    def _fail(self, number: int, error: ModeldeskError) -> None:
        self._drawer.clear()
        with self._drawer:
            self._head(f"Version {number}")
            with block("md-drawer-body"):
                trouble(error)

    def _head(self, title: str, version: VersionView | None = None) -> None:
        with block("md-drawer-head"):
            with block(""):
                with block("md-standing-name"):
                    testable(text("h2", title), "version-title")
                    for alias in () if version is None else version.aliases:
                        champion = " md-alias--champion" * (alias == CHAMPION)
                        text("span", alias, f"md-alias{champion}")
                if version is not None:
                    parts = (f"{version.flavor}, published ", version.created_at)
                    sentence(parts, "md-faint md-small")
            ui.space()
            close = ui.button(icon="close", on_click=self._close, color=None)
            close.props("flat dense").classes("md-btn md-btn--icon")
            close.props["aria-label"] = "Close"
            testable(close, "version-close")

    def _fill(self, found: VersionDetails, standing: Standing) -> None:
        version = found.version
        served = standing.of(version.number)
        self._drawer.clear()
        with self._drawer:
            self._head(f"Version {version.number}", version)
            with scrollable("md-drawer-body"):
                if version.description:
                    description = cut(version.description, _LONGEST)
                    testable(text("p", description, "md-version-words"), "version-description")
                self._acts(found, standing)
                plain_table("Fact", ["Value"], fact_rows(found, served), name="facts", texts=2)
                self._test(found.test)
                self._told(version)
                self._signature(version)
                self._code(version)

    def _acts(self, found: VersionDetails, standing: Standing) -> None:
        number, champion = found.version.number, standing.champion
        with block("md-version-acts"):
            if number != champion and caller().may(CHANGES):
                act = ui.button(
                    "Make it champion", on_click=lambda: self._promote(number), color=None
                )
                act.props("unelevated no-caps").classes("md-btn md-btn--main md-btn--small")
                testable(act, "promote")
            if number != champion:
                target = f"{COMPARE.path(self._model)}?one={number}&other={champion}"
                self._link("Compare with the champion", target, "compare_arrows", "to-compare")
            at = f"?version={number}"
            self._link("Performance", PERFORMANCE.path(self._model) + at, "insights", "to-perf")
            self._link("Monitor", MONITOR.path(self._model) + at, "monitor_heart", "to-monitor")
            if found.files.downloadable:
                address = f"/api/v1{model_path(self._model)}/versions/{number}/artefact"
                link = self._link("Download", address, "download", "download")
                link.props["download"] = ""

    def _link(self, words: str, target: str, icon: str, name: str) -> ui.link:
        with ui.link(target=target).classes("md-job-link") as link:
            ui.icon(icon)
            text("span", words)
        testable(link, name)
        return link

    def _test(self, test: VersionTestReport | None) -> None:
        with block("md-version-part") as part:
            testable(part, "version-test")
            text("h3", "On its test set")
            if test is None:
                words = "It was published without a test set, so nothing was measured then."
                text("p", words, "md-soft md-small")
                return
            words = f"{count(test.labelled)} rows, {test.confidence:.0%} intervals"
            text("p", f"{test.verdict} ({words})", "md-soft")
            heads = ["Value", "Interval", "Rows"]
            plain_table("Measure", heads, measured_rows(test.figures), name="test-measures")
            titles, rows = class_rows(test.figures)
            plain_table("Class", titles, rows, name="test-classes", most=30)
            titles, rows = slice_rows(test.slices)
            plain_table("Slice", ["Rows", *titles], rows, name="test-slices", most=30)

    def _told(self, version: VersionView) -> None:
        for title, told in (
            ("Metrics", version.metrics),
            ("Parameters", version.parameters),
            ("Tags", version.tags),
            ("Libraries", version.libraries),
        ):
            name = f"version-{title.lower()}"
            plain_table(title, ["Value"], told_rows(told), name=name, texts=2)

    def _signature(self, version: VersionView) -> None:
        signature = version.signature
        heads = ["Role", "What it accepts"]
        inputs, outputs = column_rows(signature.inputs), column_rows(signature.outputs)
        plain_table("Input", heads, inputs, name="version-inputs", texts=3)
        plain_table("Output", heads, outputs, name="version-outputs", texts=3, most=30)

    def _code(self, version: VersionView) -> None:
        if version.flavor == EXTERNAL:
            return
        found = version_snippets(
            self._model,
            version.number,
            version.signature,
            url=self._url,
            secured=self._site.secured,
        )
        with block("md-version-part"):
            text("h3", "Ask this version")
            with block("md-version-code"):
                for snippet in found:
                    snippet_block(snippet)
