"""The pages: models, monitor and playground, on the server's own application."""

from modeldesk.ui.login_page import login_page
from modeldesk.ui.mount import mount

__all__ = ["login_page", "mount"]
