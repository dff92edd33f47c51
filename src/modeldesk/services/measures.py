"""What an operator watches: counts, durations and queues, in the form that Prometheus reads.

One registry per desk, so that two desks in a process do not count for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from modeldesk import __version__
from modeldesk.errors import StoreUnavailable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of what `Measures.tell` returns."""

_OF_VERSION = ("model", "version")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_HALF, _MOST = 0.5, 0.95
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Rows of one version that wait for something."""

    model: str
    version: str
    rows: int


class Lag(Protocol):
    """Tells what waits: for a model, and in the log for the roll-up."""

    def queued(self) -> Iterable[Waiting]:
        """Return the rows that wait to be predicted."""

    def unprofiled(self) -> Iterable[Waiting]:
        """Return the rows that are logged and in no profile yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTime:
    """How long a version takes for a batch, since this program started."""

    batches: int
    half: float
    """Seconds within which half of the batches were predicted."""
    most: float
    """Seconds within which 95 % of them were; infinite where longer than is told apart."""


class Measures:
    """Counts what happens; `tell` says it all.

    Examples
    --------
    >>> measures = Measures()
    >>> measures.of("iris", 1).batch(rows=3, seconds=0.002)
    >>> 'modeldesk_predictions_total{model="iris",version="1"} 3.0' in measures.tell().decode()
    True
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for standard in (ProcessCollector, PlatformCollector, GCCollector):
            standard(registry=self._registry)
        self._registry.register(_Info())
        self._requests = self._counter(
            "http_requests", "Requests answered.", ("method", "route", "status")
        )
        self._request_seconds = self._histogram(
            "http_request_seconds", "Seconds from a request to its answer.", ("method", "route")
        )
        # Looking labels up takes as long as counting: as few as there are routes.
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._predictions = self._counter("predictions", "Rows predicted.", _OF_VERSION)
        self._failed = self._counter(
            "failed_predictions", "Rows for which the model failed.", _OF_VERSION
        )
        self._timeouts = self._counter(
            "model_timeouts", "Times that a model did not answer in time.", _OF_VERSION
        )
        self._loads = self._counter("model_loads", "Times that a model was loaded.", _OF_VERSION)
        self._unloads = self._counter(
            "model_unloads", "Times that a model was unloaded to make room.", _OF_VERSION
        )
        self._shadowed = self._counter(
            "shadow_predictions", "Rows predicted beside the champion.", _OF_VERSION
        )
        self._dropped = self._counter(
            "shadow_dropped_rows", "Rows that a shadow was too slow for.", _OF_VERSION
        )
        self._refused = self._counter(
            "refused_rows", "Rows that did not fit the signature.", _OF_VERSION
        )
        self._batches = self._histogram(
            "batch_rows", "Rows predicted at once.", _OF_VERSION, buckets=_ROWS
        )
        self._model_seconds = self._histogram(
            "model_seconds", "Seconds that the model took for a batch.", _OF_VERSION
        )
        self._commit_seconds = self._histogram(
            "commit_seconds", "Seconds from a batch's prediction to its commit.", _OF_VERSION
        )

        self._file_rows = self._counter(
            "file_rows", "Rows of files that were predicted and logged.", _OF_VERSION
        )
        self.running_jobs = Gauge(
            "modeldesk_running_jobs",
            "Files that this process is predicting.",
            registry=self._registry,
        )

    def of(self, model: str, version: int, *, shadow: bool = False) -> VersionMeasures:
        """Return what is counted for one version, as it answers or beside the champion."""
        labels = model, str(version)
        return VersionMeasures(
            predictions=(self._shadowed if shadow else self._predictions).labels(*labels),
            failed=self._failed.labels(*labels),
            refused=self._refused.labels(*labels),
            dropped=self._dropped.labels(*labels),
            timeouts=self._timeouts.labels(*labels),
            loads=self._loads.labels(*labels),
            unloads=self._unloads.labels(*labels),
            file_rows=self._file_rows.labels(*labels),
            batches=self._batches.labels(*labels),
            model_seconds=self._model_seconds.labels(*labels),
            commit_seconds=self._commit_seconds.labels(*labels),
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request under its route, not under its path."""
        known = self._answered.get((method, route, status))
        if known is None:
            known = (
                self._requests.labels(method, route, str(status)),
                self._request_seconds.labels(method, route),
            )
            self._answered[method, route, status] = known
        count, duration = known
        count.inc()
        duration.observe(seconds)

    def model_time(self, model: str, version: int) -> ModelTime | None:
        """Return how long a version takes; ``None`` where this program did not ask it yet."""
        mine = {"model": model, "version": str(version)}
        counts = [
            (float(sample.labels["le"]), int(sample.value))
            for metric in self._model_seconds.collect()
            for sample in metric.samples
            if sample.name.endswith("_bucket") and mine.items() <= sample.labels.items()
        ]
        batches = counts[-1][1] if counts else 0
        if not batches:
            return None
        half, most = (
            next(limit for limit, many in counts if many >= share * batches)
            for share in (_HALF, _MOST)
        )
        return ModelTime(batches=batches, half=half, most=most)

    def watch(self, lag: Lag) -> None:
        """Tell from now on also what waits."""
        self._registry.register(_Waiting(lag))

    def tell(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, words: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"modeldesk_{name}", words, labels, registry=self._registry)

    def _histogram(
        self,
        name: str,
        words: str,
        labels: tuple[str, ...],
        *,
        buckets: tuple[float, ...] = _SECONDS,
    ) -> Histogram:
        return Histogram(
            f"modeldesk_{name}", words, labels, registry=self._registry, buckets=buckets
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionMeasures:
    """What is counted for one version."""

    predictions: Counter
    failed: Counter
    refused: Counter
    dropped: Counter
    timeouts: Counter
    loads: Counter
    unloads: Counter
    file_rows: Counter
    batches: Histogram
    model_seconds: Histogram
    commit_seconds: Histogram

    def batch(self, *, rows: int, seconds: float) -> None:
        """Count rows that were predicted at once."""
        self.predictions.inc(rows)
        self.batches.observe(rows)
        self.model_seconds.observe(seconds)


class _Info(Collector):
    def collect(self) -> Iterator[Metric]:
        found = GaugeMetricFamily("modeldesk_info", "The program.", labels=["version"])
        found.add_metric([__version__], 1)
        yield found


class _Waiting(Collector):
    """Asks what waits whenever somebody wants to know."""

    def __init__(self, lag: Lag) -> None:
        self._lag = lag

    def describe(self) -> list[Metric]:
        """Name nothing beforehand: the database is asked only when figures are wanted."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield _gauge("queued_rows", "Rows that wait for a model.", self._lag.queued())
        try:
            unprofiled = tuple(self._lag.unprofiled())
        except StoreUnavailable:
            unprofiled = None
        reached = GaugeMetricFamily("modeldesk_database_up", "Whether the database can be read.")
        reached.add_metric([], 0 if unprofiled is None else 1)
        yield reached
        yield _gauge("unprofiled_rows", "Logged rows that are in no profile yet.", unprofiled or ())


def _gauge(name: str, words: str, waiting: Iterable[Waiting]) -> Metric:
    found = GaugeMetricFamily(f"modeldesk_{name}", words, labels=list(_OF_VERSION))
    for entry in waiting:
        found.add_metric([entry.model, entry.version], entry.rows)
    return found
