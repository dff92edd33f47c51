"""Publishing models and finding their versions."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.models import Artefact, ArtefactStore, Frames, Model, adapter_for
from modeldesk.monitors import DriftRule
from modeldesk.profiles import Profile
from modeldesk.schema import LogPolicy, Routing
from modeldesk.services.about import About, notes_of
from modeldesk.services.acting import change
from modeldesk.services.candidates import Candidate, Examined, Examiner, LabelledTable
from modeldesk.services.loading import EXTERNAL, Download, downloadable, downloaded, loaded
from modeldesk.services.publishing import Prepared, frames_of, prepared, registered
from modeldesk.services.remembering import Remembered
from modeldesk.services.version_samples import KEPT_ROWS, SampleSource, sample_of
from modeldesk.services.views import VersionView
from modeldesk.store import (
    CHAMPION,
    ModelRecords,
    NewVersion,
    Notes,
    VersionRecord,
    VersionSample,
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MONITOR = "drift"
_REFERENCE_COLUMNS = 5_000
"""Columns of reference profiles kept in memory, about 8 KB each: reading one back takes longer
than all else that is done with it."""


class Registry:
    """Models and versions: publish, look up, load.

    Parameters
    ----------
    records
        The models in the database.
    artefacts
        Where the trained objects are kept.
    clock
        Tells when a version was published.
    examiner
        Says how good a version is on the test set that it is published with.
    kept_rows
        How many rows are kept of the reference, and of the test set; 0: none.
    """

    def __init__(
        self,
        records: ModelRecords,
        artefacts: ArtefactStore,
        clock: Clock,
        examiner: Examiner,
        *,
        kept_rows: int = KEPT_ROWS,
    ) -> None:
        self._records = records
        self._artefacts = artefacts
        self._clock = clock
        self._examiner = examiner
        self._kept_rows = kept_rows
        self._references = Remembered[int, Profile](_REFERENCE_COLUMNS)
        self.revision = 0
        """Grows with each change that this process makes."""

    def publish(  # noqa: PLR0913  # one keyword for each thing that can be told
        self,
        model: object,
        *,
        name: str,
        reference: object = None,
        target: str | None = None,
        description: str = "",
        about: About | None = None,
        frames: Frames | None = None,
        trust_pickle: bool = False,
        test: object = None,
        test_label: str | None = None,
    ) -> VersionView:
        """Keep a trained model as a new, immutable version.

        The model is run on the reference once: its answers give the output columns and, with
        the features, the reference profile that traffic is compared with. With a test set, the
        version keeps how good it is there, overall, by class and by slice of the model, and how
        it compares with the champion on the same rows.

        Parameters
        ----------
        model
            What `modeldesk.models.read_model` returns: a fitted scikit-learn, XGBoost, LightGBM
            or CatBoost estimator, an ONNX model, a function of an importable module.
        name
            Name of the model; a new name starts with version 1 as ``champion``.
        reference
            Rows that traffic is compared with, usually the training data: a pandas or Polars
            frame, an Arrow table, or a dict of lists, with the features by name; `FileRows`
            where they were read from a file. A function whose hints tell what it takes and
            answers needs none.
        target
            Name of the reference's column with the true outcome; predictions get this name.
        description
            What is worth knowing about this version.
        about
            Tags, metrics, parameters and an example of this version.
        frames
            What sort of tables the model was trained on; without it, as the reference is, and
            for a reference that says nothing as the model's adapter finds best.
        trust_pickle
            Keep the model as a pickle where the safe format refuses its types.
        test
            Labelled rows that the model was not trained on, as a table like the reference; every
            one of them must have a label and fit the model.
        test_label
            The test set's column with the true outcome; by default the target.

        Raises
        ------
        InvalidArgument, InvalidData
            When the name, the target, the reference or the test set is not usable.
        UnsupportedModel, UnsafeArtefact
            When the model cannot be served or kept.
        ModelFailed
            When the model fails on the reference or the test set.
        """
        _check_name(name)
        labelled = LabelledTable.told(test, label=test_label, target=target)
        about = about or About()
        frames = frames or frames_of(reference)
        adapter = adapter_for(model)
        wrapped = adapter.wrap(model, frames=frames)
        found = prepared(wrapped, reference=reference, target=target, example=about.example)
        notes = notes_of(about, adapter, model)
        number = self._records.next_number(name)
        tested = None
        if labelled is not None:
            record = self._draft(name, number, adapter.flavor, found, notes)
            candidate = Candidate(record=record, model=wrapped, reference=found.reference)
            tested = self._tested(candidate, labelled)
        artefact = self._artefacts.save(
            model, model=name, number=number, frames=frames, trust_pickle=trust_pickle
        )
        try:
            return self._add(
                name,
                number=number,
                flavor=adapter.flavor,
                artefact=artefact,
                prepared=found,
                description=description or about.description,
                notes=notes,
                tested=tested,
            )
        except BaseException:
            self._artefacts.remove(artefact.place)
            raise

    def register(
        self,
        name: str,
        *,
        reference: object,
        prediction: str,
        scores: Mapping[str, str] | None = None,
        description: str = "",
    ) -> VersionView:
        """Make a version of a model that is served elsewhere, for its predictions to be logged.

        Parameters
        ----------
        name
            Name of the model.
        reference
            Rows with the features and the model's predictions.
        prediction
            The reference's column with the predictions.
        scores
            Columns with the probability of a class, and which class.
        description
            What is worth knowing about this version.

        Raises
        ------
        InvalidArgument, InvalidData
            When the name, a column or the reference is not usable.
        """
        _check_name(name)
        found = registered(reference, prediction=prediction, scores=scores or {})
        return self._add(
            name,
            number=self._records.next_number(name),
            flavor=EXTERNAL,
            artefact=Artefact(place="", sha256=""),
            prepared=found,
            description=description,
            notes=Notes(),
        )

    def names(self) -> tuple[str, ...]:
        """Names of all models, in alphabetical order."""
        return self._records.names()

    def versions(self, name: str) -> tuple[VersionView, ...]:
        """All versions of a model, oldest first; `NotFound` when there is no such model."""
        return tuple(_view(record) for record in self._versions(name))

    def version(
        self, name: str, number: int | None = None, *, alias: str = CHAMPION
    ) -> VersionView:
        """Return one version; without a number, that which an alias points at."""
        return _view(self.record(name, number, alias=alias))

    def record(
        self, name: str, number: int | None = None, *, alias: str = CHAMPION
    ) -> VersionRecord:
        """Return one version as the store knows it; without a number, that of an alias.

        Raises
        ------
        NotFound
            When there is no such model, version or alias; names those that there are.
        """
        found = self._versions(name)
        for version in found:
            if version.number == number or (number is None and alias in version.aliases):
                return version
        if number is None and alias != CHAMPION:
            raise no_alias(name, alias, [known for version in found for known in version.aliases])
        known = ", ".join(str(version.number) for version in found)
        message = f"The model {name!r} has no version {number}."
        raise NotFound(message, hint=f"Known versions: {known}.")

    def records(
        self, name: str | None = None, number: int | None = None
    ) -> tuple[VersionRecord, ...]:
        """Return one version, all versions of a model, or all of all models; oldest first."""
        if name is not None and number is not None:
            return (self.record(name, number),)
        names = self.names() if name is None else (name,)
        found = [record for model in names for record in self._versions(model)]
        return tuple(record for record in found if number in (None, record.number))

    def record_of(self, version_id: int) -> VersionRecord:
        """Return the version with a key that the store gave out."""
        record = self._records.version(version_id)
        if record is None:
            message = f"The version with key {version_id} is gone."
            raise NotFound(message)
        return record

    def reference_profile(self, name: str, number: int | None = None) -> Profile:
        """Return the profile of a version's reference; without a number, the champion's."""
        return self.reference_of(self.record(name, number).version_id)

    def reference_of(self, version_id: int) -> Profile:
        """Return the reference profile of the version with that key; it never changes."""
        known = self._references.get(version_id)
        if known is not None:
            return known
        found = self._records.reference(version_id)
        if found is None:
            message = f"The reference of the version with key {version_id} is gone."
            raise NotFound(message)
        self._references.put(version_id, found, weight=len(found.columns))
        return found

    def policy(self, name: str) -> LogPolicy:
        """Return how a model's predictions are logged."""
        return self.record(name).policy

    def set_policy(self, name: str, policy: LogPolicy) -> LogPolicy:
        """Change how a model's predictions are logged from now on.

        Raises
        ------
        NotFound
            When there is no such model, or it has no such column.
        InvalidArgument
            When the prediction itself would be hidden.
        """
        record = self.record(name)
        for column in policy.drop + policy.hash + policy.segment_by:
            if record.signature.column(column) is record.signature.prediction and (
                column in policy.drop + policy.hash
            ):
                message = f"The prediction {column!r} is what the log is for."
                raise InvalidArgument(message, hint="Hide inputs, or keep no rows at all.")
        salted = replace(policy, salt=policy.salt or secrets.token_hex(16))
        told = change(
            self._clock.now(),
            "policy.set",
            f"model {name}",
            before=_told(record.policy),
            after=_told(salted),
        )
        self._records.set_policy(record.model_id, salted, told)
        self.revision += 1
        return salted

    def size(self, record: VersionRecord) -> int:
        """Return how many bytes the files of a version's artefact have; 0 when it has none."""
        if record.flavor == EXTERNAL:
            return 0
        return self._artefacts.size(Artefact(place=record.artefact, sha256=record.artefact_sha256))

    def load(self, record: VersionRecord) -> Model:
        """Load a version's model from its artefact.

        Raises
        ------
        UnsupportedModel
            When the version was only registered: it is served elsewhere.
        ModeldeskError
            When its files cannot be read or its model not be loaded; the hint names libraries
            that were of other versions when it was published.
        """
        return loaded(record, self._artefacts)

    def download(self, record: VersionRecord) -> Download:
        """Return a version's model as the file that it can be published from again.

        Raises
        ------
        UnsupportedModel
            When the version is no such file: a function, a pickle, or served elsewhere.
        """
        return downloaded(record, self._artefacts)

    def downloadable(self, record: VersionRecord) -> bool:
        """Whether `download` has a file of a version; its content is not read."""
        return downloadable(record, self._artefacts)

    def _draft(
        self, name: str, number: int, flavor: str, prepared: Prepared, notes: Notes
    ) -> VersionRecord:
        """Return a version that is not kept yet as it would stand in the database."""
        known = self._records.versions(name)
        return VersionRecord(
            version_id=0,
            model_id=known[0].model_id if known else 0,
            model=name,
            number=number,
            created_at=self._clock.now(),
            flavor=flavor,
            description="",
            artefact="",
            artefact_sha256="",
            signature=prepared.signature,
            reference_rows=prepared.reference.rows,
            aliases=(),
            policy=known[0].policy if known else LogPolicy(),
            routing=Routing(),
            notes=notes,
        )

    def _tested(self, candidate: Candidate, test: LabelledTable) -> Examined:
        known = self._records.versions(candidate.record.model)
        return self._examiner.examine(candidate, test, known=known, opened=self._opened)

    def _opened(self, record: VersionRecord) -> Candidate:
        reference = self.reference_of(record.version_id)
        return Candidate(record=record, model=self.load(record), reference=reference)

    def _add(
        self,
        name: str,
        *,
        number: int,
        flavor: str,
        artefact: Artefact,
        prepared: Prepared,
        description: str,
        notes: Notes,
        tested: Examined | None = None,
    ) -> VersionView:
        new = NewVersion(
            model=name,
            number=number,
            created_at=self._clock.now(),
            flavor=flavor,
            description=description,
            artefact=artefact.place,
            artefact_sha256=artefact.sha256,
            signature=prepared.signature,
            reference=prepared.reference,
            notes=notes,
            test=None if tested is None else tested.test,
            samples=self._samples(name, prepared, tested),
        )
        told = change(
            new.created_at,
            "version.published",
            f"model {name} version {number}",
            flavor=flavor,
            artefact_sha256=artefact.sha256,
        )
        self._records.add(new, rule=(_MONITOR, DriftRule().encode()), change=told)
        self.revision += 1
        return self.version(name, number)

    def _samples(
        self, name: str, prepared: Prepared, tested: Examined | None
    ) -> tuple[VersionSample, ...]:
        """Return the rows that are kept of the tables that a version is published with."""
        known = self._records.versions(name)
        policy = known[0].policy if known else LogPolicy()
        tables = {
            SampleSource.REFERENCE: prepared.rows,
            SampleSource.TEST: None if tested is None else tested.rows,
        }
        found = (
            sample_of(source, rows, policy, most=self._kept_rows)
            for source, rows in tables.items()
            if rows is not None
        )
        return tuple(sample for sample in found if sample is not None)

    def _versions(self, name: str) -> tuple[VersionRecord, ...]:
        found = self._records.versions(name)
        if found:
            return found
        known = self._records.names()
        close = get_close_matches(name, known, n=1)
        message = f"There is no model {name!r}."
        if close:
            hint = f"Did you mean {close[0]!r}?"
        elif known:
            hint = f"Known models: {', '.join(known)}."
        else:
            hint = "Nothing is published yet: see modeldesk publish --help."
        raise NotFound(message, hint=hint)


def _told(policy: LogPolicy) -> dict[str, object]:
    """Return a policy as the audit trail shows it: without the salt, which is a secret."""
    fields: dict[str, object] = json.loads(replace(policy, salt="").encode())
    return {name: value for name, value in fields.items() if name != "salt"}


def no_alias(name: str, alias: str, known: Iterable[str]) -> NotFound:
    """Return the error for an alias that a model does not have."""
    message = f"The model {name!r} has no alias {alias!r}."
    return NotFound(message, hint=f"Known aliases: {', '.join(sorted(known))}.")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not a model name."
        hint = "Use up to 100 letters, digits, dots, hyphens and underscores."
        raise InvalidArgument(message, hint=hint)


def _view(record: VersionRecord) -> VersionView:
    return VersionView(
        model=record.model,
        number=record.number,
        created_at=record.created_at,
        flavor=record.flavor,
        aliases=record.aliases,
        description=record.description,
        reference_rows=record.reference_rows,
        signature=record.signature,
        example=record.signature.example(),
        tags=record.notes.tags,
        metrics=record.notes.metrics,
        parameters=record.notes.parameters,
        libraries=record.notes.libraries,
        sha256=record.artefact_sha256,
        test=record.test,
    )
