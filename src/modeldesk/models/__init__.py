"""The model port, its adapters and the artefacts on disk."""

from modeldesk.models.adapters import adapter_for
from modeldesk.models.artefacts import Artefact, ArtefactStore
from modeldesk.models.files import read_model
from modeldesk.models.port import Adapter, Model, Predicted

__all__ = [
    "Adapter",
    "Artefact",
    "ArtefactStore",
    "Model",
    "Predicted",
    "adapter_for",
    "read_model",
]
