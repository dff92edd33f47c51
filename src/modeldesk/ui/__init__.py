"""The pages: models, monitor and playground, on the server's own application."""

from modeldesk.ui.stand_in import standing_in

# The library of the pages' socket brings its clients, and with them two more HTTP clients: 12 MB
# that a server never uses.
with standing_in("aiohttp"), standing_in("requests"):
    from modeldesk.ui.login_page import login_page
    from modeldesk.ui.mount import mount

__all__ = ["login_page", "mount"]
