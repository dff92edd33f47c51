"""Saying which modeldesk this is."""

import platform

import typer

from modeldesk import __version__


def version() -> None:
    """Show the version of modeldesk and of the Python it runs on."""
    typer.echo(f"modeldesk {__version__} (Python {platform.python_version()})")
