"""The page of all models: what each one is, how it is doing, and who needs a look first."""

from __future__ import annotations

from datetime import datetime

from nicegui import events, ui

from modeldesk.charts import volume_sparkline
from modeldesk.errors import ModeldeskError
from modeldesk.services.views import ModelOverview
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import awaited
from modeldesk.ui.figures import desk_figures
from modeldesk.ui.frame import frame, head
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.places import MONITOR
from modeldesk.ui.site import Site
from modeldesk.ui.states import PUBLISH, empty, trouble
from modeldesk.ui.verdict_chip import CHIP_CELL, chip_fields
from modeldesk.ui.wording import ago, count, utc, verdict_words

_ROWS_A_PAGE = 25
_FEW_MODELS = 3

_COLUMNS: list[dict[str, object]] = [
    {"name": "name", "label": "Model", "field": "name", "align": "left", "sortable": True},
    {"name": "verdict", "label": "Latest day", "field": "urgency", "align": "left",
     "sortable": True},
    {"name": "alerts", "label": "Open alerts", "field": "alerts", "align": "right",
     "sortable": True},
    {"name": "last", "label": "Last prediction", "field": "last_sort", "align": "left",
     "sortable": True},
    {"name": "predictions", "label": "Predictions", "field": "predictions", "align": "right",
     "sortable": True},
    {"name": "volume", "label": "Volume, 30 days", "field": "svg", "align": "left"},
    {"name": "version", "label": "Champion", "field": "champion", "align": "left"},
]  # fmt: skip

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# sparkline is markup, and it holds nothing but numbers.
_ROW = f"""
<q-tr :props="props" class="md-row" :data-testid="'model-' + props.row.name"
      @click="$parent.$emit('open', props.row.name)">
  <q-td key="name" :props="props">
    <a class="md-name" :href="props.row.href" @click.stop>{{{{ props.row.name }}}}</a>
  </q-td>
  <q-td key="verdict" :props="props"><div class="md-verdict md-wrap">
    {CHIP_CELL}<span class="md-sentence">{{{{ props.row.sentence }}}}</span></div></q-td>
  <q-td key="alerts" :props="props">
    <span v-if="props.row.alerts" class="md-count-warn">{{{{ props.row.alerts }}}}</span>
    <span v-else class="md-faint">0</span></q-td>
  <q-td key="last" :props="props"><span :title="props.row.last_utc">{{{{ props.row.last }}}}</span>
  </q-td>
  <q-td key="predictions" :props="props">{{{{ props.row.predictions_text }}}}</q-td>
  <q-td key="volume" :props="props"><span v-html="props.row.svg"></span></q-td>
  <q-td key="version" :props="props">v{{{{ props.row.champion }}}}
    <span class="md-faint"> {{{{ props.row.versions }}}}</span></q-td>
</q-tr>
"""


async def models_page(site: Site, appearance: Appearance) -> None:
    """Build the page."""
    with frame(appearance, here="Models"):
        head("Models")
        try:
            models = await awaited(site.desk.overview.models)
        except ModeldeskError as error:
            trouble(error, retry=ui.navigate.reload)
            return
        if not models:
            _first_steps()
            return
        with block("md-card"):
            desk_figures(models, site.clock.now())
        _table(models, site.clock.now())
        if len(models) <= _FEW_MODELS:
            _next_steps()


def _first_steps() -> None:
    with block("md-card"):
        words = (
            "Publish a trained model with its training data as reference, or run "
            "'modeldesk demo' in a terminal to see one with three days of traffic."
        )
        box = empty("rocket_launch", "No models yet", words, code=PUBLISH)
        testable(box, "no-models")


def _next_steps() -> None:
    with block("md-card md-next"):
        with block("md-next-words"):
            text("h2", "Publish your own model")
            text("p", "The training data becomes the reference that traffic is compared with.")
            text("p", "Publishing under a known name adds a version to that model.")
        text("pre", PUBLISH, "md-code")


def _table(models: tuple[ModelOverview, ...], now: datetime) -> None:
    rows = [_row(model, now) for model in sorted(models, key=_need)]
    with block("md-card"):
        table = ui.table(
            rows=rows,
            columns=_COLUMNS,
            row_key="name",
            pagination={"rowsPerPage": _ROWS_A_PAGE} if len(rows) > _ROWS_A_PAGE else None,
        )
        table.classes("md-table").props("flat binary-state-sort")
        table.add_slot("body", _ROW)
        table.on("open", _open)
        testable(table, "models")


def _open(event: events.GenericEventArguments) -> None:
    ui.navigate.to(MONITOR.path(str(event.args)))


def _need(model: ModelOverview) -> tuple[bool, int, int, str]:
    """Sort key: open alerts first, then the verdict's urgency, more alerts, the name."""
    urgency = verdict_words(model.status).urgency
    return not model.open_alerts, urgency, -model.open_alerts, model.name


def _row(model: ModelOverview, now: datetime) -> dict[str, object]:
    last = model.last_prediction_at
    return {
        "name": model.name,
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        "href": MONITOR.path(model.name).removeprefix("/"),
        "sentence": model.sentence,
        "alerts": model.open_alerts,
        "last": ago(last, now),
        "last_utc": utc(last),
        "last_sort": last.timestamp() if last else 0.0,
        "predictions": model.predictions,
        "predictions_text": count(model.predictions),
        "svg": volume_sparkline(model.volume, today=now.date()),
        "champion": model.champion,
        "versions": f"of {model.versions}",
        **chip_fields(model.status),
    }
