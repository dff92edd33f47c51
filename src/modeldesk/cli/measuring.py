"""Telling how good a version is, or whether it is better than another."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, TypeAlias, TypeVar

import typer

from modeldesk.cli.options import AsJson, DatabaseUrl, Home, ServerUrl, open_existing
from modeldesk.cli.screen import answers, write_json

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from modeldesk.client.performance import ClientPerformance
    from modeldesk.services.performance_report import Performance

    _Source: TypeAlias = Performance | ClientPerformance

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

_Told = TypeVar("_Told")
_ShownT_contra = TypeVar("_ShownT_contra", contravariant=True)


class _View(Protocol[_ShownT_contra]):
    """Draws an answer for a terminal."""

    def __call__(self, found: _ShownT_contra, /, *, console: "Console") -> "RenderableType":
        """Return what is printed."""


def performance(  # noqa: PLR0913  # one parameter per option of the command
    model: Annotated[str, typer.Argument(help="Name of the model.", show_default=False)],
    *,
    version: Annotated[
        int | None,
        typer.Option(help="Number of the version. Default: the champion.", show_default=False),
    ] = None,
    segment: Annotated[
        str,
        typer.Option(help="Only the rows of this segment, such as country=DE.", show_default=False),
    ] = "",
    slice_name: Annotated[
        str,
        typer.Option(
            "--slice", help="Only the rows of this slice, by its name.", show_default=False
        ),
    ] = "",
    start: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=_DAYS,
            help="Only days that begin then or later, UTC.",
            show_default=False,
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=_DAYS, help="Only days that begin before, UTC.", show_default=False
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help="A measure, such as f1_macro; may be repeated. Default: all that apply.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        int | None,
        typer.Option(help="Compare with this version instead.", show_default=False),
    ] = None,
    days: Annotated[bool, typer.Option("--days", help="Show each day as well.")] = False,
    parts: Annotated[
        bool,
        typer.Option("--parts", help="Each segment and slice instead, beside all rows."),
    ] = False,
    test: Annotated[
        bool,
        typer.Option("--test", help="On the test set that the version was published with instead."),
    ] = False,
    versions: Annotated[
        bool,
        typer.Option(
            "--versions",
            help="Each version instead, on its test set and on live labels, with its difference "
            "from the one before.",
        ),
    ] = False,
    as_json: AsJson = False,
    url: ServerUrl = None,
    home: Home = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say how good a version is, as far as labels tell.

    Every figure has an interval that holds the true value 95 times in 100, or says why there is
    none.

    Example: `modeldesk performance churn --from 2026-03-01 --measure f1_macro --days`
    """
    from modeldesk.cli.performance_view import compared_view, parts_view, performance_view
    from modeldesk.errors import InvalidArgument

    if days and against is not None:
        message = "Versions are compared over all days together."
        raise InvalidArgument(message, hint="Leave out --days, or choose days by --from and --to.")
    first, last = (None if day is None else day.replace(tzinfo=UTC) for day in (start, end))
    others = {"--segment": bool(segment), "--against": against is not None, "--days": days}
    place = (url, home, database_url)
    if test or versions:
        from modeldesk.cli import measuring_versions

        asked = measuring_versions.Place(url=url, home=home, database_url=database_url)
        if test:
            ranged = {"--from": start is not None, "--to": end is not None, "--versions": versions}
            more = {"--slice": bool(slice_name), "--parts": parts}
            measuring_versions.refuse_beside("--test", others | ranged | more)
            measuring_versions.tell_test(
                asked, model, version=version, measures=measure, as_json=as_json
            )
        else:
            one = {"--version": version is not None, "--parts": parts}
            measuring_versions.refuse_beside("--versions", others | one)
            measuring_versions.tell_line(
                asked,
                model,
                slice_name=slice_name,
                start=first,
                end=last,
                measures=measure,
                as_json=as_json,
            )
    elif parts:
        from modeldesk.cli.measuring_versions import refuse_beside

        refuse_beside("--parts", others | {"--slice": bool(slice_name)})
        table = _ask(
            lambda source: source.parts_table(
                model, version=version, start=first, end=last, measures=measure
            ),
            place,
        )
        _show(table, parts_view, as_json=as_json)
    elif against is not None:
        compared = _ask(
            lambda source: source.compare(
                model,
                version,
                against,
                segment=segment,
                slice=slice_name,
                start=first,
                end=last,
                measures=measure,
            ),
            place,
        )
        _show(compared, compared_view, as_json=as_json)
    else:
        report = _ask(
            lambda source: source.report(
                model,
                version=version,
                segment=segment,
                slice=slice_name,
                start=first,
                end=last,
                measures=measure,
            ),
            place,
        )
        _show(report, partial(performance_view, days=days), as_json=as_json)


def _show(found: "_Told", view: "_View[_Told]", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        write_json(msgspec.json.encode(found))
    else:
        console = answers()
        console.print(view(found, console=console))


def _ask(
    question: "Callable[[_Source], _Told]", place: tuple[str | None, Path | None, str | None]
) -> _Told:
    """Ask a server, or the desk in a home folder or a database."""
    url, home, database_url = place
    if url is not None:
        from modeldesk.client import Client

        with Client(url) as client:
            return question(client.performance)
    with open_existing(home=home, database_url=database_url) as desk:
        return question(desk.performance)
