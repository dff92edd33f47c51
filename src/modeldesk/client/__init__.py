"""The Python client of a running server."""

from modeldesk.client.client import Client
from modeldesk.client.records import Health, Prediction, Predictions

__all__ = ["Client", "Health", "Prediction", "Predictions"]
