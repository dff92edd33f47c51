"""Other servers' protocols on the same port, so that their clients need not be changed."""

from modeldesk.api.dialects import invocations, kserve, open_inference
from modeldesk.api.dialects.kserve import serve_vertex
from modeldesk.api.shapes import ErrorAnswer, ScoringErrorAnswer

DIALECTS = (
    (open_inference.router, ErrorAnswer),
    (kserve.router, ErrorAnswer),
    (invocations.router, ScoringErrorAnswer),
)
"""Routes of each dialect, with the shape of its failures."""

__all__ = ["DIALECTS", "serve_vertex"]
