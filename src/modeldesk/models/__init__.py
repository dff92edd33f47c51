"""The model port, its adapters and the artefacts on disk."""

from modeldesk.models.adapters import adapter_for
from modeldesk.models.artefacts import Artefact, ArtefactStore
from modeldesk.models.cores import use_one_core
from modeldesk.models.files import DOWNLOADS, SAFE_SUFFIXES, read_model, read_safe_model
from modeldesk.models.libraries import differing, library_versions
from modeldesk.models.port import Adapter, Facts, Frames, Model, Numbers, Predicted, frames_named

__all__ = [
    "DOWNLOADS",
    "SAFE_SUFFIXES",
    "Adapter",
    "Artefact",
    "ArtefactStore",
    "Facts",
    "Frames",
    "Model",
    "Numbers",
    "Predicted",
    "adapter_for",
    "differing",
    "frames_named",
    "library_versions",
    "read_model",
    "read_safe_model",
    "use_one_core",
]
