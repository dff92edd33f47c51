"""The page on which one signs in: plain HTML, so that strangers reach nothing but this."""

from __future__ import annotations

from functools import cache
from html import escape
from urllib.parse import quote

from modeldesk.services.signing_in import LoginForm
from modeldesk.ui.logo import LOGO
from modeldesk.ui.stylesheet import login_stylesheet

_MODES = frozenset({"light", "dark"})

_SIGN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="18" height="18" viewBox="0 0 24 24" '
    'fill="currentColor" aria-hidden="true"><path d="M11 15h2v2h-2zm0-8h2v6h-2zm1-5a10 10 0 1 0 '
    '0 20 10 10 0 0 0 0-20zm0 18a8 8 0 1 1 0-16 8 8 0 0 1 0 16z"/></svg>'
)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in - modeldesk</title>
<link rel="icon" href="data:image/svg+xml,{icon}">
<style>body {{ margin: 0 }} {style}</style>
</head>
<body class="body--{mode}">
<div class="md-page md-login">
<div class="md-login-box">
<div class="md-brand">{logo}<span>modeldesk</span></div>
<main class="md-card">
<h1>Sign in</h1>
{trouble}
<form method="post" action="{above}login" data-testid="login">
<input type="hidden" name="next" value="{wanted}">
<label for="name">Name</label>
<input id="name" name="name" value="{name}" maxlength="200" autocomplete="username"
  autocapitalize="none" spellcheck="false" required{at_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" maxlength="1000"
  autocomplete="current-password" required{at_password}>
<button type="submit" data-testid="sign-in">Sign in</button>
</form>
{other}
</main>
<div class="md-login-foot">Ask an administrator for an account.</div>
</div>
</div>
</body>
</html>
"""

_TROUBLE = """<div class="md-trouble" role="alert" data-testid="trouble">{sign}
<div><p>{problem}</p><p class="md-soft">{hint}</p></div></div>"""

_OTHER = """<div class="md-login-or">or</div>
<a class="md-login-other" href="{above}login/oidc?next={wanted}" data-testid="single-sign-on">
Single sign-on</a>"""


def login_page(form: LoginForm) -> str:
    """Return the page as HTML; whatever strangers wrote is shown as text.

    Examples
    --------
    >>> page = login_page(LoginForm(name="<b>"))
    >>> "&lt;b&gt;" in page, "<b>" in page
    (True, False)
    """
    trouble = _TROUBLE.format(sign=_SIGN, problem=escape(form.problem), hint=escape(form.hint))
    other = _OTHER.format(above=form.above, wanted=quote(form.wanted, safe=""))
    return _PAGE.format(
        icon=quote(LOGO),
        style=_style(),
        mode=form.mode if form.mode in _MODES else "auto",
        logo=LOGO,
        trouble=trouble if form.problem else "",
        wanted=escape(form.wanted),
        name=escape(form.name),
        at_name="" if form.name else " autofocus",
        at_password=" autofocus" if form.name else "",
        other=other if form.elsewhere else "",
        above=form.above,
    )


@cache
def _style() -> str:
    return login_stylesheet()
