"""The Python client of a running server."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from modeldesk.client.batches import Batch, as_rows, batches
from modeldesk.client.forms import fields_of, file_of
from modeldesk.client.labels import ClientLabels
from modeldesk.client.logged import LoggedPrediction
from modeldesk.client.performance import ClientPerformance
from modeldesk.client.records import Health, Prediction, Predictions, Scalar
from modeldesk.client.slices import ClientSlices
from modeldesk.client.traffic import ClientAliases, ClientRoutes
from modeldesk.client.transport import Transport, at, span
from modeldesk.client.version_comparison import ClientVersionComparison
from modeldesk.client.version_figures import ClientVersionFigures
from modeldesk.errors import InvalidRows
from modeldesk.schema import Frame, Granularity, to_frame
from modeldesk.services.about import About
from modeldesk.services.audit import AuditPage
from modeldesk.services.backfill import Backfilled
from modeldesk.services.estimate_report import EstimateReport
from modeldesk.services.label_reading import LabelColumns
from modeldesk.services.labelling import LabelChoices, Labelled
from modeldesk.services.views import (
    AlertStatus,
    AlertView,
    DriftReport,
    FlagView,
    ModelOverview,
    PredictionView,
    VersionView,
)

KEY_VARIABLE = "MODELDESK_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Models:
    models: tuple[ModelOverview, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Versions:
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alerts:
    alerts: tuple[AlertView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    flags: tuple[FlagView, ...]


class Client:
    """Talks to one modeldesk server. Safe to share between threads.

    Parameters
    ----------
    url
        Address of the server.
    key
        API key, where the server wants one; ``None``: the variable ``MODELDESK_API_KEY``.
    timeout
        Seconds to wait for each part of an answer.

    Raises
    ------
    ModeldeskError
        Every method raises what the server raised, as the same class: `InvalidRows` with
        the list of problems, `NotFound` ..., and `ServerUnreachable` when there is no answer.

    Examples
    --------
    >>> from modeldesk import Client
    >>> with Client("http://127.0.0.1:8080") as client:  # doctest: +SKIP
    ...     row = client.example("iris")
    ...     print(client.predict("iris", row)[0].prediction)
    Iris-versicolor
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        *,
        key: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._transport = Transport(url, key=key or os.environ.get(KEY_VARIABLE), timeout=timeout)
        self.aliases = ClientAliases(self._transport)
        """Which versions names point at."""
        self.routes = ClientRoutes(self._transport)
        """Which versions share a model's traffic."""
        self.labels = ClientLabels(self._transport)
        """What the predictions' true outcomes were."""
        self.version_comparison = ClientVersionComparison(self._transport)
        """Which of two versions is better on the same rows."""
        self.version_figures = ClientVersionFigures(self._transport)
        """How good versions are on test sets, and one after the other."""
        self.performance = ClientPerformance(self._transport)
        """How good versions are."""
        self.slices = ClientSlices(self._transport)
        """Named conditions on rows."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Address of the server."""
        return self._transport.url

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def health(self) -> Health:
        """Ask how the server is and which models it has."""
        return self._transport.get("health", Health)

    def models(self) -> tuple[ModelOverview, ...]:
        """Return every published model with its volume, alerts and verdict."""
        return self._transport.get("models", _Models).models

    def model(self, name: str) -> ModelOverview:
        """Return one model's overview; `NotFound` names the known models."""
        return self._transport.get(at("models", name), ModelOverview)

    def versions(self, name: str) -> tuple[VersionView, ...]:
        """Return every version of a model, oldest first."""
        return self._transport.get(at("models", name, "versions"), _Versions).versions

    def publish(
        self,
        model: Path,
        *,
        name: str,
        reference: Path,
        target: str | None = None,
        about: About | None = None,
        frames: str | None = None,
        test: Path | None = None,
        test_label: str | None = None,
    ) -> VersionView:
        """Publish a model's file as a new version.

        Parameters
        ----------
        model
            File of a safe format: ``.skops``, ``.onnx``, XGBoost's ``.ubj`` or ``.json``,
            LightGBM's ``.txt``, CatBoost's ``.cbm``.
        name
            Name of the model; under a known name it becomes its next version.
        reference
            CSV or Parquet file with the rows that traffic will be compared with.
        target
            The reference's column with the true outcome, if it has one.
        about
            Description, tags, metrics, parameters and an example.
        frames
            ``pandas``, ``polars`` or ``numpy``: what the model was trained on, where
            that matters to it.
        test
            CSV or Parquet file with labelled rows that the model was not trained on: how good the
            version is there, and how it compares with the champion, is kept with it.
        test_label
            The test set's column with the true outcome; by default the target.

        Raises
        ------
        InvalidArgument
            When a file cannot be read.
        ModeldeskError
            What the server raised: `UnsafeArtefact`, `InvalidData`, `ModelFailed` ...
        """
        return self._transport.upload(
            at("models", name, "versions"),
            VersionView,
            files={"model": file_of(model), "reference": file_of(reference)}
            | ({} if test is None else {"test": file_of(test)}),
            fields=fields_of(about or About(), target=target, frames=frames, test_label=test_label),
        )

    def example(self, name: str) -> dict[str, Scalar]:
        """Return a row of typical values that the model's champion accepts."""
        return self._transport.get(at("models", name, "example"), dict[str, Scalar])

    def predict(
        self,
        name: str,
        rows: object,
        *,
        version: int | None = None,
        alias: str | None = None,
        key: str | None = None,
        timestamps: Sequence[datetime | None] | None = None,
        row_ids: Sequence[str | None] | None = None,
    ) -> Predictions:
        """Predict rows; every answered row is in the server's log.

        Parameters
        ----------
        name
            Name of the model.
        rows
            One row as a mapping from feature to value, a list of them, or a table
            (Polars, pandas, PyArrow). Many rows travel in several requests.
        version
            Which version answers; ``None``: the champion or its canary.
        alias
            Name that points at the version, instead of its number.
        key
            Who asks, so that the same version answers again where a canary shares the traffic.
        timestamps
            When each prediction belongs to, one per row; ``None``: now.
        row_ids
            Your own key of each row, to join labels by.

        Returns
        -------
        Predictions
            One `Prediction` per row, in the order of the rows.

        Raises
        ------
        InvalidRows
            When rows do not fit the signature; lists every problem, counted from the
            first row of the call. Rows of earlier requests of this call are logged then,
            and the hint says how many.
        InvalidArgument
            When there is no row, or not one timestamp or id per row.
        """
        answers = list[Prediction]()
        for batch in batches(as_rows(rows), timestamps=timestamps, row_ids=row_ids):
            answer = self._send(name, batch, version, alias=alias, key=key)
            # A promotion in between must not split one call over two versions.
            version, alias = answer.version, None
            answers.extend(answer.predictions)
        return replace(answer, predictions=tuple(answers))

    def drift(
        self,
        name: str,
        *,
        version: int | None = None,
        granularity: Granularity = Granularity.DAY,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> DriftReport:
        """Return every window's comparison with the reference, oldest first.

        Parameters
        ----------
        name
            Name of the model.
        version
            Which version's traffic; ``None``: the champion's.
        granularity
            Length of a window.
        start, end
            Windows that start at or after ``start`` and before ``end``; ``None``: no bound.
        """
        query: dict[str, str | int | None] = {
            "version": version,
            "granularity": granularity.value,
            **span(start, end),
        }
        return self._transport.get(at("models", name, "drift"), DriftReport, query=query)

    def alerts(
        self, name: str | None = None, *, status: AlertStatus | None = None
    ) -> tuple[AlertView, ...]:
        """Return the alerts of one model or of all, newest first, of one status or of all."""
        query = {"status": None if status is None else status.value}
        path = "alerts" if name is None else at("models", name, "alerts")
        return self._transport.get(path, _Alerts, query=query).alerts

    def flag(
        self,
        prediction_id: str,
        *,
        reason: str,
        comment: str = "",
        proposed_label: str | None = None,
    ) -> FlagView:
        """Mark one prediction as worth a look.

        Parameters
        ----------
        prediction_id
            From `Prediction.prediction_id`.
        reason
            Why, in a word or two; `modeldesk.services.feedback.REASONS` lists the usual ones.
        comment
            Anything that helps whoever looks at it.
        proposed_label
            What the answer should have been.
        """
        flag = {"reason": reason, "comment": comment, "proposed_label": proposed_label}
        path = at("predictions", prediction_id, "flags")
        return self._transport.post(path, FlagView, body=msgspec.json.encode(flag))

    def flags(self, name: str) -> tuple[FlagView, ...]:
        """Return the flags on one model's predictions, newest first."""
        return self._transport.get(at("models", name, "flags"), _Flags).flags

    def prediction(self, prediction_id: str) -> PredictionView:
        """Read one logged prediction back; dates among its values are ISO strings."""
        path = at("predictions", prediction_id)
        return self._transport.get(path, LoggedPrediction).view

    def log(
        self,
        name: str,
        data: Frame,
        *,
        version: int | None = None,
        time: str | None = None,
        row_id: str | None = None,
    ) -> Backfilled:
        """Log a table of inputs and predictions that another program made.

        Parameters
        ----------
        name
            The model.
        data
            A pandas or Polars frame, an Arrow table, a dict of lists or a list of rows; within
            the server's limits for one request.
        version
            Version that made the predictions; without one, the champion.
        time
            Column with the time of each row; by default ``timestamp`` or ``time``, else now.
        row_id
            Column with your own keys; by default ``row_id``.

        Returns
        -------
        Backfilled
            How many rows were logged, and why others were not.
        """
        stream = io.BytesIO()
        to_frame(data).write_ipc_stream(stream)
        return self._transport.post(
            at("models", name, "log"),
            Backfilled,
            body=stream.getvalue(),
            query={"version": version, "time": time, "row_id": row_id},
            content_type="application/vnd.apache.arrow.stream",
        )

    def label(
        self,
        name: str,
        data: Frame,
        *,
        columns: LabelColumns | None = None,
        choices: LabelChoices | None = None,
    ) -> Labelled:
        """Say what the true outcomes of predictions were.

        Parameters
        ----------
        name
            The model.
        data
            A table with a column ``label``, and ``prediction_id`` or ``row_id``; maybe
            ``label_time`` and ``label_source``. Within the server's limits for one request.
        columns
            Other names of these columns.
        choices
            What happens to wrong and contradicting rows, and whether this is a dry run.

        Raises
        ------
        InvalidRows
            When rows are wrong, or contradict each other, and are not to be left out; nothing is
            written then.
        """
        return self.labels.send(name, data, columns, choices)

    def estimates(
        self,
        name: str,
        *,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        level: float = 0.95,
    ) -> EstimateReport:
        """Return how good a model probably was on each day, also where labels are not here.

        Parameters
        ----------
        name
            Name of the model.
        version
            Which version; ``None``: the champion.
        start, end
            Days that begin at or after ``start`` and before ``end``; ``None``: no bound.
        level
            How often what is realised shall be within the interval.
        """
        query: dict[str, str | int | None] = {
            "version": version,
            **span(start, end),
            "level": str(level),
        }
        return self._transport.get(at("models", name, "estimates"), EstimateReport, query=query)

    def audit(
        self,
        *,
        cursor: int | None = None,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 100,
    ) -> AuditPage:
        """Return a page of the audit trail, the latest changes first; needs the scope ``admin``.

        Parameters
        ----------
        cursor
            From the page before.
        actor
            Only what this one did, such as ``user anna``.
        action
            Only this action, such as ``key.revoked``, or all of a kind, such as ``key``.
        limit
            Entries of a page.
        """
        query: dict[str, str | int | None] = {
            "cursor": cursor,
            "actor": actor,
            "action": action,
            "limit": limit,
        }
        return self._transport.get("audit", AuditPage, query=query)

    def _send(
        self,
        name: str,
        batch: Batch,
        version: int | None,
        *,
        alias: str | None,
        key: str | None,
    ) -> Predictions:
        try:
            return self._transport.post(
                at("models", name, "predict"),
                Predictions,
                body=batch.body,
                query={"version": version, "alias": alias},
                headers={} if key is None else {"X-Routing-Key": key},
            )
        except InvalidRows as error:
            if not batch.first:
                raise
            problems = tuple(replace(p, row=p.row + batch.first) for p in error.problems)
            moved = InvalidRows(problems, rows=error.rows)
            moved.hint = (
                f"The {batch.first} rows before were predicted and logged; "
                f"go on from row {batch.first}."
            )
            raise moved from error
