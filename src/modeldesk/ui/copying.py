"""A button that copies the code beside it, in the browser alone."""

from __future__ import annotations

from nicegui import ui

from modeldesk.ui.markup import block, testable, text

# Without TLS, and not on this machine, browsers offer no clipboard: then the text is selected and
# copied as by hand. The element's own words change, not the page's: nothing is sent.
_COPY = """
(event) => {
  const button = event.currentTarget;
  const code = button.closest('.md-snippet').querySelector('pre').textContent;
  const tell = (words) => {
    const label = button.querySelector('span');
    label.textContent = words;
    clearTimeout(button.mdTimer);
    button.mdTimer = setTimeout(() => { label.textContent = 'Copy'; }, 1600);
  };
  const byHand = () => {
    const area = document.createElement('textarea');
    area.value = code;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.appendChild(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    button.focus();
    tell(done ? 'Copied' : 'Press Ctrl+C');
  };
  if (navigator.clipboard) {
    navigator.clipboard.writeText(code).then(() => tell('Copied'), byHand);
  } else {
    byHand();
  }
}
"""


def copy_button(label: str) -> None:
    """Add the button to a ``.md-snippet``, whose ``pre`` it copies.

    Parameters
    ----------
    label
        What a screen reader says for it.
    """
    button = block("md-copy", tag="button")
    button.props["type"] = "button"
    button.props["aria-label"] = label
    button.on("click", js_handler=_COPY)
    testable(button, "copy")
    with button:
        ui.icon("content_copy")
        text("span", "Copy").props["aria-live"] = "polite"
