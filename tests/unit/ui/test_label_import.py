"""What the browser passes on of the labels route's answer: shown, and never trusted."""

from __future__ import annotations

from modeldesk.ui.label_import import ImportAnswer


def test_counts_and_problems_are_told() -> None:
    """The first five problems, each with its row."""
    problem = {"row": 3, "problem": "unknown class 'cow'", "expected": "a known class: cat"}
    found = ImportAnswer.read(
        {
            "file": "labels.csv",
            "status": 200,
            "answer": {
                "rows": 9, "new": 2, "corrected": 1, "unchanged": 0, "waiting": 3, "invalid": 1,
                "conflicting": 2, "refused": True, "problems": [problem] * 7,
            },
        }
    )  # fmt: skip
    assert (found.ok, found.refused, found.rows) == (True, True, 9)
    assert found.counts == {
        "new": 2, "corrected": 1, "unchanged": 0, "waiting": 3, "invalid": 1, "conflicting": 2
    }  # fmt: skip
    assert found.problems == ("Row 4: unknown class 'cow'; expected a known class: cat",) * 5


def test_refusals_say_why() -> None:
    """With the hint of the answer; no answer at all is told, too."""
    error = {"message": "There is no column 'label'.", "hint": "Name it."}
    found = ImportAnswer.read({"status": 400, "answer": {"error": error}})
    assert (found.ok, found.message) == (False, "There is no column 'label'. Name it.")
    assert ImportAnswer.read({"status": 0}).message == "The server gave no answer."


def test_nonsense_is_nothing() -> None:
    """Whoever sits at the browser can send anything."""
    nonsense: tuple[object, ...] = (None, 3, [], {"status": 200, "answer": [1]})
    for told in nonsense:
        found = ImportAnswer.read(told)
        assert (found.rows, found.problems, found.refused) == (0, (), False)
    odd = {"status": 200, "answer": {"rows": "9", "new": True, "problems": [None, "x"]}}
    assert ImportAnswer.read(odd).counts["new"] == 0
    assert len(ImportAnswer.read(odd).problems) == 2
