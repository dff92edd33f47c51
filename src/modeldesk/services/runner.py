"""A runner: one loaded model at work, under a time limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import ModeldeskError, ModelTimedOut
from modeldesk.models import Model, Predicted
from modeldesk.schema import RowDecoder
from modeldesk.services.job import Job, Slice, as_ours
from modeldesk.services.outputs import output_frame
from modeldesk.store import VersionRecord

Result = TypeVar("Result")


class ModelState(Enum):
    """How far a model is."""

    NEW = "not loaded"
    LOADING = "loading"
    READY = "loaded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """How long a model may take, in seconds; 0: for ever."""

    model: float
    """For a batch."""
    load: float
    """To be loaded."""


class Work(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a model is doing, and for whom."""

    jobs: Sequence[Job | Slice]
    warming: Future[None] | None
    since: float
    seconds: float
    loading: bool


class AbandonedError(Exception):
    """The model was given up while it worked; whoever waited was told."""


class Runner:
    """Loads a version's model and lets it predict, where others see how long that takes.

    Its own thread calls `model`, `predict` and `tried`; any other may call `overdue` and
    `give_up`.

    Parameters
    ----------
    record
        The version.
    load
        Loads its model.
    limits
        How long that and predicting may take.
    """

    def __init__(
        self, record: VersionRecord, load: Callable[[], Model], limits: TimeLimits
    ) -> None:
        self.state = ModelState.NEW
        self.failure: ModeldeskError | None = None
        """Why loading or trying the model failed last."""
        self.failed_at = 0.0
        self._record = record
        self._load = load
        self._limits = limits
        self._model: Model | None = None
        self._work: Work | None = None
        self._given_up = False
        self._lock = threading.Lock()

    @property
    def steady(self) -> bool:
        """Whether the model is ready, and its rows alone decide how long it takes."""
        model = self._model
        return self.state is ModelState.READY and model is not None and model.steady

    @property
    def busy(self) -> bool:
        """Whether the model works."""
        return self._work is not None

    @property
    def numbers(self) -> bool:
        """Whether the model is loaded, and numbers alone will do: see `ask_numbers`."""
        return self._model is not None and self._model.numbers is not None

    def predict(
        self,
        inputs: pl.DataFrame,
        jobs: Sequence[Job | Slice],
        warming: Future[None] | None = None,
    ) -> pl.DataFrame:
        """Return the outputs for some rows; loads the model first where that is needed.

        Raises
        ------
        AbandonedError
            When it took so long that it was given up.
        """
        return output_frame(self.ask(inputs, jobs, warming), self._record.signature)

    def ask(
        self,
        inputs: pl.DataFrame,
        jobs: Sequence[Job | Slice],
        warming: Future[None] | None = None,
    ) -> Predicted:
        """Return what the model answers, as it answers it; else as `predict`."""
        model = self._loaded(jobs, warming)
        return self._watched(
            lambda: model.predict(inputs), jobs, warming, self._limits.model, loading=False
        )

    def ask_numbers(self, rows: npt.NDArray[np.float64], jobs: Sequence[Job | Slice]) -> Predicted:
        """Do the same with an array, shape ``(n, columns)``, where `numbers` says so."""
        numbers = self._loaded(jobs, None).numbers
        assert numbers is not None  # noqa: S101 - see `numbers`
        return self._watched(lambda: numbers(rows), jobs, None, self._limits.model, loading=False)

    def tried(self, decoder: RowDecoder, warming: Future[None]) -> ModeldeskError | None:
        """Load the model and predict the signature's example; return why that failed.

        Raises
        ------
        AbandonedError
            When it took so long that it was given up.
        """
        try:
            example = decoder.decode([self._record.signature.example()])
            self.predict(decoder.frame(example), (), warming)
        except AbandonedError:
            raise
        except BaseException as error:  # noqa: BLE001  # no failure of a model ends its thread
            self.state, self.failure = ModelState.FAILED, as_ours(error)
            self.failed_at = time.monotonic()
            return self.failure
        self.state, self.failure = ModelState.READY, None
        return None

    def forget(self) -> None:
        """Let go of the model."""
        self._model = None

    def overdue(self, now: float) -> bool:
        """Whether the model takes too long."""
        work = self._work
        return work is not None and 0 < work.seconds < now - work.since

    def give_up(self, now: float) -> Work | None:
        """Give up a model that takes too long, for good; return what it was doing."""
        with self._lock:
            if self._given_up or not self.overdue(now):
                return None
            self._given_up = True
            return self._work

    def late(self, work: Work) -> ModelTimedOut:
        """Return what those are told who waited."""
        doing = "was not loaded" if work.loading else "did not answer"
        setting = "load_timeout_seconds" if work.loading else "model_timeout_seconds"
        name = f"Version {self._record.number} of {self._record.model!r}"
        message = f"{name} {doing} within {work.seconds:g} seconds."
        return ModelTimedOut(message, hint=f"Send fewer rows at once, or raise {setting}.")

    def _loaded(self, jobs: Sequence[Job | Slice], warming: Future[None] | None) -> Model:
        if self._model is None:
            self.state = ModelState.LOADING
            try:
                self._model = self._watched(
                    self._load, jobs, warming, self._limits.load, loading=True
                )
            except BaseException:
                self.state = ModelState.FAILED
                raise
            if warming is None:
                self.state = ModelState.READY
        return self._model

    def _watched(
        self,
        work: Callable[[], Result],
        jobs: Sequence[Job | Slice],
        warming: Future[None] | None,
        seconds: float,
        *,
        loading: bool,
    ) -> Result:
        self._work = Work(
            jobs=jobs, warming=warming, since=time.monotonic(), seconds=seconds, loading=loading
        )
        try:
            return work()
        finally:
            with self._lock:
                self._work = None
                given_up = self._given_up
            if given_up:
                raise AbandonedError
