"""The confusion matrix that a person can read."""

from __future__ import annotations

from modeldesk.services.performance_views import ConfusionView
from modeldesk.ui.confusion_card import confusion_table


def view(classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> ConfusionView:
    """Return counts of a version."""
    return ConfusionView(model="m", version=1, segment="", classes=classes, counts=counts)


def test_cells_have_their_share_of_the_true_class() -> None:
    """Rows add up to one; a class that is never true has no shares."""
    table = confusion_table(view(("a", "b"), ((8, 2), (0, 0))))
    assert table.totals == (10, 0)
    assert [[cell.part for cell in row] for row in table.rows] == [[0.8, 0.2], [None, None]]
    assert [[cell.right for cell in row] for row in table.rows] == [[True, False], [False, True]]
    assert table.rows[0][1].words == "2 rows of a predicted as b, 20.0 % of them"
    assert table.rows[1][0].words == "0 rows of b predicted as a"


def test_of_many_classes_the_rarest_are_put_together() -> None:
    """No row is lost, the order stays, and what is put together is not called right."""
    names = tuple("abcde")
    counts = tuple(
        tuple((10 if one == "c" else 9 if one == "e" else 1) for _ in names) for one in names
    )
    table = confusion_table(view(names, counts), most=3)
    assert table.names == ("c", "e", "3 others")
    assert table.totals == (50, 45, 15)
    assert sum(cell.count for row in table.rows for cell in row) == 110
    assert [cell.count for cell in table.rows[2]] == [3, 3, 9]
    assert [row[place].right for place, row in enumerate(table.rows)] == [True, True, False]


def test_as_many_classes_as_are_named_stay() -> None:
    """Nothing is put together without need."""
    table = confusion_table(view(("a", "b"), ((1, 0), (0, 1))), most=2)
    assert table.names == ("a", "b")
    assert table.rows[1][1].right
