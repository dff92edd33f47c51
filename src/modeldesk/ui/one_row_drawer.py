"""The drawer with one logged row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from modeldesk.errors import ModeldeskError
from modeldesk.ui.background import aside
from modeldesk.ui.drawer import Drawer
from modeldesk.ui.row_detail import RowDetail
from modeldesk.ui.site import Site


class OneRowDrawer:
    """Shows one prediction beside the page.

    Parameters
    ----------
    site
        The services.
    model
        Whose predictions are shown.
    show
        Called with another prediction that a person wants to see.
    close
        Called when a person closes the drawer.
    changed
        Called after the row got a label or a flag.
    step
        Called with 1 or -1 when a person wants to see the row below or above.
    """

    def __init__(
        self,
        site: Site,
        *,
        model: str,
        show: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
        changed: Callable[[], Awaitable[None]],
        step: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self._site = site
        self._model = model
        self._changed = changed
        self._asked = 0
        self._shown = ""
        self._drawer = Drawer("prediction", "Prediction", close=close, step=step)
        self._detail = RowDetail(site, show=show, changed=self._again)

    def build(self) -> None:
        """Add the place of the drawer, closed."""
        self._drawer.build()

    def hide(self) -> None:
        """Close the drawer."""
        self._asked += 1
        self._drawer.show(shown=False)

    async def show(self, prediction_id: str) -> None:
        """Open the drawer on a prediction."""
        self._asked += 1
        self._drawer.show(shown=True)
        self._drawer.wait("Prediction")
        await self._read(prediction_id)

    async def _again(self) -> None:
        """Show the same once more, as something about it has changed."""
        await self._read(self._shown)
        await self._changed()

    async def _read(self, prediction_id: str) -> None:
        asked, self._shown = self._asked, prediction_id
        try:
            found = await aside(self._site.desk.one_prediction.of, self._model, prediction_id)
        except ModeldeskError as error:
            if asked == self._asked:
                self._drawer.fail("Prediction", error)
            return
        if asked != self._asked:
            return
        view = found.view
        own = "" if view.row_id is None else f", own key {view.row_id[:100]}"
        shadow = "" if view.shadow_of is None else f", in the shadow of {view.shadow_of}"
        words = (f"v{view.version}, ", view.time, own, shadow)
        with self._drawer.filled(f"Prediction {view.prediction_id}", words):
            self._detail.fill(found)
