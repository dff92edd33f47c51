"""A page of one's own, within the frame of all pages."""

from __future__ import annotations

from collections.abc import Mapping

from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import first
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable
from modeldesk.ui.own import Look, Own
from modeldesk.ui.site import Site


class OwnPage:
    """One open page that a user's function builds.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    own
        The page.
    model
        Whose page it is; ``None`` of a page about all models.
    query
        What stands behind the question mark of the address.
    """

    def __init__(
        self,
        site: Site,
        appearance: Appearance,
        own: Own,
        *,
        model: str | None,
        query: Mapping[str, str],
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._own = own
        self._model = model
        self._query = query

    async def build(self) -> None:
        """Build the page."""
        title = self._own.title
        with (
            frame(self._site, self._appearance, model=self._model, here=title),
            block("md-bones"),
        ):
            if self._model is None:
                head(title)
            else:
                version = await first(self._site.desk.registry.version, self._model)
                if version is None:
                    return
                head(self._model, version.description, tag=f"v{version.number}")
                tabs(self._site, self._model, title)
            with block("md-column") as room:
                testable(room, "own-page")
                look = Look(
                    desk=self._site.desk,
                    model=self._model or "",
                    query=self._query,
                    appearance=self._appearance,
                )
                await self._own.show(look)
