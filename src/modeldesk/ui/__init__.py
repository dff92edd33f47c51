"""The pages: models, monitor and playground, on the server's own application."""

from modeldesk.ui.stand_in import standing_in

# The library of the pages' socket brings its client, and with it a second HTTP client: 7 MB that
# a server never uses.
with standing_in("aiohttp"):
    from modeldesk.ui.login_page import login_page
    from modeldesk.ui.mount import mount

__all__ = ["login_page", "mount"]
