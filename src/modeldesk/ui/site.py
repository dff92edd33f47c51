"""What every page is given: the services, and the time."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.clock import Clock
from modeldesk.desk import Desk
from modeldesk.ui.own import OwnPages


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The pages' one dependency; made when they are mounted."""

    desk: Desk
    clock: Clock
    style: str
    """The style sheet, read once."""
    script: str
    """What puts times into the browser's zone, read once."""
    secured: bool
    """Whether programs need a key."""
    own: OwnPages
    """Pages and panels that the user wrote."""
