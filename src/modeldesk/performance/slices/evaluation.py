"""What conditions say of rows: all conditions in one pass over the table."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from modeldesk.performance.slices.compilation import Compiler
from modeldesk.performance.slices.fields import SliceSchema
from modeldesk.performance.slices.nodes import Node

_ROW = "row"


def answers(nodes: Sequence[Node], schema: SliceSchema, frame: pl.DataFrame) -> list[pl.Series]:
    """Compute conditions, or parts of conditions, for every row; null where a value is missing.

    Parameters
    ----------
    nodes
        Each accepted by `check` for the schema.
    schema
        What they may speak of.
    frame
        The rows; columns that nothing speaks of are not looked at.

    Raises
    ------
    InvalidData
        When a column is missing or of another type than the schema says.

    Examples
    --------
    >>> from modeldesk.performance.slices import parse
    >>> frame = pl.DataFrame({"age": [71, None]})
    >>> schema = SliceSchema.of_types(frame.schema)
    >>> [found.to_list() for found in answers([parse("age > 60")], schema, frame)]
    [[True, None]]
    """
    compiler = Compiler(schema, frame.schema)
    compiled = [compiler.expression(node).alias(f"{n}") for n, node in enumerate(nodes)]
    row = pl.int_range(pl.len()).alias(_ROW)  # so that a condition without a column is as long
    table = frame.select(row, *compiler.leaves).with_columns(compiler.terms)
    return table.select(_ROW, *compiled).drop(_ROW).get_columns()
