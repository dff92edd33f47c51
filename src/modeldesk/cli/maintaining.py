"""Looking after a store: verify it, make profiles anew, let go of what is old, give back space."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.counting import counted
from modeldesk.cli.exits import ExitCode
from modeldesk.cli.options import (
    AsJson,
    DatabaseUrl,
    Home,
    OnlyModel,
    OnlyVersion,
    existing_settings,
    open_existing,
)
from modeldesk.cli.screen import answers, write_json

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

    from modeldesk.cli.progress import passing

    with open_existing(home=home, database_url=database_url) as desk:
        report = desk.check.run(repair=repair, progress=passing())
        if repair:
            desk.audit.record("desk.repaired", "the desk", findings=len(report.findings))
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
    model: OnlyModel = None,
    version: OnlyVersion = None,
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
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make the profiles of hours, days and segments anew from the rows in the log.

    A day is replaced as one, and only where every row that was counted is still there; the
    other days stay as they are, and are named. Segments follow the present log policy.

    Example: `modeldesk rebuild-profiles --model iris --from 2026-03-01`
    """
    import msgspec

    from modeldesk.cli.progress import passing

    with open_existing(home=home, database_url=database_url) as desk:
        done = desk.rebuild.run(
            model,
            version=version,
            start=start and start.replace(tzinfo=UTC),
            end=end and end.replace(tzinfo=UTC),
            progress=passing(),
        )
    if as_json:
        write_json(msgspec.json.encode(done))
        return
    typer.echo(f"Rebuilt {counted(done.days, 'day')} from {counted(done.rows, 'row')}.")
    if done.waiting:
        rows = counted(done.waiting, "row")
        typer.echo(f"Not among them: {rows} in no profile yet. The server profiles when it runs.")
    if done.left:
        verb = "stays as it was" if len(done.left) == 1 else "stay as they were"
        typer.echo(f"{counted(len(done.left), 'day')} {verb}:")
    for left in done.left[:_LEFT_SHOWN]:
        typer.echo(f"  {left.day:%Y-%m-%d} of {left.model} version {left.version}: {left.reason}")
    if len(done.left) > _LEFT_SHOWN:
        typer.echo(f"  and {len(done.left) - _LEFT_SHOWN:,} more")


def expire(  # one parameter per option of the command
    *,
    keep_rows_days: Annotated[
        int | None,
        typer.Option(
            help="Days to keep logged rows; 0: for ever. Default: as set.", show_default=False
        ),
    ] = None,
    keep_hourly_days: Annotated[
        int | None,
        typer.Option(
            help="Days to keep profiles of hours; 0: for ever. Default: as set.",
            show_default=False,
        ),
    ] = None,
    keep_daily_days: Annotated[
        int | None,
        typer.Option(
            help="Days to keep profiles of days, with their alerts; 0: for ever. Default: as set.",
            show_default=False,
        ),
    ] = None,
    keep_labels_days: Annotated[
        int | None,
        typer.Option(
            help="Days to keep labels, counted from their predictions; 0: for ever. Default: as "
            "set.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Delete now what is older than it is kept, by the settings or the options.

    The server does the same in the background, by its settings. Rows that are in no profile yet
    never go. What was deleted comes back only from a backup.

    Example: `modeldesk expire --keep-rows-days 365 --dry-run`
    """
    import msgspec

    from modeldesk.cli.progress import passing

    days = {
        "keep_rows_days": keep_rows_days,
        "keep_hourly_days": keep_hourly_days,
        "keep_daily_days": keep_daily_days,
        "keep_labels_days": keep_labels_days,
    }
    with open_existing(home=home, database_url=database_url, **days) as desk:
        done = desk.retention.due() if dry_run else desk.retention.finish(passing())
        if not dry_run:
            desk.audit.record("rows.expired", "the log", **msgspec.to_builtins(done))
    if as_json:
        write_json(msgspec.json.encode(done))
        return
    profiles = f"{counted(done.hourly, 'profile')} of hours and {done.daily:,} of days"
    verb = "Would delete" if dry_run else "Deleted"
    labels = f", {counted(done.labels, 'label')}" if done.labels else ""
    typer.echo(f"{verb} {counted(done.rows, 'row')}, {profiles}{labels}.")


def vacuum(*, as_json: AsJson = False, home: Home = None, database_url: DatabaseUrl = None) -> None:
    """Give back the space of deleted rows, and refresh what the database knows of itself.

    On SQLite the file is written anew: writers wait, and as much free space is needed again.

    Example: `modeldesk vacuum`
    """
    import msgspec

    from modeldesk.cli.progress import passing
    from modeldesk.store import Store
    from modeldesk.store import vacuum as run

    settings = existing_settings(home=home, database_url=database_url)
    with Store(settings.database) as store, passing().step("Vacuuming"):
        done = run(store)
        place = store.place
    if as_json:
        write_json(msgspec.json.encode(done))
        return
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
        f"Looked at {counted(report.rows, 'row')}{waiting} in {counted(report.chunks, 'chunk')}, "
        f"{counted(report.profiles, 'profile')} and {counted(report.versions, 'model version')}"
    )
    wrong = sum(not found.repaired for found in report.findings)
    if not report.findings:
        return f"{looked}: all is well."
    if not wrong:
        return f"{looked}: {len(report.findings):,} found, all repaired."
    if tried:
        return f"{looked}: {len(report.findings):,} found, {wrong:,} not repaired."
    return f"{looked}: {wrong:,} found. Repair what can be repaired with --repair."
