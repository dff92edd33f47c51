"""The server's address as the open page's browser knows it, for code that is shown there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from nicegui import ui

# Only the browser knows the address under which it reached the page, whatever stands between.
_ASK = r"location.origin + location.pathname.replace(/\/models\/[^/]+\/[a-z]+\/?$/, '')"
_PATIENCE_SECONDS = 15.0
_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


def asked_at() -> str:
    """Return the address that the page's request names, without a slash at the end."""
    return str(ui.context.client.request.base_url).rstrip("/")


async def reached_at() -> str | None:
    """Ask the browser, once it is there; ``None`` where its answer is no address."""
    await ui.context.client.connected()
    url = str(await ui.run_javascript(_ASK, timeout=_PATIENCE_SECONDS)).rstrip("/")
    return url if _ADDRESS.fullmatch(url) and urlsplit(url).hostname else None
