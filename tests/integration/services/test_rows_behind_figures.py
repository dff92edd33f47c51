"""The rows behind figures, on each database: as many as the figure says, with their labels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modeldesk.schema import LogPolicy
from modeldesk.services.figure_rows import (
    cell_condition,
    missed_condition,
    mistaken_condition,
    segment_condition,
)
from modeldesk.services.reading import Which
from tests.support.iris import FEATURES, iris_frame

if TYPE_CHECKING:
    from modeldesk.desk import Desk

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def truths(desk: Desk) -> dict[str, str]:
    """Offer what was true of logged flowers, by identifier: of two thirds, some of it wrong."""
    rng = np.random.default_rng(3)
    column = desk.registry.record("iris").signature.prediction.name
    desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
    frame = iris_frame()
    noisy = frame.with_columns(pl.col(FEATURES) + pl.Series(rng.normal(0, 0.6, frame.height)))
    rows = noisy.select(FEATURES).to_dicts()
    answer = desk.predictor.predict("iris", rows, timestamps=[NOW] * len(rows))
    ids = [each.prediction_id for each in answer.predictions]
    known = dict(
        zip(ids[::3] + ids[1::3], [*frame["class"][::3], *frame["class"][1::3]], strict=True)
    )
    desk.labelling.label("iris", {"prediction_id": [*known], "label": [*known.values()]})
    desk.jobs.run()
    return known


def rows(desk: Desk, condition: str | None) -> pl.DataFrame:
    """Return all rows that meet a condition."""
    assert condition is not None
    only = desk.slices.rows("iris", condition=condition)
    return desk.reader.page("iris", only=only, which=Which.ALL, limit=1_000).frame


def test_cells_and_mistakes_have_as_many_rows_as_they_say(
    desk: Desk, truths: dict[str, str]
) -> None:
    """Of every cell of the confusion matrix, and of what was missed and mistaken per class."""
    confusion = desk.performance.confusion("iris")
    signature = desk.registry.record("iris").signature
    counts = np.array(confusion.counts)
    assert counts.sum() == len(truths)
    assert (counts - np.diag(np.diag(counts))).sum() > 0
    for true, row in zip(confusion.classes, counts, strict=True):
        for said, count in zip(confusion.classes, row, strict=True):
            found = rows(desk, cell_condition(signature, [true], [said]))
            assert found.height == count
            assert {truths[name] for name in found["prediction_id"]} <= {true}
    for place, name in enumerate(confusion.classes):
        hits = counts[place, place]
        missed = rows(desk, missed_condition(signature, name))
        mistaken = rows(desk, mistaken_condition(signature, name))
        assert missed.height == counts[place].sum() - hits
        assert mistaken.height == counts[:, place].sum() - hits
    others = rows(desk, cell_condition(signature, confusion.classes[1:], confusion.classes[1:]))
    assert others.height == counts[1:, 1:].sum()


def test_segments_have_their_labelled_rows(desk: Desk, truths: dict[str, str]) -> None:
    """The condition of a segment and a label tell the rows that it is measured on."""
    signature, known = desk.registry.record("iris").signature, desk.performance.segments("iris")
    assert len(known) == 3
    for segment in known:
        condition = segment_condition(signature, segment, known)
        found = rows(desk, f"{condition} and label is not null")
        assert found.height == desk.performance.report("iris", segment=segment).labelled
        assert set(found["prediction_id"]) <= set(truths)


def test_rows_are_shown_with_their_labels(desk: Desk, truths: dict[str, str]) -> None:
    """In the order of the rows; those without one have none; a shadow's has that of its row."""
    page = desk.reader.page("iris", limit=1_000).frame
    labels = desk.labels.beside(page)
    assert labels.to_list() == [truths.get(name) for name in page["prediction_id"]]
    assert 0 < labels.null_count() < page.height
    first = next(iter(truths))
    shadow = page.head(1).with_columns(pl.lit(first).alias("shadow_of"))
    assert desk.labels.beside(shadow).to_list() == [truths[first]]
    assert desk.labels.beside(page.clear()).to_list() == []
