"""The pages: models, monitor and playground, on the server's own application."""
