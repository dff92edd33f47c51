"""What a model's log keeps, and how it can be changed."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.schema import KeepRows, LogPolicy, OddTimes, Signature
from modeldesk.services.acting import CHANGES, caller
from modeldesk.ui.background import aside
from modeldesk.ui.forms import button, dress
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.rule_card import saved
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble

MOST_OFFERED = 500
"""Columns that a field offers to choose from."""

_LONGEST = 80
_MOST_TEXT = 10**9
_MOST_DAYS = 36_500
_PERCENT = 100

_ROWS = {
    KeepRows.ALL: "all rows",
    KeepRows.SAMPLE: "a sample of the rows",
    KeepRows.NONE: "no rows, only profiles",
}
_TIMES = {
    OddTimes.REFUSE: "refuse the row",
    OddTimes.CLAMP: "log it under the nearest time",
    OddTimes.ACCEPT: "log it as it is",
}


class PolicyCard:
    """A form for a model's log policy.

    Parameters
    ----------
    site
        The services.
    model
        Whose policy it is.
    """

    def __init__(self, site: Site, *, model: str) -> None:
        self._site = site
        self._model = model
        self._may = caller().may(CHANGES)

    def build(self, policy: LogPolicy, signature: Signature) -> None:
        """Add the card."""
        self._policy = policy
        self._signature = signature
        with block("md-card") as card:
            testable(card, "policy")
            with block("md-card-head"):
                text("h2", "What the log keeps")
                words = "of predictions from now on; what is logged stays as it is"
                text("span", words, "md-card-note")
            with block("md-card-body md-policy"):
                with block("md-policy-fields"):
                    self._kept_fields()
                    self._column_fields()
                    self._time_fields()
                self._buttons()
        self._fill(policy)

    def _kept_fields(self) -> None:
        with _setting("Rows", "Profiles count every row, whatever is kept."):
            self._rows = self._select(_words(_ROWS), "Rows", "policy-rows")
            self._rows.on_value_change(self._show_sample)
        with _setting("Share of the sample", "In per cent; chosen by the prediction's id."):
            self._sample = self._number("Share of the sample", "policy-sample", 0.001, 100, 1)
            self._sample.props("suffix=%")
        with _setting(
            "Longest text", "In characters; longer ones are cut before they are written."
        ):
            self._text = self._number("Longest text", "policy-text", 1, _MOST_TEXT, 1000)

    def _column_fields(self) -> None:
        names = [column.name for column in self._signature.columns]
        hidden = [name for name in names if name != self._signature.prediction.name]
        with _setting(
            "Segments", "Columns whose values split the profiles, beside the overall ones."
        ):
            self._segments = self._several(names, self._policy.segment_by, "Segments", "segment-by")
        with _setting("Dropped", "Columns that are never written, and in no profile."):
            self._drop = self._several(hidden, self._policy.drop, "Dropped", "drop")
        with _setting(
            "Hashed", "Columns of which only a hash is written, and which have no profile."
        ):
            self._hash = self._several(hidden, self._policy.hash, "Hashed", "hash")

    def _time_fields(self) -> None:
        with _setting("Odd times", "What happens to a row whose time is out of the range below."):
            self._times = self._select(_words(_TIMES), "Odd times", "policy-times")
        with _setting("Oldest", "Days; older rows are odd. Empty: only those before 1970."):
            self._oldest = self._number("Oldest, in days", "policy-oldest", 0, _MOST_DAYS, 1)
        with _setting("Future", "Minutes; rows from further in the future are odd."):
            most = _MOST_DAYS * 24 * 60
            self._future = self._number("Future, in minutes", "policy-future", 0, most, 60)

    def _select(self, options: dict[str, str], label: str, name: str) -> ui.select:
        field = ui.select(options, value=next(iter(options)))
        dress(field, label, name)
        field.set_enabled(self._may)
        return field

    def _several(
        self, names: list[str], chosen: tuple[str, ...], label: str, name: str
    ) -> ui.select:
        offered = dict.fromkeys([*chosen, *names[:MOST_OFFERED]])
        field = ui.select(
            {each: each[:_LONGEST] for each in offered}, multiple=True, value=[], with_input=True
        )
        dress(field, label, f"policy-{name}")
        field.props("use-chips")
        field.set_enabled(self._may)
        return field

    def _number(self, label: str, name: str, low: float, high: float, step: float) -> ui.number:
        field = ui.number(min=low, max=high, step=step)
        dress(field, label, name, classes="md-field--num")
        field.set_enabled(self._may)
        return field

    def _buttons(self) -> None:
        self._says = block("md-rule-says")
        testable(self._says, "policy-says")
        if not self._may:
            text("p", "Administrators change this.", "md-soft md-small")
            return
        with block("md-rule-buttons"):
            button("Save the policy", self._save, "policy-save", main=True)
            button("Back to what is in force", self._back, "policy-back")

    def _fill(self, policy: LogPolicy) -> None:
        """Show a policy in the fields."""
        self._rows.set_value(policy.rows.value)
        self._sample.set_value(round(policy.sample * _PERCENT, 6))
        self._text.set_value(policy.max_text_characters)
        self._segments.set_value(list(policy.segment_by))
        self._drop.set_value(list(policy.drop))
        self._hash.set_value(list(policy.hash))
        self._times.set_value(policy.times.value)
        self._oldest.set_value(policy.oldest_days)
        self._future.set_value(policy.future_minutes)
        self._show_sample()

    def _show_sample(self) -> None:
        self._sample.set_enabled(self._may and self._rows.value == KeepRows.SAMPLE.value)

    def _back(self) -> None:
        self._says.clear()
        self._fill(self._policy)

    def _wanted(self) -> LogPolicy:
        """Return the policy that the fields say; `InvalidArgument` where there can be none."""
        now = self._policy
        return LogPolicy(
            rows=KeepRows(self._rows.value),
            sample=now.sample if self._sample.value is None else self._sample.value / _PERCENT,
            drop=tuple(self._drop.value or ()),
            hash=tuple(self._hash.value or ()),
            salt=now.salt,
            max_text_characters=int(self._text.value or 0),
            segment_by=tuple(self._segments.value or ()),
            times=OddTimes(self._times.value),
            oldest_days=None if self._oldest.value is None else int(self._oldest.value),
            future_minutes=int(self._future.value or 0),
        )

    async def _save(self) -> None:
        self._says.clear()
        try:
            caller().check(CHANGES)
            wanted = self._wanted()
            if wanted == self._policy:
                with self._says:
                    text("p", "Nothing differs from the policy in force.", "md-soft md-small")
                return
            self._policy = await aside(self._site.desk.registry.set_policy, self._model, wanted)
        except ModeldeskError as error:
            with self._says:
                trouble(error)
            return
        self._fill(self._policy)
        saved(self._says, "In force for every prediction from now on.")


def _words(options: Mapping[KeepRows, str] | Mapping[OddTimes, str]) -> dict[str, str]:
    return {option.value: words for option, words in options.items()}


def _setting(label: str, note: str) -> ui.element:
    """Add a line with a label; returns it, as room for the field."""
    line = block("md-setting")
    with line, block("md-setting-words"):
        text("div", label, "md-setting-name")
        text("div", note, "md-labelled-note")
    return line
