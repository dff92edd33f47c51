"""Who has signed in, and the way out, in the top bar."""

from __future__ import annotations

from nicegui import ui

from modeldesk.services.acting import CallerKind, caller
from modeldesk.ui.markup import block, testable, text

# A page whose session has ended is refused its socket. Then, and only then, it is loaded anew,
# which leads to the login page; when the server is only gone for a moment, it stays.
_LEAVE = """<script>
(() => {
  const watch = () => {
    if (!window.socket) { setTimeout(watch, 100); return; }
    window.socket.io.on("reconnect_attempt", async () => {
      const asked = { redirect: "manual", headers: { Accept: "text/html" } };
      const answer = await fetch(location.href, asked).catch(() => null);
      if (answer && answer.type === "opaqueredirect") location.reload();
    });
  };
  watch();
})();
</script>"""


def user_menu() -> None:
    """Add the menu; nothing where nobody has to sign in."""
    who = caller()
    if who.kind is not CallerKind.USER:
        return
    ui.add_body_html(_LEAVE)
    button = ui.button(color=None).props("flat no-caps").classes("md-user")
    button.props["aria-label"] = f"Signed in as {who.name}"
    testable(button, "user")
    with button:
        text("span", who.name[:1].upper(), "md-user-letter")
        text("span", who.name, "md-user-name")
        with ui.menu().props(':offset="[0, 8]"').classes("md-user-menu") as menu:
            testable(menu, "user-menu")
            with block("md-user-who"):
                text("div", who.name)
                text("div", str(who.role), "md-faint md-small")
            _way_out("Sign out", "logout")
            _way_out("Sign out everywhere", "logout/everywhere")


def _way_out(words: str, place: str) -> None:
    """Add a plain form, as a session is ended by a request of its own."""
    above = ui.context.client.request.url.path.count("/") - 1
    form = ui.element("form")
    form.props["method"] = "post"
    # Relative, so that it holds behind a proxy that serves the pages below a path.
    form.props["action"] = "../" * above + place
    with form:
        button = text("button", words)
        button.props["type"] = "submit"
        testable(button, place.replace("/", "-"))
