"""The hairline that stands at one day in every small chart of a page, and choosing by dragging.

All of it happens in the browser: the server hears of nothing but a choice. An element with
``data-places`` is a chart over so many places of an axis of time, with ``data-left`` and
``data-right`` pixels beside the axis; those within one ``data-days`` element, which says what
each place is called, share the line. What a chart says of each place stands in ``data-words``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

CHOSEN = "days_chosen"
"""The event that tells which places somebody chose: their first and last, from 0."""

SEPARATOR = "|"
"""Between what is said of one place and of the next."""

_SCRIPT = """<script>
(() => {
  if (window.mdDays) return;
  window.mdDays = true;
  const tip = document.createElement("div");
  tip.className = "md-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  let from = null;
  const number = (element, name) => Number(element.dataset[name] || 0);
  function at(chart, event) {
    const box = chart.getBoundingClientRect();
    const left = number(chart, "left"), wide = box.width - left - number(chart, "right");
    const part = (event.clientX - box.left - left) / wide;
    if (!(part >= 0 && part < 1)) return null;
    return Math.floor(part * number(chart, "places"));
  }
  function place(event) {
    const chart = event.target.closest?.("[data-places]");
    const days = chart?.closest("[data-days]");
    return days ? { chart, days, at: at(chart, event) } : null;
  }
  function draw(found) {
    for (const days of document.querySelectorAll("[data-days].md-days--on")) {
      if (days !== found?.days) days.classList.remove("md-days--on");
    }
    tip.hidden = true;
    if (!found || found.at === null) { found?.days.classList.remove("md-days--on"); return; }
    const many = number(found.chart, "places");
    found.days.style.setProperty("--md-at", (found.at + 0.5) / many);
    found.days.style.setProperty("--md-from", Math.min(from ?? found.at, found.at) / many);
    found.days.style.setProperty("--md-to", (Math.max(from ?? found.at, found.at) + 1) / many);
    found.days.classList.add("md-days--on");
  }
  function say(found, event) {
    if (!found || found.at === null || found.chart.dataset.words === undefined) return;
    const label = found.days.dataset.days.split("|")[found.at] || "";
    const words = found.chart.dataset.words.split("|")[found.at] || "no rows";
    tip.textContent = label + ": " + words;
    if (!tip.isConnected) document.body.append(tip);
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const x = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    tip.style.transform = `translate(${x}px, ${event.clientY + 16}px)`;
  }
  document.addEventListener("pointermove", (event) => {
    const found = place(event);
    draw(found);
    say(found, event);
  });
  document.addEventListener("pointerdown", (event) => {
    const found = place(event);
    if (event.button !== 0 || found?.at == null || found.chart.dataset.choose === undefined) return;
    from = found.at;
    found.days.classList.add("md-days--drag");
    draw(found);
  });
  document.addEventListener("pointerup", (event) => {
    const first = from, found = place(event);
    from = null;
    document.querySelectorAll(".md-days--drag").forEach((e) => e.classList.remove("md-days--drag"));
    if (first === null || found?.at == null) return;
    emitEvent("days_chosen", [Math.min(first, found.at), Math.max(first, found.at)]);
  });
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.("[data-step]");
    if (!button || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...document.querySelectorAll(`[data-step="${CSS.escape(button.dataset.step)}"]`)];
    const here = all.indexOf(button);
    const ways = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 };
    const next = ways[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
  });
})();
</script>"""


def day_lines() -> None:
    """Let this page have the line, drag choices, and arrow keys between ``data-step`` buttons."""
    ui.add_body_html(_SCRIPT)


def share_days(element: ui.element, titles: Sequence[str]) -> None:
    """Make the charts within an element share the line; also when the axis changes."""
    element.props["data-days"] = SEPARATOR.join(titles)
    element.update()


def over_days(
    element: ui.element, places: int, *, left: int, right: int, choose: bool = False
) -> None:
    """Say that an element is a chart over days.

    Parameters
    ----------
    element
        The chart's own place; it must not be wider.
    places
        How many places its axis of time has.
    left, right
        Pixels beside the axis.
    choose
        Whether places can be chosen by a click or by dragging.
    """
    element.props["data-places"] = str(places)
    element.props["data-left"] = str(left)
    element.props["data-right"] = str(right)
    element.style(f"--md-left: {left}px; --md-right: {right}px; --md-places: {places}")
    if choose:
        element.props["data-choose"] = "yes"
    element.update()


def on_days_chosen(handler: Callable[[int, int], Awaitable[None]]) -> None:
    """Call the handler with the first and the last place that somebody chose."""

    async def chosen(event: events.GenericEventArguments) -> None:
        places = event.args
        if isinstance(places, list) and all(isinstance(each, int) for each in places) and places:
            await handler(min(places), max(places))

    ui.on(CHOSEN, chosen)
