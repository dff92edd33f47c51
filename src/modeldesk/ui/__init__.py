"""The pages: models, monitor and playground, on the server's own application."""

from modeldesk.ui.mount import mount

__all__ = ["mount"]
