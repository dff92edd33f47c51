"""Sorting the values of two columns into the bins that suit them."""

from __future__ import annotations

from modeldesk.drift.basis import Basis, basis
from modeldesk.drift.categories import split_categories
from modeldesk.drift.numeric import split_numbers
from modeldesk.drift.split import Split
from modeldesk.drift.vectors import split_vectors
from modeldesk.profiles import ColumnProfile


def split_columns(current: ColumnProfile, reference: ColumnProfile) -> Split | None:
    """Sort the values of both sides into bins; ``None`` where there is nothing to sort."""
    if not current.present or not reference.present:
        return None
    match basis(current, reference):
        case Basis.NUMBERS | Basis.TEXTS:
            return split_numbers(current, reference)
        case Basis.CATEGORIES:
            return split_categories(current, reference)
        case Basis.VECTORS:
            return split_vectors(current, reference)
        case Basis.IDENTIFIERS | Basis.TYPES:
            return None
