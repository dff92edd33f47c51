"""Estimates at the command line: how good a model probably is while labels are not here."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import write_json

if TYPE_CHECKING:
    from modeldesk.services.estimate_report import EstimateReport

_SHOWN = ("accuracy", "f1", "roc_auc", "mae", "rmse")


def estimates(  # noqa: PLR0913  # one parameter per option of the command
    model: Annotated[str, typer.Argument(help="Name of the model.", show_default=False)],
    *,
    version: Annotated[
        int | None, typer.Option(help="Which version. Default: the champion.", min=1)
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", help="Only days from this one on.", formats=["%Y-%m-%d"]),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", help="Only days before this one.", formats=["%Y-%m-%d"]),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="Measures to show. Default: accuracy, f1, roc_auc; mae, rmse."),
    ] = None,
    learn: Annotated[
        bool,
        typer.Option(
            "--learn", help="First learn anew, from the labelled predictions of these days."
        ),
    ] = False,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Estimate how good a model was on each day, without labels or before they are all here.

    Example: `modeldesk estimates churn --from 2026-03-01`
    """
    from datetime import UTC

    first, last = (day and day.replace(tzinfo=UTC) for day in (start, end))
    if url is not None:
        if learn:
            message = "--learn works on the database, not over --url."
            raise typer.BadParameter(message, param_hint="'--learn'")
        from modeldesk.client import Client

        with Client(url, timeout=60) as client:
            report = client.estimates(model, version=version, start=first, end=last)
    else:
        with open_existing(home=home, database_url=database_url) as desk:
            if learn:
                desk.estimating.learn(model, version=version, start=first, end=last)
                desk.estimating.run()
            report = desk.estimates.report(model, version=version, start=first, end=last)
    if as_json:
        import msgspec

        write_json(msgspec.json.encode(report))
        return
    _show(report, tuple(measure or _SHOWN))


def _show(report: "EstimateReport", measures: tuple[str, ...]) -> None:
    from rich.table import Table

    from modeldesk.cli.screen import answers

    if report.learned is None:
        typer.echo(f"There are no estimates of {report.model} yet, because {report.because}.")
        return
    typer.echo(
        f"Version {report.version} of {report.model}, learned from {report.learned.rows:,} "
        f"labelled predictions of {report.learned.start:%Y-%m-%d} to {report.learned.end:%Y-%m-%d}."
    )
    table = Table("day", "measure", "estimate", "interval", "realised")
    for number in (2, 3, 4):
        table.columns[number].justify = "right"
    for day in report.days:
        for each in day.estimates:
            if each.measure in measures:
                table.add_row(
                    f"{day.window.start:%Y-%m-%d}",
                    each.measure,
                    _number(each.value),
                    "" if each.low is None else f"{_number(each.low)} to {_number(each.high)}",
                    _number(each.realised),
                )
    answers().print(table)
    told = [each.sentence for each in report.warnings]
    latest = [each.sentence for each in report.days[-1].warnings] if report.days else []
    for sentence in dict.fromkeys([*told, *latest]):
        typer.echo(sentence)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
