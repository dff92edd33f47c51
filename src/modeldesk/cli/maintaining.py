"""Looking after a store: verify it, make profiles anew, give back space."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.exits import ExitCode
from modeldesk.cli.options import AsJson, DatabaseUrl, Home, existing_settings, open_existing
from modeldesk.cli.screen import answers, talk, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from modeldesk.services.check import CheckReport

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_LEFT_SHOWN = 20


def check(
    *,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Repair what can be repaired: counts, own keys, profiles whose rows are all "
            "there. What cannot be read is set aside, never deleted.",
        ),
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Verify everything that is stored: checksums, counts, times, keys, profiles, models.

    Ends with status 1 when something is wrong, or could not be repaired. The server may run
    meanwhile.

    Example: `modeldesk check`
    """
    import msgspec

    from modeldesk.cli.logs import log_to_stderr

    log_to_stderr()
    with (
        open_existing(home=home, database_url=database_url) as desk,
        talk().status("Checking"),
    ):
        report = desk.check.run(repair=repair)
    if as_json:
        write_json(msgspec.json.encode({"clean": report.clean} | _fields(report)))
    else:
        if report.findings:
            answers().print(_findings(report))
        typer.echo(_sentence(report, tried=repair))
    if not report.clean:
        raise typer.Exit(ExitCode.FAILED)


def rebuild_profiles(
    *,
    model: Annotated[
        str | None, typer.Option(help="Only this model. Default: all.", show_default=False)
    ] = None,
    version: Annotated[
        int | None, typer.Option(help="Only this version. Default: all.", show_default=False)
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=_DAYS, help="Only days from this one on, UTC.", show_default=False
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=_DAYS, help="Only days before this one, UTC.", show_default=False
        ),
    ] = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make the profiles of hours, days and segments anew from the rows in the log.

    A day is replaced as one, and only where every row that was counted is still there; the
    other days stay as they are, and are named. Segments follow the present log policy.

    Example: `modeldesk rebuild-profiles --model iris --from 2026-03-01`
    """
    with (
        open_existing(home=home, database_url=database_url) as desk,
        talk().status("Rebuilding"),
    ):
        done = desk.rebuild.run(
            model,
            version=version,
            start=start and start.replace(tzinfo=UTC),
            end=end and end.replace(tzinfo=UTC),
        )
    typer.echo(f"Rebuilt {done.days:,} days from {done.rows:,} rows.")
    if done.left:
        typer.echo(f"{len(done.left):,} days stay as they were:")
    for left in done.left[:_LEFT_SHOWN]:
        typer.echo(f"  {left.day:%Y-%m-%d} of {left.model} version {left.version}: {left.reason}")
    if len(done.left) > _LEFT_SHOWN:
        typer.echo(f"  and {len(done.left) - _LEFT_SHOWN:,} more")


def vacuum(*, home: Home = None, database_url: DatabaseUrl = None) -> None:
    """Give back the space of deleted rows, and refresh what the database knows of itself.

    On SQLite the file is written anew: writers wait, and as much free space is needed again.

    Example: `modeldesk vacuum`
    """
    from modeldesk.store import Store
    from modeldesk.store import vacuum as run

    settings = existing_settings(home=home, database_url=database_url)
    with Store(settings.database) as store, talk().status("Vacuuming"):
        done = run(store)
        place = store.place
    typer.echo(f"{place}: {done.before / 1e6:,.1f} MB before, {done.after / 1e6:,.1f} MB now.")


def _fields(report: "CheckReport") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(report)


def _findings(report: "CheckReport") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Findings", title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in ("what", "where", "problem", "outcome"):
        table.add_column(name, overflow="fold")
    for found in report.findings:
        outcome = Text(found.outcome, style="green" if found.repaired else "red")
        table.add_row(found.kind.value, Text(found.where), Text(found.problem), outcome)
    return table


def _sentence(report: "CheckReport", *, tried: bool) -> str:
    waiting = f" ({report.waiting:,} not profiled yet)" if report.waiting else ""
    looked = (
        f"Looked at {report.rows:,} rows{waiting} in {report.chunks:,} chunks, "
        f"{report.profiles:,} profiles and {report.versions:,} model versions"
    )
    wrong = sum(not found.repaired for found in report.findings)
    if not report.findings:
        return f"{looked}: all is well."
    if not wrong:
        return f"{looked}: {len(report.findings):,} found, all repaired."
    if tried:
        return f"{looked}: {len(report.findings):,} found, {wrong:,} not repaired."
    return f"{looked}: {wrong:,} found. Repair what can be repaired with --repair."
