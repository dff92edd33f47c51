"""States of any kind: merged, and read from bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from modeldesk.errors import Corrupt, Incompatible
from modeldesk.performance import classification, multilabel, ranking, regression, sealing
from modeldesk.performance.classification import Classification
from modeldesk.performance.measures import State, task_of
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.ranking import Ranking
from modeldesk.performance.regression import Regression

_READERS: Mapping[bytes, Callable[[bytes], State]] = MappingProxyType(
    {
        classification.KIND: Classification.decode,
        multilabel.KIND: MultiLabel.decode,
        regression.KIND: Regression.decode,
        ranking.KIND: Ranking.decode,
    }
)


def merge(one: State, other: State) -> State:
    """Return the state of both sets of rows together; neither operand changes.

    Raises
    ------
    Incompatible
        When they are of different tasks, or have other scores, quantiles or cutoffs.

    Examples
    --------
    >>> both = merge(Regression.of([1.0], [2.0]), Regression.of([3.0], [3.0]))
    >>> both.labelled
    2
    """
    if isinstance(one, Classification) and isinstance(other, Classification):
        return one.merge(other)
    if isinstance(one, MultiLabel) and isinstance(other, MultiLabel):
        return one.merge(other)
    if isinstance(one, Regression) and isinstance(other, Regression):
        return one.merge(other)
    if isinstance(one, Ranking) and isinstance(other, Ranking):
        return one.merge(other)
    message = f"A state of {task_of(one).value} and one of {task_of(other).value} do not merge."
    raise Incompatible(message, hint="Merge states of one model.")


def decode(data: bytes) -> State:
    """Read a state of any kind from what its `encode` wrote.

    Raises
    ------
    Corrupt
        When the bytes are damaged, cut short, or something else.

    Examples
    --------
    >>> decode(Regression.of([1.0], [2.0]).encode()).labelled
    1
    """
    kind = sealing.kind_of(data)
    reader = _READERS.get(kind)
    if reader is None:
        message = f"The state is of an unknown kind {kind!r}."
        raise Corrupt(message, hint="Read it with the program that wrote it, or a newer one.")
    return reader(data)
