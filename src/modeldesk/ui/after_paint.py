"""What comes after a page's first picture: work that must not hold up what is seen first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

_PAINTED = "md_painted"
_PATIENCE_SECONDS = 2.0
"""After how long of being connected a browser counts as having painted."""

# Charts draw themselves before the first frame. A tab in the background has no frames.
_SCRIPT = f"""<script>
document.addEventListener("DOMContentLoaded", () => {{
  let told = false;
  const tell = () => {{ if (!told) {{ told = true; emitEvent("{_PAINTED}"); }} }};
  requestAnimationFrame(() => setTimeout(tell));
  setTimeout(tell, 1000);
}});
</script>"""


def after_paint(step: Callable[[], Awaitable[None]]) -> None:
    """Take a step once the browser has painted the page; at once where it is there already.

    Parameters
    ----------
    step
        Adds what comes later, each part within its own place.
    """
    if ui.context.client.has_socket_connection:
        ui.timer(0, step, once=True)
        return
    taken = False

    async def painted() -> None:
        nonlocal taken
        if not taken:
            taken = True
            await step()

    ui.on(_PAINTED, painted)
    ui.add_body_html(_SCRIPT)
    # Where the page is there, and its line to the server broken just now, the script does not run.
    ui.timer(_PATIENCE_SECONDS, painted, once=True)
