"""The alerts of all models: found, read, and dealt with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from nicegui import events, ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import EDITS, SHOWS, caller
from modeldesk.services.alert_feed import AlertPage
from modeldesk.ui.alert_entry import EntryHooks
from modeldesk.ui.alert_feed_list import AlertFeedList
from modeldesk.ui.alert_filters import AlertFilters
from modeldesk.ui.alert_words import DEEDS, STATUSES, Deed
from modeldesk.ui.alerts_state import ALERTS_A_PAGE, AlertsState
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.pager import Pager, last_page
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, say, trouble
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import plural


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsData:
    """Everything that the page shows apart from the small pictures."""

    models: tuple[str, ...]
    columns: tuple[str, ...]
    page: AlertPage

    @staticmethod
    def load(desk: Desk, state: AlertsState, now: datetime) -> AlertsData:
        """Read it from the services."""
        caller().check(SHOWS)
        return AlertsData(
            models=caller().visible(desk.registry.names()),
            columns=desk.alert_feed.columns(state.model),
            page=_page(desk, state, now),
        )

    def again(self, desk: Desk, state: AlertsState, now: datetime) -> AlertsData:
        """Read what may have changed."""
        return replace(self, page=_page(desk, state, now))


class AlertsPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, appearance: Appearance, *, state: AlertsState) -> None:
        self._site = site
        self._appearance = appearance
        self._state = state
        self._asked = 0
        self._may_act = caller().may(EDITS)
        self._filters = AlertFilters(state, change=self._move)
        hooks = EntryHooks(tick=self._tick, here=self._come, gone=self._leave, act=self._act_on_one)
        self._list = AlertFeedList(hooks, may_act=self._may_act)
        self._pager = Pager(ALERTS_A_PAGE, self._turn)

    async def build(self) -> None:
        """Build the page."""
        self._list.walkable()
        with frame(self._site, self._appearance, here="Alerts"), block("md-bones"):
            head("Alerts", "Changes that matter, of all models, the newest days first.")
            data = await first(AlertsData.load, self._site.desk, self._state, self._now)
            if data is None:
                return
            self._data = data
            self._filters.build(data.models, data.columns)
            with block("md-card md-feed"):
                self._bar()
                self._body = block("md-feed-body")
                testable(self._body, "feed")
                self._pager.build()
            self._fill()
        ui.keyboard(on_key=self._key, repeating=False, ignore=["input", "select", "textarea"])
        ui.timer(0, self._draw, once=True)
        follow(self._look)

    @property
    def _now(self) -> datetime:
        return self._site.clock.now()

    def _bar(self) -> None:
        """Add the row above the feed: what is selected, and what can be done with it."""
        with block("md-feed-bar"):
            if self._may_act:
                self._all = block("md-tick", tag="button")
                self._all.props["type"] = "button"
                self._all.props["role"] = "checkbox"
                self._all.props["aria-label"] = "Select all alerts on this page"
                self._all.on("click", self._tick_all)
                testable(self._all, "tick-all")
                with self._all:
                    ui.icon("check")
            self._selected = text("span", "", "md-small md-soft")
            testable(self._selected, "selected")
            self._together = block("md-feed-deeds")
            self._together.set_visibility(False)
            with self._together:
                for deed in DEEDS if self._may_act else ():
                    self._deed(deed)
            self._new = ui.button("Show what is new", on_click=self._reload, color=None)
            self._new.props("flat no-caps dense").classes("md-btn md-btn--quiet md-btn--small")
            self._new.set_visibility(False)
            testable(self._new, "show-new")
            with block("md-feed-keys"):
                _keys_line("jkxarfo" if self._may_act else "jk")

    def _deed(self, deed: Deed) -> None:
        async def act() -> None:
            await self._act(tuple(self._list.ticked), deed)

        button = ui.button(deed.word, on_click=act, color=None)
        button.props("flat no-caps dense").classes("md-btn md-btn--quiet md-btn--small")
        testable(button, "all-" + deed.word.lower().replace(" ", "-"))

    def _fill(self) -> None:
        """Show the alerts that were read."""
        page = self._data.page
        self._new.set_visibility(False)
        self._filters.show(self._state, self._data.columns)
        self._filters.tell(page)
        self._pager.show(page=self._state.page, total=page.many(self._state.status))
        with self._body:
            if page.alerts:
                self._list.fill(self._body, page.alerts, self._now)
            else:
                self._list.clear()
                self._body.clear()
                self._nothing(page)
        self._tell_ticks()

    def _nothing(self, page: AlertPage) -> None:
        state = self._state
        if not page.many(None) and not state.narrowed:
            words = (
                "Once a model has traffic, each of its days is compared with the reference. "
                "A change that is more than chance and large enough to matter opens an alert."
            )
            testable(empty("notifications_none", "No alerts yet", words), "no-alerts")
            return
        words = "No alert meets what is asked for."
        if page.many(None) and state.status is not None:
            word = STATUSES[state.status].word.lower()
            words = f"{plural(page.many(None), 'alert')}, but none that is {word}."
        with empty("notifications_none", "No alerts here", words) as box:
            button = ui.button("Show all alerts", on_click=self._show_all, color=None)
            button.props("flat no-caps").classes("md-btn md-btn--quiet")
            testable(button, "show-all")
        testable(box, "no-alerts")

    async def _show_all(self) -> None:
        await self._move(AlertsState(status=None))

    async def _turn(self, page: int) -> None:
        await self._move(replace(self._state, page=page))
        ui.run_javascript("window.scrollTo({top: 0})")

    async def _move(self, state: AlertsState) -> None:
        """Show other alerts, and put what was asked for into the address."""
        self._state = state
        ui.navigate.history.replace(state.query())
        self._list.untick()
        await self._reload()

    async def _reload(self) -> None:
        """Read the alerts anew and show them, unless something else was asked for meanwhile."""
        self._asked += 1
        asked = self._asked
        try:
            data = await aside(AlertsData.load, self._site.desk, self._state, self._now)
            last = last_page(data.page.many(self._state.status), ALERTS_A_PAGE)
            if self._state.page > last:
                self._state = replace(self._state, page=last)
                ui.navigate.history.replace(self._state.query())
                data = await aside(AlertsData.load, self._site.desk, self._state, self._now)
        except ModeldeskError as error:
            self._list.clear()
            self._body.clear()
            with self._body:
                trouble(error, retry=self._reload)
            return
        if asked == self._asked:
            self._data = data
            self._fill()
            await self._draw()

    async def _draw(self) -> None:
        """Add the small pictures, which take longer than the rest."""
        asked = self._asked
        wanted = self._list.undrawn
        if not wanted:
            return
        try:
            found = await aside(self._site.desk.alert_feed.histories, wanted)
        except ModeldeskError:
            return  # the alerts are there without
        if asked == self._asked:
            self._list.draw(found)

    async def _look(self) -> None:
        """Follow what happens elsewhere: in place; what would move anything waits for a click."""
        asked = self._asked
        data = await aside(self._data.again, self._site.desk, self._state, self._now)
        if asked != self._asked:
            return
        known = [alert.alert_id for alert in self._data.page.alerts]
        same = [alert.alert_id for alert in data.page.alerts] == known
        if data.page != self._data.page:
            self._filters.tell(data.page)
            self._tell_ticks(data.page)
        if same:
            self._data = data
            self._list.show(data.page.alerts, self._now)
        elif not known:
            self._data = data
            self._fill()
            await self._draw()
        else:
            self._new.set_visibility(True)

    def _come(self, alert_id: int) -> None:
        self._list.here = alert_id

    def _leave(self, alert_id: int) -> None:
        self._list.leave(alert_id)

    def _tick(self, alert_id: int) -> None:
        self._list.tick(alert_id)
        self._tell_ticks()

    def _tick_all(self) -> None:
        self._list.tick_all()
        self._tell_ticks()

    def _tell_ticks(self, page: AlertPage | None = None) -> None:
        """Show how many alerts are selected, and what can be done with them."""
        ticked = len(self._list.ticked)
        total = (page or self._data.page).many(self._state.status)
        self._selected.set_text(f"{ticked} selected" if ticked else plural(total, "alert"))
        self._together.set_visibility(ticked > 0)
        if self._may_act:
            state = {0: "false", len(self._data.page.alerts): "true"}
            self._all.props["aria-checked"] = state.get(ticked, "mixed")
            self._all.set_visibility(bool(self._data.page.alerts))
            self._all.update()

    async def _act_on_one(self, alert_id: int, deed: Deed) -> None:
        await self._act((alert_id,), deed)

    async def _act(self, alert_ids: tuple[int, ...], deed: Deed) -> None:
        """Change where alerts stand, and show what is left."""
        fitting = self._list.fitting(alert_ids, deed)
        if not fitting:
            return
        place = self._list.place
        try:
            caller().check(EDITS)
            changed = await aside(self._site.desk.alert_feed.set_status, fitting, deed.status)
        except ModeldeskError as error:
            say(str(error), icon="error")
            return
        say(f"{deed.done} {plural(changed, 'alert')}.", icon="check_circle")
        self._list.untick()
        await self._reload()
        self._list.go_to(place)

    async def _key(self, event: events.KeyEventArguments) -> None:
        """Select with x, act with the keys of the deeds; j and k do without the server."""
        held = event.modifiers
        pressed = event.action.keydown and not event.action.repeat
        if not self._may_act or not pressed or held.ctrl or held.alt or held.meta or held.shift:
            return
        name = str(event.key.name)
        if name == "x" and self._list.here is not None:
            self._tick(self._list.here)
        for deed in DEEDS:
            if deed.key == name:
                await self._act(self._list.chosen, deed)


def _page(desk: Desk, state: AlertsState, now: datetime) -> AlertPage:
    return desk.alert_feed.page(
        state.sought(now), status=state.status, offset=state.offset, limit=ALERTS_A_PAGE
    )


def _keys_line(keys: str) -> None:
    """Say which keys do what."""
    named = {"j": "next", "k": "previous", "x": "select"} | {d.key: d.word.lower() for d in DEEDS}
    for key in keys:
        with block("md-feed-key", tag="span"):
            text("kbd", key)
            text("span", named[key])


def opened(visit: Visit) -> AlertsPage:
    """Open the page."""
    return AlertsPage(visit.site, visit.appearance, state=AlertsState.read(visit.query))
