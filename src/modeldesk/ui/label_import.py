"""Where a file of labels is dropped: what would happen is shown before anything is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from nicegui import events, ui

from modeldesk.ui.drop_zone import DropZone
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.states import say
from modeldesk.ui.wording import brief, count, plural

LABELS = DropZone(
    taker="labels",
    script="label_drop.js",
    route="labels",
    title="Drop a file here, or choose one",
    note="CSV, Parquet or Arrow with the columns label, and prediction_id or row_id; "
    "also label_time and label_source.",
    endings=(".csv", ".parquet", ".arrow", ".arrows", ".feather"),
    label="File of labels",
    name="label-drop",
)

_OK = 200
_PROBLEMS = 5
_COUNTS = (
    ("new", "New", "predictions that had no label"),
    ("corrected", "Corrected", "predictions with another label so far"),
    ("unchanged", "Unchanged", "predictions that have this label already"),
    ("waiting", "Waiting", "rows whose predictions are not known yet"),
    ("invalid", "Wrong", "rows that are no labels"),
    ("conflicting", "Conflicting", "rows that contradict another one"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAnswer:
    """What the labels route said, as the browser passed it on."""

    file: str
    ok: bool
    refused: bool
    """Whether the file would be refused as it is."""
    rows: int
    counts: Mapping[str, int]
    problems: tuple[str, ...]
    message: str
    """Why there is no answer; empty where there is one."""

    @staticmethod
    def read(told: object) -> ImportAnswer:
        """Read what the browser passed on; whatever is not there is nothing.

        >>> ImportAnswer.read({"status": 200, "answer": {"rows": 3, "new": 3}}).counts["new"]
        3
        """
        whole = told if isinstance(told, Mapping) else {}
        found = whole.get("answer")
        answer: Mapping[object, object] = found if isinstance(found, Mapping) else {}
        ok = whole.get("status") == _OK
        error = answer.get("error")
        named = error if isinstance(error, Mapping) else {}
        message = f"{named.get('message', 'The server gave no answer.')} {named.get('hint', '')}"
        problems = answer.get("problems")
        return ImportAnswer(
            file=str(whole.get("file", "")),
            ok=ok,
            refused=answer.get("refused") is True,
            rows=_whole(answer.get("rows")),
            counts={name: _whole(answer.get(name)) for name, _, _ in _COUNTS},
            problems=tuple(map(_problem, problems[:_PROBLEMS]))
            if isinstance(problems, list)
            else (),
            message="" if ok else brief(message.strip(), 500),
        )


class LabelImport:
    """A card that takes a file of labels; the page is prepared for `LABELS`.

    Parameters
    ----------
    model
        Whose labels they are.
    stored
        Called after labels were stored.
    """

    def __init__(self, model: str, *, stored: Callable[[], Awaitable[None]]) -> None:
        self._model = model
        self._stored = stored

    def build(self) -> None:
        """Add the card."""
        ui.on("md_labels_tried", self._tried)
        ui.on("md_labels_stored", self._done)
        with block("md-card") as card:
            testable(card, "label-import")
            with block("md-card-head"):
                text("h2", "Import labels")
                text("span", "nothing is stored before you say so", "md-card-note")
            with block("md-card-body"):
                LABELS.build(self._model)
                self._preview = block("md-import")
                self._preview.props["aria-live"] = "polite"

    def _tried(self, event: events.GenericEventArguments) -> None:
        found = ImportAnswer.read(event.args)
        self._preview.clear()
        with self._preview:
            if not found.ok:
                self._wrong(found)
                return
            self._summary(found)
            with block("md-import-foot"):
                if found.refused:
                    words = "Store the others, leave these out"
                    self._button(words, "invalid=skip&conflicts=last", "import-others")
                else:
                    self._button(f"Store {plural(found.rows, 'label')}", "", "import-store")
                cancel = ui.button("Cancel", on_click=self._preview.clear, color=None)
                cancel.props("flat no-caps").classes("md-btn md-btn--quiet")
                testable(cancel, "import-cancel")

    def _wrong(self, found: ImportAnswer) -> None:
        with block("md-trouble") as box:
            box.props["role"] = "alert"
            testable(box, "import-trouble")
            ui.icon("error_outline")
            text("p", found.message)

    def _summary(self, found: ImportAnswer) -> None:
        words = f"{brief(found.file, 80)}: {plural(found.rows, 'row')}"
        testable(text("h3", words), "import-title")
        with block("md-stats", tag="table") as table, ui.element("tbody"):
            testable(table, "import-counts")
            for name, title, note in _COUNTS:
                if not found.counts[name] and name != "new":
                    continue
                with ui.element("tr"):
                    with ui.element("td"):
                        text("span", title)
                        text("span", f" {note}", "md-faint md-small")
                    testable(text("td", count(found.counts[name])), f"import-{name}")
        if found.problems:
            with block("md-job-problems"):
                for words in found.problems:
                    text("span", words)

    def _button(self, words: str, query: str, name: str) -> None:
        button = ui.button(words, color=None)
        button.on("click", js_handler=f"() => window.mdStoreLabels('{query}')")
        button.props("unelevated no-caps").classes("md-btn md-btn--main")
        testable(button, name)

    async def _done(self, event: events.GenericEventArguments) -> None:
        found = ImportAnswer.read(event.args)
        self._preview.clear()
        if not found.ok:
            with self._preview:
                self._wrong(found)
            return
        many = found.counts["new"] + found.counts["corrected"]
        waiting = found.counts["waiting"]
        words = f"{plural(many, 'prediction')} labelled"
        say(words + (f", {count(waiting)} waiting." if waiting else "."), icon="check_circle")
        await self._stored()


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _problem(told: object) -> str:
    found = told if isinstance(told, Mapping) else {}
    row = found.get("row")
    where = f"Row {row + 1}: " if isinstance(row, int) else ""
    words = f"{found.get('problem', '')}; expected {found.get('expected', '')}"
    return brief(where + words, 300)
