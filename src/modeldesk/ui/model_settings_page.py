"""The settings of one model: how its days are judged, what its log keeps, which limits hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nicegui import ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.monitors import DriftRule
from modeldesk.schema import LogPolicy
from modeldesk.services.acting import SHOWS, caller
from modeldesk.services.views import VersionView
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import moment
from modeldesk.ui.own_rules_card import OwnRulesCard
from modeldesk.ui.places import SETTINGS
from modeldesk.ui.policy_card import PolicyCard
from modeldesk.ui.rule_card import RuleCard
from modeldesk.ui.rule_state import RuleState
from modeldesk.ui.site import Site
from modeldesk.ui.sizes import size
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import NOTHING, count

_LONGEST = 500
_MOST_TAGS = 20
_ANY = "any number"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    version: VersionView
    rule: DriftRule
    policy: LogPolicy
    bytes: int | None
    """Of the champion's files."""

    @staticmethod
    def load(desk: Desk, model: str) -> _Loaded:
        caller().check(SHOWS)
        record = desk.registry.record(model)
        try:
            found = desk.registry.size(record)
        except ModeldeskError:
            found = None
        return _Loaded(
            version=desk.registry.version(model, record.number),
            rule=desk.watching.rule(model),
            policy=record.policy,
            bytes=found,
        )


class ModelSettingsPage:
    """One open page; the rule that is tried stands in the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose settings these are.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, appearance: Appearance, *, model: str, state: RuleState) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._own = OwnRulesCard(site, model=model, changed=self._renew)
        self._rule = RuleCard(site, appearance, model=model, tell=_tell, saved=self._own.show)
        self._policy = PolicyCard(site, model=model)

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(_Loaded.load, self._site.desk, self._model)
            if data is None:
                return
            head(self._model, data.version.description[:_LONGEST], tag=f"v{data.version.number}")
            tabs(self._site, self._model, SETTINGS)
            self._rule.build(data.rule, self._state)
            self._own.build(data.rule, data.version.signature, data.version.number)
            self._policy.build(data.policy, data.version.signature)
            with block("md-settings-pair"):
                self._champion(data)
                self._limits()
        ui.timer(0, self._rule.learn, once=True)

    async def _renew(self) -> None:
        """Show the rule in force after a column was given another."""
        rule = await aside(self._site.desk.watching.rule, self._model)
        self._own.show(rule)
        await self._rule.renew(rule)

    def _champion(self, data: _Loaded) -> None:
        version = data.version
        with block("md-card") as card:
            testable(card, "champion")
            with block("md-card-head"):
                text("h2", f"Champion, v{version.number}")
                words = "told when it was published, and never changed"
                text("span", words, "md-card-note")
            _facts(
                ("Description", version.description[:_LONGEST] or "none", ""),
                ("Published", version.created_at, ""),
                ("Kind", version.flavor, ""),
                ("Reference", f"{count(version.reference_rows)} rows", ""),
                ("Files", NOTHING if data.bytes is None else size(data.bytes), ""),
                ("Tags", _tags(version), ""),
            )

    def _limits(self) -> None:
        settings = self._site.desk.settings
        with block("md-card") as card:
            testable(card, "limits")
            with block("md-card-head"):
                text("h2", "Limits in force")
                text("span", "of this server, for every model", "md-card-note")
            _facts(
                *(
                    (words, value, f"The setting {name}, from: {settings.origin(name)}")
                    for name, words, value in (
                        ("model_timeout_seconds", "A batch may take",
                         _seconds(settings.model_timeout_seconds)),
                        ("load_timeout_seconds", "Loading may take",
                         _seconds(settings.load_timeout_seconds)),
                        ("unload_idle_seconds", "Unloaded without an alias when unused for",
                         _seconds(settings.unload_idle_seconds, never="never")),
                        ("max_loaded_bytes", "Model files loaded at once",
                         size(settings.max_loaded_bytes) if settings.max_loaded_bytes else _ANY),
                        ("max_rows", "Rows in a request", count(settings.max_rows)),
                        ("max_waiting_rows", "Rows that may wait",
                         count(settings.max_waiting_rows)),
                    )
                )
            )  # fmt: skip


def _tell(state: RuleState) -> None:
    ui.navigate.history.replace(state.query())


def _facts(*facts: tuple[str, str | datetime, str]) -> None:
    """Add names and values below each other, each with what is said of it on hovering."""
    with block("md-settings-facts", tag="dl"):
        for name, value, title in facts:
            text("dt", name)
            if isinstance(value, datetime):
                with block("md-num", tag="dd"):
                    moment(value)
                continue
            found = text("dd", value, "md-num")
            if title:
                found.props["title"] = title


def _seconds(given: float, *, never: str = _ANY) -> str:
    return f"{given:g} s" if given else never


def _tags(version: VersionView) -> str:
    found = [f"{name}: {value}" for name, value in list(version.tags.items())[:_MOST_TAGS]]
    return ", ".join(found)[:_LONGEST] or "none"


def opened(visit: Visit) -> ModelSettingsPage:
    """Open the page."""
    state = RuleState.read(visit.query)
    return ModelSettingsPage(visit.site, visit.appearance, model=visit.model, state=state)
