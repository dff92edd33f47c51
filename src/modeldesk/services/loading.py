"""A published version's model, loaded to predict or taken out as a file."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.errors import Incompatible, ModeldeskError, ModelFailed, UnsupportedModel
from modeldesk.models import DOWNLOADS, Artefact, ArtefactStore, Model, differing
from modeldesk.store import VersionRecord

EXTERNAL = "external"
"""Flavor of versions that are served elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A version's model as one file."""

    name: str
    content: bytes


def loaded(record: VersionRecord, artefacts: ArtefactStore) -> Model:
    """Load a version's model from its artefact.

    Raises
    ------
    UnsupportedModel
        When the version was only registered: it is served elsewhere.
    ModeldeskError
        When its files cannot be read or its model cannot be loaded; the hint names libraries
        that were of other versions when it was published.
    """
    if record.flavor == EXTERNAL:
        message = f"{record.model!r} is served elsewhere; here its predictions are logged."
        raise UnsupportedModel(message, hint="Log them with modeldesk log, or publish it.")
    try:
        return artefacts.load(_artefact(record), flavor=record.flavor)
    except ModeldeskError as error:
        error.hint = f"{error.hint} {_other_libraries(record)}".strip()
        raise
    except Exception as error:
        message = (
            f"Version {record.number} of {record.model!r} cannot be loaded: "
            f"{type(error).__name__}: {error}."
        )
        raise ModelFailed(message, hint=_other_libraries(record)) from error


def not_here(record: VersionRecord, *, hint: str) -> Incompatible:
    """Return the error for sending requests to a version that is served elsewhere."""
    message = f"Version {record.number} of {record.model!r} is served elsewhere."
    return Incompatible(message, hint=hint)


def downloaded(record: VersionRecord, artefacts: ArtefactStore) -> Download:
    """Return a version's model as the file that it can be published from again.

    Raises
    ------
    UnsupportedModel
        When the version is no such file: a function, a pickle, or served elsewhere.
    """
    name = DOWNLOADS.get(record.flavor)
    content = None if name is None else artefacts.file(_artefact(record), name)
    if name is None or content is None:
        message = f"Version {record.number} of {record.model!r} cannot be had as a file."
        hint = "Files are models of scikit-learn, ONNX, XGBoost, LightGBM and CatBoost."
        raise UnsupportedModel(message, hint=hint)
    return Download(name=name, content=content)


def downloadable(record: VersionRecord, artefacts: ArtefactStore) -> bool:
    """Whether a version's model can be had as a file that it can be published from again."""
    name = DOWNLOADS.get(record.flavor)
    return name is not None and artefacts.has(_artefact(record), name)


def _artefact(record: VersionRecord) -> Artefact:
    return Artefact(place=record.artefact, sha256=record.artefact_sha256)


def _other_libraries(record: VersionRecord) -> str:
    found = differing(record.notes.libraries)
    return f"It was published with {', '.join(found)}." if found else ""
