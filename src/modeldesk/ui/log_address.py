"""The address of the logged rows by which a window's verdict about a column is told."""

from __future__ import annotations

from datetime import timedelta

from modeldesk.services.telling_rows import telling_condition
from modeldesk.ui.column_data import ChosenWindow, ColumnData
from modeldesk.ui.places import PREDICTIONS
from modeldesk.ui.predictions_state import PredictionsState


def log_address(data: ColumnData, chosen: ChosenWindow) -> str:
    """Return where the page of predictions shows these rows.

    Parameters
    ----------
    data
        What the column's page shows.
    chosen
        Its window; of hours, the rows of their days are shown.
    """
    state = PredictionsState(
        version=data.version.number,
        start=chosen.window.start.date(),
        end=(chosen.window.end - timedelta(microseconds=1)).date(),
        segment=data.report.segment,
        condition=telling_condition(
            data.column,
            None if chosen.compared is None else chosen.compared.verdict,
            reference=data.history.reference,
            current=chosen.profile,
        ),
    )
    return PREDICTIONS.path(data.version.model) + state.query()
