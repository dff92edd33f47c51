"""What a move of an alias, or of traffic, will do, said before it is done."""

from __future__ import annotations

from modeldesk.schema import Canary, Routing
from modeldesk.store import CHAMPION, AliasMove


def moving_words(alias: str, before: int | None, after: int) -> str:
    """Say what letting an alias point at a version will do.

    >>> moving_words("challenger", None, 3)
    'The alias challenger is made: who asks for it by this name gets version 3.'
    """
    if before == after:
        return f"The alias {alias} points at version {after} already: nothing changes."
    if alias == CHAMPION:
        return (
            f"Version {after} answers everybody who names no version, in place of version "
            f"{before}, from the next request on. It is loaded and must predict its example "
            f"first; until then, and if that fails, version {before} goes on answering."
        )
    if before is None:
        return f"The alias {alias} is made: who asks for it by this name gets version {after}."
    return (
        f"Who asks for {alias} gets version {after} instead of version {before}. It is loaded "
        f"first; if that fails, nothing changes."
    )


def removing_words(alias: str, version: int) -> str:
    """Say what removing an alias will do.

    >>> removing_words("old", 1).split(".")[0]
    'Who asks for old gets an error instead of version 1'
    """
    return (
        f"Who asks for {alias} gets an error instead of version {version}. The version itself "
        "stays, and so does the history: a rollback brings the alias back."
    )


def rollback_words(alias: str, back: AliasMove) -> str:
    """Say what taking a move back will do."""
    moved = f"The latest move, by {back.by}, is taken back"
    if back.to_version is None:
        return f"{moved}: {alias} points at version {back.from_version} again."
    words = f"{moved}: {alias} points at version {back.from_version} instead of {back.to_version}."
    if alias == CHAMPION:
        words += (
            f" Version {back.from_version} is loaded first; until then version "
            f"{back.to_version} goes on answering."
        )
    return words


def sharing_words(routing: Routing, champion: int) -> str:
    """Say who gets which rows under a routing.

    >>> sharing_words(Routing(), 2)
    'Version 2, the champion, answers everybody who names no version.'
    """
    if routing.canary is None or not routing.canary.percent:
        words = f"Version {champion}, the champion, answers everybody who names no version."
    else:
        words = _canary_words(routing.canary, champion)
    if routing.shadow is not None:
        words += (
            f" Version {routing.shadow.version} predicts the champion's rows beside it, "
            "and answers nobody."
        )
    return words


def _canary_words(canary: Canary, champion: int) -> str:
    decides = "each row's own key decides who gets which, or chance where it has none"
    if canary.key:
        decides = f"the input {canary.key} decides who gets which"
    return (
        f"Version {canary.version} answers {canary.percent:g} % of those who name no version, "
        f"version {champion} the rest; {decides}."
    )


def move_words(move: AliasMove) -> str:
    """Say from where to where an alias was moved."""
    if move.to_version is None:
        return f"removed from v{move.from_version}"
    start = "made at" if move.from_version is None else f"v{move.from_version} →"
    words = f"{start} v{move.to_version}"
    return f"{words}, taken back" if move.undoes is not None else words
