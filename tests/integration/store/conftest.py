"""What the tests of the store begin with."""

import pytest

from modeldesk.store import ModelRecords, Store
from tests.support.people import a_version


@pytest.fixture
def version_id(store: Store) -> int:
    """Offer the key of a version that rows can belong to."""
    return ModelRecords(store).add(a_version(), rule=("drift", "{}"))
