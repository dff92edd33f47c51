"""Comparisons that are kept with versions: read back, small, and readable for good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.errors import Corrupt
from modeldesk.performance.paired import ClassChange, PairedClasses, compare_pairs
from modeldesk.services.kept_comparison import (
    LONGEST_TEXT,
    MOST_CLASSES,
    MOST_COLUMNS,
    MOST_NOTES,
    decode_comparison,
    encode_comparison,
)
from modeldesk.services.paired_views import (
    ColumnChange,
    Disagreement,
    NoteChange,
    PairedReport,
    ReferenceChange,
    SliceChange,
)
from modeldesk.services.performance_views import difference_view

GOLDEN = Path(__file__).parent / "golden" / "comparison-1.json"


def report() -> PairedReport:
    """Return a comparison with something of everything."""
    found = compare_pairs(
        PairedClasses.of(["a", "b"] * 50, ["a", "b"] * 45 + ["b", "b"] * 5, ["a", "a"] * 50),
        ["accuracy", "recall", "mcc"],
    )
    return PairedReport(
        model="letters",
        one=2,
        other=1,
        source="test",
        rows=100,
        labelled=found.rows,
        refused=3,
        cut=False,
        agreement=found.agreement,
        improved=found.improved,
        regressed=found.regressed,
        mcnemar=found.mcnemar,
        differences=tuple(map(difference_view, found.differences)),
        classes=found.classes,
        slices=(SliceChange(name="short", rows=7, improved=1, regressed=2),),
        disagreements=(
            Disagreement(row="90", label="a", one="b", other="a", change="regressed", inputs={}),
            Disagreement(row="1", label="2.5", one=2.5, other=None, change=None, inputs={}),
        ),
        notes=(
            NoteChange(about="parameter", name="layers", one=(8, 4), other=None),
            NoteChange(about="metric", name="r2", one=0.5, other=1),
        ),
        reference=ReferenceChange(
            one_rows=10,
            other_rows=20,
            columns=(ColumnChange(name="x", distance=0.5, sentence="x has moved."),),
            sentence="1 of 2 columns has changed.",
        ),
        verdict=found.sentence("Version 2", "version 1"),
    )


def test_what_is_kept_is_read_back() -> None:
    """All of it, where it is small."""
    assert decode_comparison(encode_comparison(report())) == report()


def test_the_golden_file_stays_readable() -> None:
    """What the first release of this format wrote reads as it did."""
    assert decode_comparison(GOLDEN.read_text().strip()) == report()


def test_inputs_and_what_is_long_are_left_out() -> None:
    """Of many classes those with most rows are kept, in their order."""
    long = "x" * 10_000
    classes = [
        ClassChange(name=f"{place:03}", rows=place, improved=0, regressed=0) for place in range(300)
    ]
    large = replace(
        report(),
        classes=(*classes, ClassChange(name=long, rows=999, improved=0, regressed=1)),
        disagreements=(
            Disagreement(
                row="1", label=long, one=long, other=(1.0,) * 5_000, change=None, inputs={"a": long}
            ),
        ),
        notes=(NoteChange(about="tag", name="t", one=long, other=None),) * 1_000,
        reference=replace(
            report().reference,
            columns=tuple(
                ColumnChange(name=f"{place}", distance=0.1, sentence="s") for place in range(5_000)
            ),
        ),
    )
    text = encode_comparison(large)
    kept = decode_comparison(text)
    assert len(text) < 150_000
    assert len(kept.classes) == MOST_CLASSES
    assert [change.rows for change in kept.classes] == [*range(201, 300), 999]
    assert len(kept.classes[-1].name) == LONGEST_TEXT
    (row,) = kept.disagreements
    assert row.label == row.one == "x" * LONGEST_TEXT
    assert row.other == (1.0,) * LONGEST_TEXT
    assert row.inputs == {}
    assert (len(kept.notes), kept.notes[0].one) == (MOST_NOTES, "x" * LONGEST_TEXT)
    assert [column.name for column in kept.reference.columns] == [
        str(place) for place in range(MOST_COLUMNS)
    ]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 1, "report": {"model": "x"}}'])
def test_anything_else_is_corrupt(text: str) -> None:
    """Said, with what to do."""
    with pytest.raises(Corrupt, match="cannot be read"):
        decode_comparison(text)


def test_a_newer_format_is_said() -> None:
    """By its number."""
    newer = encode_comparison(report()).replace('"format":1', '"format":2')
    with pytest.raises(Corrupt, match="has format 2; known is 1"):
        decode_comparison(newer)
