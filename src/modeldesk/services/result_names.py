"""What our columns are called in tables that have a model's outputs as well."""

from __future__ import annotations

from modeldesk.schema import Signature

_OURS = "modeldesk_"


def result_name(name: str, signature: Signature) -> str:
    """Return the name of one of our columns: an output of that name keeps it.

    >>> from modeldesk.schema import Column, Kind, Role
    >>> late = Column(name="time", kind=Kind.FLOAT, role=Role.PREDICTION)
    >>> signature = Signature(inputs=(Column(name="length", kind=Kind.FLOAT),), outputs=(late,))
    >>> result_name("time", signature), result_name("row_id", signature)
    ('modeldesk_time', 'row_id')
    """
    taken = {column.name for column in signature.outputs}
    while name in taken:
        name = f"{_OURS}{name}"
    return name
