"""Summing tables up, and telling whether one differs from another."""

from pathlib import Path
from typing import Annotated

import typer

from modeldesk.cli.exits import ExitCode
from modeldesk.cli.options import AsJson
from modeldesk.cli.screen import answers, talk, write_json

_TABLE = "CSV or Parquet file, or a folder of them"


def profile(
    file: Annotated[Path, typer.Argument(help=f"{_TABLE}.", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Sum a table up: type, missing values, range and typical values of every column.

    Example: `modeldesk profile iris.csv`
    """
    with talk().status("Reading"):
        from modeldesk import profiles
        from modeldesk.cli.drawing import profile_table
        from modeldesk.cli.files import read_table
        from modeldesk.cli.summaries import profile_json

        found = profiles.profile(read_table(file))
    if as_json:
        write_json(profile_json(found))
    else:
        answers().print(profile_table(found, title=str(file)))


def compare(
    current: Annotated[Path, typer.Argument(help=f"The new data: {_TABLE}.", show_default=False)],
    reference: Annotated[
        Path, typer.Argument(help="The data to compare it with, likewise.", show_default=False)
    ],
    *,
    as_json: AsJson = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="End with status 1 when a column changed, for use in scripts."
        ),
    ] = False,
) -> None:
    """Say for every column whether new data differs from a reference, and how.

    A column counts as changed when the difference is more than chance explains and large
    enough to matter.

    Example: `modeldesk compare today.csv training.csv`
    """
    with talk().status("Reading"):
        from modeldesk import drift, profiles
        from modeldesk.cli.drawing import comparison_table
        from modeldesk.cli.files import read_table
        from modeldesk.cli.summaries import comparison_json, comparison_sentence

        expected = profiles.profile(read_table(reference))
        kinds = {column.name: column.kind for column in expected.columns}
        found = drift.compare(profiles.profile(read_table(current), kinds=kinds), expected)
    if as_json:
        write_json(comparison_json(found))
    else:
        console = answers()
        console.print(comparison_table(found, title=f"{current} against {reference}"))
        console.print(comparison_sentence(found), markup=False, highlight=False)
    if exit_code and found.changed:
        raise typer.Exit(ExitCode.FAILED)
