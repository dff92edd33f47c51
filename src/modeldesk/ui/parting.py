"""A page that has gone leaves nothing to look for: its parts let go of each other.

A page keeps its parts, and they keep what they call when a person chooses something: the page.
Such a ring stays, with all figures that the page has read, until the garbage collector has looked
at everything there is, which stops every thread of the server (decision 42).
"""

from __future__ import annotations

from asyncio import CancelledError, Task, current_task
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from functools import partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, NoReturn
from weakref import ref

from nicegui import ui
from nicegui.element import Element

if TYPE_CHECKING:
    from modeldesk.ui.views import Page

_OURS = "modeldesk.ui."
_CALLS = (MethodType, partial, FunctionType)


async def build(page: Page) -> None:
    """Build a page; when its reader has gone that ends, and its parts let go of each other."""
    # Weakly: what is cancelled keeps where that happened, and with it the page.
    ui.context.client.on_delete(partial(_end, page, ref(_this_task())))
    await page.build()


def _this_task() -> Task[object]:
    task = current_task()
    assert task is not None  # noqa: S101 - who awaits is a task
    return task


def _end(page: Page, building: ref[Task[object]]) -> None:
    task = building()
    if task is not None:
        task.cancel()
    part(page)


def part(page: object) -> None:
    """Have the parts of a page that has gone call each other no more.

    What still runs for the page, such as a read that has not answered, keeps what it has and
    comes to its end: quietly, where it would call another part.

    Parameters
    ----------
    page
        Keeps the others, directly or not.

    Examples
    --------
    >>> part(object())
    """
    for each in [known for known in _walk(page) if is_part(known)]:
        kept = vars(each)
        for holder in (kept, *(value for value in kept.values() if isinstance(value, dict))):
            for name, value in holder.items():
                if isinstance(value, _CALLS) and any(map(is_part, _walk(value, beyond=False))):
                    holder[name] = _gone


def _gone(*_: object, **__: object) -> NoReturn:
    """Stand for what a part of a page that has gone would call."""
    message = "the page has gone"
    raise CancelledError(message)


def _walk(start: object, *, beyond: bool = True) -> Iterator[object]:
    """Yield what can be reached, each once; unless beyond, nothing of what parts keep."""
    seen = set[int]()
    left = [start]
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if not is_part(each):
            left.extend(_within(each))
        elif beyond:
            left.extend(vars(each).values())


def is_part(known: object) -> bool:
    """Return whether it is an open page's own, and ours.

    What pages share has no attributes of its own to set: constants have slots.
    """
    kind = type(known)
    return (
        kind.__module__.startswith(_OURS)
        and hasattr(known, "__dict__")
        and not issubclass(kind, Element | Enum)
    )


def _within(value: object) -> Iterable[object]:
    """Return what a list or the like holds, or what a function of ours calls.

    What others write encloses whatever they have, such as all the rows of a chart.
    """
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, MethodType):
        return (value.__self__,)
    if isinstance(value, partial):
        return (value.func, *value.args, *value.keywords.values())
    if isinstance(value, FunctionType) and (value.__module__ or "").startswith(_OURS):
        return list(_enclosed(value))
    return ()


def _enclosed(function: FunctionType) -> Iterator[object]:
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # nothing is in it yet
            yield cell.cell_contents
