"""The desk: the store opened and the services wired over it; the composition root."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from modeldesk.clock import Clock, SystemClock
from modeldesk.models import ArtefactStore, Frames, frames_named, read_model
from modeldesk.services.about import About
from modeldesk.services.access import Access
from modeldesk.services.accounts import Accounts
from modeldesk.services.admission import requires_sign_in
from modeldesk.services.alert_feed import AlertFeed
from modeldesk.services.aliases import Aliases
from modeldesk.services.audit import Audit
from modeldesk.services.backfill import Backfill
from modeldesk.services.backup import Backup
from modeldesk.services.change_attribution import ChangeAttribution
from modeldesk.services.check import Check
from modeldesk.services.column_history import ColumnHistories
from modeldesk.services.column_rules import ColumnRules
from modeldesk.services.comparison_sources import PairedSources
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.drift_sign import DriftSigns
from modeldesk.services.estimate_report import PerformanceEstimates
from modeldesk.services.estimating import Estimating
from modeldesk.services.evaluated_states import EvaluatedStates
from modeldesk.services.evaluation import Evaluation
from modeldesk.services.examination import Examination
from modeldesk.services.exploring import Exploring
from modeldesk.services.export import Export
from modeldesk.services.fairness_report import GroupComparison
from modeldesk.services.feedback import Feedback
from modeldesk.services.file_jobs import FileJobs, FileLimits
from modeldesk.services.file_run import Equipment
from modeldesk.services.flag_board import FlagBoard
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.job_files import JobFiles
from modeldesk.services.jobs import InTurns, Jobs
from modeldesk.services.keys import Keys
from modeldesk.services.labelling import Labelling
from modeldesk.services.lag import Backlog
from modeldesk.services.lanes import Lanes, Limits
from modeldesk.services.maturity import LabelBook
from modeldesk.services.measures import Measures
from modeldesk.services.model_events import ModelEvents
from modeldesk.services.model_health import ModelHealth
from modeldesk.services.model_signs import ModelSigns
from modeldesk.services.monitoring import Monitoring
from modeldesk.services.neighbours import Neighbours
from modeldesk.services.one_prediction import OnePredictions
from modeldesk.services.other_tables import OtherTables
from modeldesk.services.overview import Overview
from modeldesk.services.passwords import Passwords
from modeldesk.services.performance_marks import PerformanceMarks
from modeldesk.services.performance_report import Performance
from modeldesk.services.performance_signs import PerformanceSigns
from modeldesk.services.prediction_log import PredictionLog
from modeldesk.services.predictor import Predictor
from modeldesk.services.profile_choices import ProfileChoices
from modeldesk.services.reading import Reader
from modeldesk.services.reading_apart import TableReaders
from modeldesk.services.rebuild import Rebuild
from modeldesk.services.registry import Registry
from modeldesk.services.retention import Keeping, Retention
from modeldesk.services.rollup import RollUp
from modeldesk.services.routes import Routes
from modeldesk.services.search import Search
from modeldesk.services.second_opinion import SecondOpinion
from modeldesk.services.serving import Serving
from modeldesk.services.signing_in import SigningIn
from modeldesk.services.slice_book import SliceBook
from modeldesk.services.space import Space
from modeldesk.services.traffic import Traffic
from modeldesk.services.upkeep import Upkeep
from modeldesk.services.version_comparison import VersionComparison
from modeldesk.services.version_figures import VersionFigures
from modeldesk.services.version_list import VersionList
from modeldesk.services.views import VersionView
from modeldesk.services.watching import Watching
from modeldesk.services.workload import Workload
from modeldesk.services.worst_slices import NewestRows
from modeldesk.services.worth_labelling import WorthLabelling
from modeldesk.settings import Durability, Settings
from modeldesk.store import (
    AlertRecords,
    AlertSearch,
    AliasRecords,
    AttemptRecords,
    AuditRecords,
    ChunkLog,
    Compaction,
    ComparisonRecords,
    DayRecords,
    EstimateRecords,
    EvaluationRecords,
    Expiry,
    FileJobRecords,
    FlagRecords,
    FleetRecords,
    KeyRecords,
    LabelRecords,
    ModelRecords,
    Parameter,
    Quarantine,
    SessionRecords,
    SliceRecords,
    SpaceRecords,
    Store,
    UserRecords,
    VersionSampleRecords,
    VersionTestRecords,
    WindowRecords,
    migrate,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that works on one store.

    Open it with `Desk.open`, and close it (or use it in a ``with`` statement), so that what
    was accepted is committed.

    Examples
    --------
    >>> import tempfile
    >>> with Desk.open(Settings.load(home=tempfile.mkdtemp())) as desk:
    ...     desk.registry.names()
    ()
    """

    settings: Settings
    clock: Clock
    store: Store
    registry: Registry
    aliases: Aliases
    routes: Routes
    serving: Serving
    predictor: Predictor
    rollup: RollUp
    monitoring: Monitoring
    alert_feed: AlertFeed
    watching: Watching
    column_rules: ColumnRules
    columns: ColumnHistories
    profiles: ProfileChoices
    overview: Overview
    health: ModelHealth
    events: ModelEvents
    reader: Reader
    backfill: Backfill
    feedback: Feedback
    labelling: Labelling
    labels: LabelBook
    performance: Performance
    performance_marks: PerformanceMarks
    slices: SliceBook
    neighbours: Neighbours
    opinions: SecondOpinion
    prediction_log: PredictionLog
    exploring: Exploring
    other_tables: OtherTables
    one_prediction: OnePredictions
    worth_labelling: WorthLabelling
    flag_board: FlagBoard
    estimating: Estimating
    estimates: PerformanceEstimates
    version_comparison: VersionComparison
    version_figures: VersionFigures
    version_list: VersionList
    paired_sources: PairedSources
    jobs: Jobs
    file_jobs: FileJobs
    retention: Retention
    space: Space
    workload: Workload
    rebuild: Rebuild
    check: Check
    backup: Backup
    export: Export
    commits: GroupCommit
    measures: Measures
    access: Access
    keys: Keys
    accounts: Accounts
    signing_in: SigningIn
    audit: Audit
    search: Search
    table_readers: TableReaders

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock | None = None) -> Self:
        """Open the store, bring it to the current schema, and wire the services.

        Raises
        ------
        InvalidArgument
            When the database's URL or driver is not usable.
        StoreUnavailable
            When the database cannot be reached or the home folder cannot be made.
        SchemaMismatch
            When the database was made by a newer program.
        """
        clock = clock or SystemClock()
        store = Store(settings.database)
        try:
            migrate(store)
        except BaseException:
            store.close()
            raise
        records = ModelRecords(store)
        log = ChunkLog(store, synced=settings.durability is Durability.DISK)
        windows, alerts = WindowRecords(store), AlertRecords(store)
        ahead = settings.max_waiting_rows if settings.durability is Durability.ASYNC else 0
        commits = GroupCommit(log, records, most_ahead=ahead)
        artefacts = ArtefactStore(settings.artefacts)
        slices = SliceRecords(store)
        registry = Registry(
            records,
            artefacts,
            clock,
            Examination(slices, clock),
            kept_rows=settings.keep_reference_rows,
        )
        limits = _limits(settings)
        retention = Retention(Expiry(store), clock, _keeping(settings))
        rebuild = Rebuild(registry, DayRecords(store))
        rollup = RollUp(windows, registry)
        comparisons = Comparisons(registry, windows, ComparisonRecords(store), alerts)
        label_records, evaluations = LabelRecords(store), EvaluationRecords(store)
        labels = LabelBook(registry, label_records, windows)
        states = EvaluatedStates(evaluations, slices)
        evaluation = Evaluation(registry, log, label_records, evaluations, slices)
        estimates = EstimateRecords(store)
        reported = PerformanceEstimates(registry, estimates, evaluations, labels)
        fleet = FleetRecords(store)
        signs = ModelSigns(
            fleet, DriftSigns(comparisons), PerformanceSigns(states, reported), clock
        )
        estimating = Estimating(registry, log, label_records, estimates, clock)
        reader = Reader(registry, log, comparisons, labels)
        newest = NewestRows(log, label_records)
        feedback = Feedback(registry, reader, FlagRecords(store), clock)
        slice_book = SliceBook(registry, slices, newest, clock)
        neighbours, opinions = Neighbours(registry, reader, newest), SecondOpinion(registry, reader)
        measures = Measures()
        lanes = Lanes(registry, commits, clock, limits, measures)
        traffic = Traffic(registry, lanes, random.Random())  # noqa: S311  # shares traffic only
        predictor = Predictor(registry, lanes, traffic, clock, limits)
        backlog, space = Backlog(registry, predictor, log), SpaceRecords(store)
        measures.watch(backlog)
        monitoring = Monitoring(registry, windows, comparisons, alerts, clock)
        jobs = Jobs(
            rollup.run,
            (
                monitoring.judge,
                InTurns(evaluation.run),
                InTurns(estimating.run),
                Upkeep(Compaction(store), retention, clock).run,
            ),
            seconds=settings.job_seconds,
            clock=clock,
            names=(
                "profiling new rows",
                "judging new days",
                "measuring performance",
                "estimating performance",
                "tidying the log",
            ),
        )
        sessions, users, keys = SessionRecords(store), UserRecords(store), KeyRecords(store)
        access, passwords = Access(sessions, keys, clock), Passwords()
        version_comparison = VersionComparison(registry, log, label_records)
        version_figures = VersionFigures(registry, VersionTestRecords(store), evaluations, slices)
        table_readers, version_list = TableReaders(), VersionList(registry, windows, log)
        other_tables = OtherTables(registry, settings, table_readers)
        watching = Watching(
            registry,
            alerts,
            # Apart from the others: what is only tried must not push out what is shown.
            Comparisons(registry, windows, ComparisonRecords(store), alerts),
            clock,
        )
        return cls(
            settings=settings,
            clock=clock,
            store=store,
            registry=registry,
            aliases=Aliases(AliasRecords(store), registry, lanes, clock),
            routes=Routes(records, registry, lanes, clock),
            serving=Serving(registry, records, lanes, traffic),
            predictor=predictor,
            rollup=rollup,
            monitoring=monitoring,
            alert_feed=AlertFeed(AlertSearch(store), monitoring, registry, comparisons),
            watching=watching,
            column_rules=ColumnRules(registry, windows, comparisons, watching, clock),
            columns=ColumnHistories(registry, windows, comparisons),
            profiles=ProfileChoices(registry, windows, comparisons),
            overview=Overview(
                registry=registry,
                records=records,
                log=log,
                windows=windows,
                alerts=alerts,
                comparisons=comparisons,
                clock=clock,
            ),
            health=ModelHealth(registry, records, fleet, signs, clock),
            events=ModelEvents(
                registry, AliasRecords(store), alerts, FlagRecords(store), AuditRecords(store)
            ),
            reader=reader,
            backfill=Backfill(registry, commits, Quarantine(store), clock),
            feedback=feedback,
            labelling=Labelling(registry, label_records, clock),
            labels=labels,
            performance=Performance(
                registry,
                states,
                labels,
                GroupComparison(states, newest),
                ChangeAttribution(log, label_records, estimates, states),
            ),
            performance_marks=PerformanceMarks(registry, fleet),
            slices=slice_book,
            neighbours=neighbours,
            opinions=opinions,
            prediction_log=PredictionLog(
                registry=registry,
                reader=reader,
                slices=slice_book,
                feedback=feedback,
                labels=labels,
                monitoring=monitoring,
            ),
            other_tables=other_tables,
            exploring=Exploring(
                registry,
                log,
                label_records,
                VersionSampleRecords(store),
                other_tables,
                clock,
            ),
            one_prediction=OnePredictions(
                registry=registry,
                reader=reader,
                feedback=feedback,
                neighbours=neighbours,
                opinions=opinions,
            ),
            worth_labelling=WorthLabelling(registry, newest, feedback),
            flag_board=FlagBoard(feedback, labels),
            estimating=estimating,
            estimates=reported,
            version_comparison=version_comparison,
            version_figures=version_figures,
            version_list=version_list,
            paired_sources=PairedSources(
                registry, version_comparison, version_figures, version_list, slice_book
            ),
            jobs=jobs,
            file_jobs=FileJobs(
                Equipment(
                    registry=registry,
                    lanes=lanes,
                    records=FileJobRecords(store),
                    files=JobFiles(settings.job_files),
                    keys=commits.keys,
                    clock=clock,
                    measures=measures,
                    readers=table_readers,
                    longest_text=settings.max_text_characters,
                ),
                traffic,
                FileLimits(
                    columns=settings.max_columns,
                    kept=timedelta(days=settings.keep_jobs_days) or None,
                ),
                seconds=settings.job_seconds,
            ),
            retention=retention,
            space=Space(space, registry),
            workload=Workload(jobs, backlog, space, clock),
            rebuild=rebuild,
            check=Check(store, artefacts, rebuild, clock),
            backup=Backup(store, artefacts, clock),
            export=Export(registry, log, label_records),
            commits=commits,
            measures=measures,
            access=access,
            keys=Keys(keys, registry, clock, changed=access.forget),
            accounts=Accounts(users, passwords, clock, changed=access.forget),
            signing_in=SigningIn(
                users,
                sessions,
                AttemptRecords(store),
                passwords,
                clock,
                lifetime=timedelta(hours=settings.session_hours),
                changed=access.forget,
            ),
            audit=Audit(AuditRecords(store), clock),
            table_readers=table_readers,
            search=Search(registry, monitoring),
        )

    @property
    def sign_in_required(self) -> bool:
        """Whether a server of this desk asks its callers who they are.

        Raises
        ------
        StoreUnavailable
            When the settings leave it to the users, and they cannot be read.
        """
        return requires_sign_in(self.settings, self.accounts.list())

    def start_jobs(self) -> None:
        """Start rolling up, judging and predicting files in the background."""
        self.jobs.start()
        self.file_jobs.start()

    def close(self) -> None:
        """Answer and commit what was accepted, then close the store."""
        self.file_jobs.stop()
        self.jobs.close()
        self.predictor.close()
        self.commits.close()
        # What was answered is committed by now; a file's result may take a while to be written.
        self.file_jobs.close()
        self.table_readers.close()
        self.access.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def publish(  # noqa: PLR0913  # one call, one keyword for each thing that can be told
    model: object,
    *,
    name: str,
    reference: object = None,
    target: str | None = None,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    metrics: Mapping[str, float] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    example: Mapping[str, object] | None = None,
    frames: Frames | str | None = None,
    trust_pickle: bool = False,
    test: object = None,
    test_label: str | None = None,
    home: str | None = None,
) -> VersionView:
    """Publish a trained model to the store that the settings name.

    Parameters
    ----------
    model
        A fitted scikit-learn, XGBoost, LightGBM or CatBoost estimator, an ONNX model, a function
        of an importable module; or where it is: a file's path, ``package.module:name``, or a URI
        of MLflow's such as ``mlflow:models:/iris@champion``.
    name
        Name of the model; publishing under a known name adds a version.
    reference
        The rows that traffic will be compared with, usually the training data: a pandas or
        Polars frame, an Arrow table, or a dict of lists. A function whose type hints tell what
        it takes and answers needs none.
    target
        The reference's column with the true outcome, if it has one.
    description
        What is worth knowing about this version.
    tags
        Words about it, by name.
    metrics
        Figures of an evaluation, by name.
    parameters
        What the model was configured with; by default the estimator's own parameters.
    example
        A row to show people how to ask; by default each feature's typical value.
    frames
        ``pandas``, ``polars`` or ``numpy``: what the model was trained on, where the
        reference does not tell.
    trust_pickle
        Keep the model as a pickle where the safe format refuses its types, and load pickles and
        MLflow's models, which can run any code while they load.
    test
        Labelled rows that the model was not trained on, as a table like the reference. The version
        keeps how good it is there, and how it compares with the champion on the same rows.
    test_label
        The test set's column with the true outcome; by default the target.
    home
        Folder of the store; without one, the setting ``home`` (``modeldesk-data`` here).

    Returns
    -------
    VersionView
        The new version with its inferred signature, and the verdict on its test set.

    Raises
    ------
    InvalidArgument, InvalidData
        When the name, the target, the reference, the test set or a note is not usable.
    NotFound
        When there is no such file, function or URI, or its library is not installed.
    UnsupportedModel, UnsafeArtefact, Corrupt, ModelFailed
        When the model cannot be served, kept, read, or run on the reference or the test set.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.linear_model import LinearRegression
    >>> model = LinearRegression().fit([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0])
    >>> reference = {"rooms": [1.0, 2.0, 3.0], "price": [2.0, 4.0, 6.0]}
    >>> version = publish(
    ...     model,
    ...     name="prices",
    ...     reference=reference,
    ...     target="price",
    ...     metrics={"r2": 1.0},
    ...     home=tempfile.mkdtemp(),
    ... )
    >>> version.number, [column.name for column in version.signature.columns]
    (1, ['rooms', 'price'])
    >>> version.metrics["r2"], version.parameters["fit_intercept"]
    (1.0, True)
    """
    about = About(
        description=description,
        tags=tags or {},
        metrics=metrics or {},
        parameters=parameters,
        example=example,
    )
    thing = model
    if isinstance(model, str | Path):
        thing = read_model(str(model), trust_pickle=trust_pickle)
    with Desk.open(Settings.load(home=home)) as desk:
        return desk.registry.publish(
            thing,
            name=name,
            reference=reference,
            target=target,
            about=about,
            frames=None if frames is None else frames_named(frames),
            trust_pickle=trust_pickle,
            test=test,
            test_label=test_label,
        )


def _limits(settings: Settings) -> Limits:
    return Limits(
        rows=settings.max_rows,
        text_characters=settings.max_text_characters,
        waiting_rows=settings.max_waiting_rows,
        waiting_seconds=settings.max_waiting_seconds,
        shadow_rows=settings.max_shadow_rows,
        loaded_bytes=settings.max_loaded_bytes,
        idle_seconds=settings.unload_idle_seconds,
        model_seconds=settings.model_timeout_seconds,
        load_seconds=settings.load_timeout_seconds,
    )


def _keeping(settings: Settings) -> Keeping:
    return Keeping(
        rows=settings.keep_rows_days or None,
        hourly=settings.keep_hourly_days or None,
        daily=settings.keep_daily_days or None,
        labels=settings.keep_labels_days or None,
    )
