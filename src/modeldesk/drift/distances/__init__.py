"""Distances between two profiles of a column: how large a difference is, not how sure."""

from modeldesk.drift.distances.registry import DISTANCES, Distance, distance

__all__ = ["DISTANCES", "Distance", "distance"]
