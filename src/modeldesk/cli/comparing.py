"""Summing tables up, and telling whether one differs from another."""

from pathlib import Path
from typing import Annotated

import typer

from modeldesk.cli.exits import ExitCode
from modeldesk.cli.options import AsJson
from modeldesk.cli.screen import answers, talk, write_json

_TABLE = "a CSV or Parquet file, a folder of them, or a profile that was kept with --save"

HtmlFile = Annotated[
    Path | None,
    typer.Option(
        "--html",
        help="Write a report to this file as well: one HTML file that needs no network.",
        show_default=False,
    ),
]


def profile(
    file: Annotated[Path, typer.Argument(help=f"What to sum up: {_TABLE}.", show_default=False)],
    *,
    as_json: AsJson = False,
    html: HtmlFile = None,
    save: Annotated[
        Path | None,
        typer.Option(
            help="Keep the profile in this file, to compare other tables with it later.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Sum a table up: type, missing values, range and distribution of every column.

    Example: `modeldesk profile training.csv --save training.mdpf`
    """
    with talk().status("Reading"):
        from modeldesk.cli.files import read_profile, write_file
        from modeldesk.cli.profile_view import profile_view
        from modeldesk.cli.summaries import profile_json
        from modeldesk.clock import SystemClock
        from modeldesk.reports import profile_page

        found = read_profile(file)
    if save is not None:
        write_file(save, found.encode())
    if html is not None:
        page = profile_page(found, title=file.name, made=SystemClock().now())
        write_file(html, page.encode("utf-8", "backslashreplace"))
    if as_json:
        write_json(profile_json(found))
    else:
        console = answers()
        console.print(profile_view(found, title=str(file), console=console))


def compare(
    current: Annotated[Path, typer.Argument(help=f"The new data: {_TABLE}.", show_default=False)],
    reference: Annotated[
        Path, typer.Argument(help="The data to compare it with, likewise.", show_default=False)
    ],
    *,
    as_json: AsJson = False,
    html: HtmlFile = None,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="End with status 1 when something changed, for use in scripts."
        ),
    ] = False,
) -> None:
    """Say for every column whether new data differs from a reference, and how.

    A column counts as changed when the difference is more than chance explains and large
    enough to matter.

    Example: `modeldesk compare today.csv training.mdpf --html report.html`
    """
    with talk().status("Reading"):
        from modeldesk import drift
        from modeldesk.cli.comparison_view import comparison_view
        from modeldesk.cli.files import read_profiles, write_file
        from modeldesk.cli.summaries import comparison_json
        from modeldesk.clock import SystemClock
        from modeldesk.reports import comparison_page

        sides = read_profiles(current, reference)
        found = drift.compare(sides.current, sides.reference)
    if html is not None:
        title = f"{current.name} against {reference.name}"
        page = comparison_page(found, title=title, made=SystemClock().now())
        write_file(html, page.encode("utf-8", "backslashreplace"))
    if as_json:
        write_json(comparison_json(found))
    else:
        console = answers()
        title = f"{current} against {reference}"
        console.print(comparison_view(found, title=title, console=console))
    if exit_code and found.verdict.status is drift.Status.CHANGED:
        raise typer.Exit(ExitCode.FAILED)
